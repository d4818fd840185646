"""The tokens of texts that come again with few changes: only what lies behind the first change is counted anew.

Pure but for the counter and the last text. Belongs to one thread.
"""

from __future__ import annotations

from bisect import bisect_right

from foretype.prompts.tokens import Counter, split_pieces


class RunningCount:
    """`Counter.count_lines` for one text after another. What is not exact may be counted otherwise the next time, so
    that nothing of it is remembered."""

    __slots__ = ("_ends", "_sums", "_text")

    def __init__(self) -> None:
        self._text = ""
        self._ends: list[int] = []
        self._sums: list[int] = []

    def of(self, text: str, counter: Counter) -> int:
        """Tokens of the text, by the same counter each time."""
        if not counter.exact:
            return counter.count_lines(text)
        if text != self._text or not self._ends:
            # Where a piece ends shows in what follows it, so it is certain once the next one has ended too.
            known = max(0, bisect_right(self._ends, common_head(self._text, text)) - 1)
            del self._ends[known:], self._sums[known:]
            end, total = (self._ends[-1], self._sums[-1]) if known else (0, 0)
            for piece in split_pieces(text[end:]):
                end, total = end + len(piece), total + counter.count_line(piece)
                self._ends.append(end)
                self._sums.append(total)
            self._text = text
        return self._sums[-1]

    def within(self, characters: int) -> int:
        """Tokens of those pieces of the last text that end within so many characters."""
        whole = bisect_right(self._ends, characters)
        return self._sums[whole - 1] if whole else 0


def common_head(one: str, other: str) -> int:
    """The number of characters at the beginning that two texts share."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
