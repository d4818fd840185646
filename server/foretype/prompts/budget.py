"""Cuts what stands around the cursor to a number of tokens, by whole lines, never over by the counter.

Pure but for the counter. Only the cursor's own line may be cut inside, and only where it is very long or
exceeds the budget alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from foretype.prompts.tokens import Counter
from foretype.text.lines import split_lines

# Open engines give 65 to 85 % of the window to the text before the cursor; what one side does not need goes
# to the other.
PREFIX_SHARE = 0.75
# Longer lines are minified or generated code: they cost much and say little, and a tokenizer is slow on them.
MAX_LINE = 2_000
# Text farther from the cursor than this many characters per token of the budget is not even looked at.
_REACH = 10


@dataclass(frozen=True, slots=True)
class Window:
    """What is left of the text before and after the cursor, and what it costs in tokens."""

    prefix: str
    suffix: str
    tokens: int


def fit(prefix: str, suffix: str, budget: int, counter: Counter) -> Window:
    """The largest window of whole lines around the cursor that costs at most `budget` tokens.

    The suffix gets a quarter of the budget, the prefix the rest; what either does not use the other may.
    """
    if budget <= 0:
        return Window("", "", 0)
    before = _Side(_lines_before(prefix, budget * _REACH), lambda lines: "".join(reversed(lines)), counter)
    after = _Side(_lines_after(suffix, budget * _REACH), "".join, counter)
    # The cursor's own line comes first, whichever side of it is longer.
    after.shorten(lambda line: cut_after(line, len(line) // 2), budget - min(before.tokens, budget * 3 // 4))
    before.shorten(lambda line: cut_before(line, len(line) // 2), budget - after.tokens)
    after.grow(int(budget * (1 - PREFIX_SHARE)))
    before.grow(budget - after.tokens)
    after.grow(budget - before.tokens)
    # So far the counts came from remembered pieces, which is nearly always the same; this is the proof.
    while (tokens := counter.count(before.text) + counter.count(after.text)) > budget:
        (after if after.taken > 1 or not before.taken else before).drop()
    return Window(before.text, after.text, tokens)


class _Side:
    """One side of the cursor: lines, the nearest first, of which the first `taken` are in the window."""

    def __init__(self, lines: list[str], join: Callable[[list[str]], str], counter: Counter) -> None:
        self._lines = lines
        self._join = join
        self._counter = counter
        self.taken = 1
        self.tokens = counter.count(lines[0])

    @property
    def text(self) -> str:
        return self._join(self._lines[: self.taken])

    def shorten(self, halve: Callable[[str], str], budget: int) -> None:
        """Cut the cursor's own line until it fits; then nothing beyond it follows on."""
        while self._lines[0] and self.tokens > budget:
            self._lines = [halve(self._lines[0])]
            self.tokens = self._counter.count(self._lines[0])

    def grow(self, budget: int) -> None:
        """Take as many lines as the budget allows.

        Counts of single lines add up to a little more than the count of the whole (2 % in the mean for
        code), so what is left after a first pass is counted anew and spent in a second one.
        """
        for _ in range(2):
            taken, bound = self.taken, self.tokens
            while taken < len(self._lines):
                bound += self._counter.count_line(self._lines[taken])
                if bound > budget:
                    break
                taken += 1
            if taken == self.taken:
                return
            self.taken = taken
            self.tokens = self._counter.count_lines(self.text)

    def drop(self) -> None:
        """Give up the farthest line."""
        self.taken -= 1


def _lines_before(prefix: str, reach: int) -> list[str]:
    """Lines before the cursor, its own first, up to the first very long one."""
    near = prefix[-reach:]
    lines = split_lines(near)
    whole = len(near) == len(prefix)
    if not whole and len(lines) > 1:
        del lines[0]  # probably only the end of a line
    last = lines.pop()
    own = cut_before(last, MAX_LINE)
    if len(own) < len(last):
        return [own]
    return [own, *_until_long(lines[::-1])]


def _lines_after(suffix: str, reach: int) -> list[str]:
    """What stands right of the cursor, then the lines below, up to the first very long one."""
    near = suffix[:reach]
    lines = split_lines(near)
    if len(near) < len(suffix) and len(lines) > 1:
        del lines[-1]
    own = cut_after(lines[0], MAX_LINE)
    if len(own) < len(lines[0]):
        return [own]
    return [own, *_until_long(lines[1:])]


def _until_long(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        if len(line) > MAX_LINE:
            return lines[:number]
    return lines


def cut_before(text: str, size: int) -> str:
    """The last `size` characters at most, beginning at the start of a word."""
    if len(text) <= size:
        return text
    kept = text[len(text) - size :] if size else ""
    if kept and _in_word(text[len(text) - size - 1], kept[0]):
        kept = re.sub(r"^\w+", "", kept) or kept
    return kept


def cut_after(text: str, size: int) -> str:
    """The first `size` characters at most, ending at the end of a word: half a word would be a false hint."""
    if len(text) <= size:
        return text
    kept = text[:size]
    if kept and _in_word(kept[-1], text[size]):
        kept = re.sub(r"\w+$", "", kept)
    return kept


def _in_word(left: str, right: str) -> bool:
    return (left.isalnum() or left == "_") and (right.isalnum() or right == "_")
