"""What parsing a document tells, kept for the documents that were asked about last: bulk work asks a hundred times.

A document's lines never change, so what was found of them stays true.
"""

from __future__ import annotations

import functools
from typing import Final

from foretype.syntax import definitions as syntax
from foretype.syntax.definitions import Definition, Import
from foretype.text.lines import Lines

KEPT: Final = 16


@functools.lru_cache(maxsize=KEPT)
def definitions(lines: Lines, language: str) -> tuple[Definition, ...]:
    """See `foretype.syntax.definitions.definitions`."""
    return syntax.definitions(lines.text, language)


@functools.lru_cache(maxsize=KEPT)
def imports(lines: Lines, language: str) -> tuple[Import, ...]:
    """See `foretype.syntax.definitions.imports`."""
    return syntax.imports(lines.text, language)


@functools.lru_cache(maxsize=KEPT)
def errors(lines: Lines, language: str) -> tuple[int, int] | None:
    """Places at which the text does not parse, and those that only its grammar lets pass; None without a grammar."""
    return errors_in(lines.text, language)


def errors_in(text: str, language: str) -> tuple[int, int] | None:
    """The same, for a text that nobody will ask about again."""
    from foretype.syntax.tree import parse  # the grammars are loaded when they are needed first

    tree = parse(text, language)
    return None if tree is None else (tree.errors, tree.strays)
