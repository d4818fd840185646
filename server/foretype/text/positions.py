"""Columns in the units that a client counts in, and columns in code points.

Four coordinate systems meet in a language server, and mixing them up is its classic bug. All lines and columns
count from 0.
- The client's: (line, character), a character being one unit of the negotiated encoding: a byte of UTF-8, half a
  surrogate pair or a whole BMP character of UTF-16 (the default), or a code point (UTF-32).
- Ours: (line, column), a column being a code point of Python's `str`. Everything behind `lsp/` uses this.
- Offsets into the whole text: used nowhere, since finding one costs the document's length.
- Columns as they look on the screen (tabs, wide characters): never needed.

Positions outside the text are pulled in, never an error: a character behind the line's end means the line's end,
a line behind the document's end means the document's end, and the middle of a character means its start.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from foretype.text.lines import Lines, line_body

Encoding = Literal["utf-8", "utf-16", "utf-32"]
ENCODINGS: Final[tuple[Encoding, ...]] = ("utf-8", "utf-16", "utf-32")

_CONTINUATION_BYTES = bytes(range(0x80, 0xC0))


class Position(NamedTuple):
    """A place in a document: line and column from 0, the column in code points."""

    line: int
    column: int


def to_column(line: str, units: int, encoding: Encoding) -> int:
    """The code point column that lies `units` of the encoding into the line; never behind the line's end."""
    body = line_body(line)
    if units <= 0:
        return 0
    if encoding == "utf-32" or body.isascii():
        return min(units, len(body))
    if encoding == "utf-8":
        data = body.encode("utf-8", "surrogatepass")
        characters = len(data[:units].translate(None, _CONTINUATION_BYTES))
        cut_inside = units < len(data) and data[units] in _CONTINUATION_BYTES
        return characters - cut_inside
    pairs = body.encode("utf-16-le", "surrogatepass")
    column = len(pairs[: 2 * units].decode("utf-16-le", "surrogatepass"))
    cut_inside = 2 * units < len(pairs) and body[column - 1] > "\uffff" and _units16(body[:column]) > units
    return column - cut_inside


def to_units(line: str, column: int, encoding: Encoding) -> int:
    """The number of units of the encoding in the line's first `column` code points."""
    head = line_body(line)[: max(0, column)]
    if encoding == "utf-32" or head.isascii():
        return len(head)
    if encoding == "utf-8":
        return len(head.encode("utf-8", "surrogatepass"))
    return _units16(head)


def to_position(lines: Lines, line: int, units: int, encoding: Encoding) -> Position:
    """A client's (line, character) as a position that exists in the document."""
    if line < 0:
        return Position(0, 0)
    if line >= len(lines):
        return Position(len(lines) - 1, len(line_body(lines[-1])))
    return Position(line, to_column(lines[line], units, encoding))


def _units16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
