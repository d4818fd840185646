"""Lines in the smallest runs whose token counts add up, and the longest run of them that a number of tokens holds.

Pure but for the counter. Counts of pieces are remembered, so that a keystroke counts only the line that it changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from foretype.prompts.tokens import Counter

MAX_LINE: Final = 2_000
"""Characters. Longer lines are minified or generated code: they cost much and say little, and tokenizers are slow on
them (0.1 s for a megabyte)."""

_MOST_LINES: Final = 12
"""A run of blank lines or of comments that begin with a slash is one piece up to so many lines, then cut all the same:
the counts of its parts then add up to a little more than the whole, never to less."""

_BEGINS: Final = re.compile(r"[ \t]*[^\s/]|[ \t]+/")
"""A line before which a text can be cut: neither blank nor with a slash in its first column. The splitting patterns of
both shipped encodings, and of those that descend from them, let those run on from the line before."""


class Run(NamedTuple):
    """Consecutive lines and the tokens that they cost."""

    lines: int
    tokens: int


class Piece(NamedTuple):
    """The lines `start` to `end` (exclusive) of a sequence, and their tokens."""

    start: int
    end: int
    tokens: int


def pieces_forward(lines: Sequence[str], counter: Counter, start: int = 0) -> Iterator[Piece]:
    """The pieces from a line on, first to last."""
    while start < len(lines):
        end = piece_forward(lines, start)
        yield Piece(start, end, counter.count_line("".join(lines[start:end])))
        start = end


def pieces_backward(lines: Sequence[str], counter: Counter, end: int) -> Iterator[Piece]:
    """The pieces that end before a line, last to first."""
    while end > 0:
        start = piece_backward(lines, end)
        yield Piece(start, end, counter.count_line("".join(lines[start:end])))
        end = start


def piece_forward(lines: Sequence[str], start: int) -> int:
    """Where the piece that begins with this line ends."""
    end = start + 1
    while end < len(lines) and end - start < _MOST_LINES and not _BEGINS.match(lines[end]):
        end += 1
    return end


def piece_backward(lines: Sequence[str], end: int) -> int:
    """Where the piece that ends before this line begins."""
    start = end - 1
    while start > 0 and end - start < _MOST_LINES and not _BEGINS.match(lines[start]):
        start -= 1
    return start


def longest_head(lines: Sequence[str], budget: int, counter: Counter) -> Run:
    """How many lines from the first on cost at most `budget` tokens."""
    return _longest(lines, pieces_forward(lines, counter), budget, counter)


def longest_tail(lines: Sequence[str], budget: int, counter: Counter) -> Run:
    """How many lines up to the last cost at most `budget` tokens."""
    backward = lines[::-1]
    mirrored = (
        Piece(len(lines) - piece.end, len(lines) - piece.start, piece.tokens)
        for piece in pieces_backward(lines, counter, len(lines))
    )
    return _longest(backward, mirrored, budget, counter)


def _longest(lines: Sequence[str], pieces: Iterable[Piece], budget: int, counter: Counter) -> Run:
    """Whole pieces as long as they fit, then single lines of the first that does not."""
    tokens = taken = 0
    for piece in pieces:
        if tokens + piece.tokens <= budget:
            tokens, taken = tokens + piece.tokens, piece.end
            continue
        for line in lines[piece.start : piece.end]:
            cost = counter.count_line(line)
            if tokens + cost > budget:
                break
            tokens, taken = tokens + cost, taken + 1
        break
    return Run(taken, tokens)
