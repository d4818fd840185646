"""What a filter may look at: the text around the cursor. Plain data, and how it is read from a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from foretype.text.document import Document
from foretype.text.lines import line_body
from foretype.text.positions import Position

LINES_ABOVE: Final = 60
"""Lines above the cursor that filters see: enough to tell how a file is indented, and one screen."""

LONGEST_LINE: Final = 2_000
"""Characters of a line that filters see, of the cursor's own on either side. What is longer was written by a machine:
to read a million of them for brackets and quotes takes a second."""

_LEAST_BELOW: Final = 24


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a suggestion is to go. Lines are without their ends.

    `typed` is the cursor's line before the cursor, `rest` the line after it, `below` the next lines (at least as
    many as a suggestion may have, or all there are), `max_lines` how many lines a suggestion may have here.
    `above` are the lines before the cursor's, the nearest last; `language` is the protocol's identifier; `indent`
    is one level of indentation as the editor says it, "" where it does not; `line_end` is the document's own. Of a
    line that is longer than `LONGEST_LINE` there is a part only.
    """

    typed: str
    rest: str
    below: tuple[str, ...]
    max_lines: int
    above: tuple[str, ...] = ()
    language: str = ""
    indent: str = ""
    line_end: str = "\n"


@dataclass(frozen=True, slots=True)
class Fitted:
    """Text that fits: to be inserted at the cursor in place of the `replaces` characters right of it."""

    text: str
    replaces: int = 0


def surroundings_at(document: Document, position: Position, max_lines: int, indent: str = "") -> Surroundings:
    """What stands around a place in a document; costs a few slices, whatever the document's size."""
    number, column = position
    lines = document.lines
    raw = lines[number]
    text = line_body(raw)
    ended = raw if len(raw) > len(text) else lines[max(0, number - 1)]
    return Surroundings(
        typed=text[max(0, column - LONGEST_LINE) : column],
        rest=text[column : column + LONGEST_LINE],
        below=tuple(map(_seen, lines[number + 1 : number + 2 + max(_LEAST_BELOW, 2 * max_lines)])),
        max_lines=max_lines,
        above=tuple(map(_seen, lines[max(0, number - LINES_ABOVE) : number])),
        language=document.language_id,
        indent=indent,
        line_end=ended[len(line_body(ended)) :] or "\n",
    )


def _seen(line: str) -> str:
    return line_body(line)[:LONGEST_LINE]
