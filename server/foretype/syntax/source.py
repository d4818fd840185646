"""A text and its bytes: tree-sitter counts bytes of UTF-8, everybody here characters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from foretype.syntax.text_lines import with_line_feeds

if TYPE_CHECKING:
    from tree_sitter import Node

_C_NOTE: Final = re.compile(rb"[ \t]*(?://|/\*|\*)")
_NOTES: Final = {
    "bash": re.compile(rb"[ \t]*#(?!!)"),
    "lua": re.compile(rb"[ \t]*--"),
    "php": re.compile(rb"[ \t]*(?://|/\*|\*|#(?!\[))"),
    "python": re.compile(rb"[ \t]*#(?!!)"),
    "ruby": re.compile(rb"[ \t]*#(?!!)"),
}
"""How the lines of a comment begin; those of all other grammars write them as C does."""


class Source:
    """One text, each character one of its kind: what UTF-8 cannot say, and NUL, is replaced by one byte.

    Lines end as editors end them; tree-sitter knows line feeds only, so a lone carriage return becomes one.
    """

    def __init__(self, text: str, grammar_name: str) -> None:
        text = with_line_feeds(text)
        self.data = (text.replace("\0", " ") if "\0" in text else text).encode("utf-8", "replace")
        self._plain = len(self.data) == len(text)
        self._lines: list[bytes] | None = None
        self._note = _NOTES.get(grammar_name, _C_NOTE)

    @property
    def lines(self) -> list[bytes]:
        """The lines, without their line feeds."""
        if self._lines is None:
            self._lines = self.data.split(b"\n")
        return self._lines

    def text_of(self, node: Node) -> str:
        """What a node says."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def character(self, row: int, column: int) -> tuple[int, int]:
        """A line and the column in characters for a column in bytes."""
        if self._plain or row >= len(self.lines):
            return row, column
        return row, len(self.lines[row][:column].decode("utf-8", "replace"))

    def byte_column(self, row: int, column: int) -> int:
        """The column in bytes for a column in characters."""
        if self._plain or row >= len(self.lines):
            return column
        return len(self.lines[row].decode("utf-8", "replace")[:column].encode("utf-8"))

    def comment_start(self, row: int) -> int:
        """The first line of the comment that ends right above a line; the line itself where there is none."""
        while row and self._note.match(self.lines[row - 1]):
            row -= 1
        return row
