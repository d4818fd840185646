"""`pieces.longest_head` and `longest_tail` for lines that are nearly the same the next time, as at every key.

Pieces are counted up to the change only; behind it those of the last time hold. Pure but for the counter and what is
remembered. Belongs to one thread.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

from foretype.prompts.pieces import Run, longest_head, longest_tail, piece_backward, piece_forward
from foretype.prompts.tokens import Counter

_TRIED: Final = 16
"""Pieces from the cursor on that are looked at for one which the last time had as well."""


class KnownPieces:
    """The lines on one side of the cursor, each time by the same counter: those after it, or `before` it."""

    __slots__ = ("_before", "_ends", "_lines", "_sums")

    def __init__(self, *, before: bool) -> None:
        self._before = before
        self._lines: Sequence[str] = ()
        self._ends: list[int] = []
        """For each piece, nearest to the cursor first, the lines up to its end, and in `_sums` their tokens."""
        self._sums: list[int] = []

    def longest(self, lines: Sequence[str], budget: int, counter: Counter) -> Run:
        """How many lines from the cursor on cost at most `budget` tokens."""
        if not counter.exact:  # what is counted otherwise the next time is not remembered
            return (longest_tail if self._before else longest_head)(lines, budget, counter)
        if lines is not self._lines:
            self._take(lines, counter)
        while self._taken < len(lines) and (not self._sums or self._sums[-1] <= budget):
            self._add(counter)
        whole = bisect_right(self._sums, budget)
        taken, tokens = (self._ends[whole - 1], self._sums[whole - 1]) if whole else (0, 0)
        if whole < len(self._ends):
            part = self._between(taken, self._ends[whole])
            for line in reversed(part) if self._before else part:
                cost = counter.count_line(line)
                if tokens + cost > budget:
                    break
                tokens, taken = tokens + cost, taken + 1
        return Run(taken, tokens)

    @property
    def _taken(self) -> int:
        return self._ends[-1] if self._ends else 0

    def _add(self, counter: Counter) -> None:
        """One more piece."""
        size, start = len(self._lines), self._taken
        end = size - piece_backward(self._lines, size - start) if self._before else piece_forward(self._lines, start)
        tokens = counter.count_line("".join(self._between(start, end)))
        self._sums.append(tokens + (self._sums[-1] if self._sums else 0))
        self._ends.append(end)

    def _between(self, start: int, end: int) -> Sequence[str]:
        """Lines by their distance from the cursor, in the document's order."""
        size = len(self._lines)
        return self._lines[size - end : size - start] if self._before else self._lines[start:end]

    def _take(self, lines: Sequence[str], counter: Counter) -> None:
        """Go over to other lines, and keep the pieces from the first border on behind which nothing is different."""
        old, ends, sums = self._lines, self._ends, self._sums
        self._lines, self._ends, self._sums = lines, [], []
        longer = len(lines) - len(old)
        for _ in range(_TRIED):
            if self._taken >= len(lines):
                return
            self._add(counter)
            border = self._taken - longer
            at = bisect_left(ends, border)
            if at == len(ends) or ends[at] != border:
                continue
            if self._beyond(lines, self._taken) == self._beyond(old, border):
                more = self._sums[-1] - sums[at]
                self._ends += [end + longer for end in ends[at + 1 :]]
                self._sums += [tokens + more for tokens in sums[at + 1 :]]
                return

    def _beyond(self, lines: Sequence[str], distance: int) -> Sequence[str]:
        return lines[: len(lines) - distance] if self._before else lines[distance:]
