"""The imports at a file's top, parsed seldom: not each time that the window's beginning moves past a few more lines.

Pure but for what is remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from foretype.syntax.definitions import imports
from foretype.text.lines import split_lines

LINES: Final = 300
"""Imports are looked for so far from the file's top."""

PATIENCE: Final = 0.008
"""Seconds of processor time for parsing them, since it may happen at a key: so many lines of code take 2 to 5 ms, a
text that its grammar does not understand a hundred times as long. Layout answers then."""


class ImportedLines(NamedTuple):
    """An import at the margin: its first line's number, its lines, and the names that it binds."""

    start: int
    end: int
    text: str
    names: tuple[str, ...]


class Imported:
    """Those of one document."""

    __slots__ = ("_found", "_language_id", "_lines")

    def __init__(self) -> None:
        self._lines: Sequence[str] = ()
        self._language_id = ""
        self._found: Sequence[ImportedLines] = ()

    def within(self, top: Sequence[str], end: int, language_id: str) -> list[ImportedLines]:
        """The imports in the first `end` lines of a file of which all down to the cursor, `top`, is looked at.

        Down to the cursor, because that changes seldom, and shows the ends of the strings that a shorter text cuts.
        """
        end = min(end, len(top), LINES)
        if language_id != self._language_id or self._lines[:end] != top[:end]:
            self._lines, self._language_id = top[:LINES], language_id
            self._found = imported_in("".join(self._lines), language_id)
        return [each for each in self._found if each.end <= end]


@lru_cache(8)
def imported_in(text: str, language_id: str) -> list[ImportedLines]:
    """All of a text's, in order, none inside another."""
    found: list[ImportedLines] = []
    lines = split_lines(text)
    for each in imports(text, language_id, PATIENCE):
        if not found or each.start >= found[-1].end:
            found.append(ImportedLines(each.start, each.end, "".join(lines[each.start : each.end]), each.names))
    return found
