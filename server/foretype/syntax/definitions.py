"""The questions that others ask of a file: what it defines, what it imports, and its outline.

Answered by tree-sitter where a grammar is installed and by layout elsewhere. Never raises, whatever the text is.
"""

from __future__ import annotations

import math

from foretype.syntax import plain
from foretype.syntax.outline import pruned
from foretype.syntax.tree import parse
from foretype.syntax.values import Definition, Import, Kind

__all__ = [
    "Definition",
    "Import",
    "Kind",
    "definitions",
    "definitions_and_imports",
    "definitions_and_outline",
    "imports",
]


def definitions(text: str, language_id: str) -> tuple[Definition, ...]:
    """What the text defines, in order of its lines; what encloses comes before what it encloses."""
    return _named(_found(text, language_id))


def imports(text: str, language_id: str, most: float = math.inf) -> tuple[Import, ...]:
    """What the text imports, in order of its lines; by layout where parsing takes `most` seconds or longer."""
    tree = parse(text, language_id, most)
    return plain.imports(text, language_id) if tree is None else tree.imports


def definitions_and_imports(text: str, language_id: str) -> tuple[tuple[Definition, ...], tuple[Import, ...]]:
    """Both, for one parsing."""
    tree = parse(text, language_id)
    if tree is None:
        return _named(plain.definitions(text, language_id)), plain.imports(text, language_id)
    return _named(tree.found), tree.imports


def definitions_and_outline(text: str, language_id: str) -> tuple[tuple[Definition, ...], str]:
    """What the text defines, and its signatures in whole lines, `...` in place of their bodies, for one parsing.

    Classes show their members, decorators stay, comments and docstrings do not; the outline is "" where nothing is
    defined.
    """
    found = _found(text, language_id)
    return _named(found), pruned(text, found)


def _found(text: str, language_id: str) -> tuple[Definition, ...]:
    """Definitions, and scopes that are none themselves (Rust's `impl`), which have no name."""
    tree = parse(text, language_id)
    return plain.definitions(text, language_id) if tree is None else tree.found


def _named(found: tuple[Definition, ...]) -> tuple[Definition, ...]:
    return tuple(each for each in found if each.name)
