"""How much to ask for at a place: a line or a block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from foretype.settings.model import Completion

_OPENERS: Final = (":", "{", "(", "[", "=>", "->", ",", "do", "then", "begin")
_CLOSERS: Final = frozenset(")]}>\"'`;:, \t")

LINE_TOKENS: Final = 64
"""Room for a long line: 100 characters of code are about 30 tokens."""

TOKENS_PER_LINE: Final = 14
"""Of a block. Lines of code have about 10 tokens; what is not needed is not generated."""

BLOCK_TOKENS: Final = 256


@dataclass(frozen=True, slots=True)
class Extent:
    """At most so many lines and tokens."""

    lines: int
    tokens: int

    @property
    def one_line(self) -> bool:
        """Whether the answer ends with the line."""
        return self.lines == 1


def extent_at(typed: str, rest: str, wishes: Completion) -> Extent:
    """What fits the cursor's line, `typed` before and `rest` behind the cursor.

    A block where one begins or a new line does; one line in the middle of a line, and where the user wants it so.
    """
    block = Extent(wishes.max_lines, min(BLOCK_TOKENS, LINE_TOKENS + TOKENS_PER_LINE * wishes.max_lines))
    if wishes.multiline == "never" or wishes.max_lines == 1 or not _CLOSERS.issuperset(rest):
        return Extent(1, LINE_TOKENS)
    head = typed.strip()
    if wishes.multiline == "always" or not head or head.endswith(_OPENERS):
        return block
    return Extent(1, LINE_TOKENS)
