"""Finds the end of a block in text that is still being written, by indentation and brackets.

A syntax tree would know better where a statement ends, but it would need a compiled grammar for each language, and
in text that is not finished it is wrong as well. Brackets and indentation need no dependency, agree with what people
see, and err on the side of one line too many, which the filters behind can still cut.
"""

from __future__ import annotations

from foretype.postprocess.indentation import first_line
from foretype.postprocess.languages import first_word, language_of
from foretype.postprocess.layout import (
    begins_with_closer,
    continues_block,
    first_written,
    last_written,
    opens_block,
    told_from_zero,
    width,
)
from foretype.postprocess.nesting import BLOCK, open_quote, read_nesting
from foretype.postprocess.surroundings import Surroundings


class BlockEnd:
    """Takes a text line by line.

    Where the cursor's line has text, the block is what that line opens: it ends with the line that closes it, or
    before the first line that is not deeper. On an empty line it is what belongs to the line's own level: as far as
    the block around goes if the line is its first, else up to a blank line.
    """

    def __init__(self, around: Surroundings, *, whole_block: bool) -> None:
        self._language = language_of(around.language)
        self._around = around
        self._typed = around.typed
        self._whole_block = whole_block
        self._header = bool(around.typed.strip())
        self._base = width(around.typed)
        self._quote = open_quote(around.above, around.typed, self._language)
        self._quoted = self._quote != ""
        self._depth = len(read_nesting(around.typed, self._language).open)
        above = last_written(around.above)
        self._first_in_block = not self._header and opens_block(above, self._language) and width(above) <= self._base
        self._opened = self._by_bracket = False
        self._first = True
        self._kept = 0
        self._last = ""
        self._second = True
        self._shift = self._level = 0
        self._blank_lines = 0

    def take(self, line: str, start: int, end: int) -> int | None:
        """Take the next whole line, which stands from `start` to `end`; the useful length once it is known."""
        if self._first:
            return self._take_first(line, end)
        if not line.strip():
            self._blank_lines += 1
            return self._kept if self._blank_ends() else None
        self._look_at_second(line)
        if not self._quote and self._leaves(line):
            return self._kept
        closes_around = self._closes_around(line)
        closed = self._count(line)
        self._keep(line, end)
        if closes_around:
            return end
        if not (self._by_bracket and closed and self._depth <= 0 and not self._quote):
            return None
        self._opened = opens_block(line, self._language)  # as in `b):` behind `def f(a,`
        self._by_bracket = self._depth > 0
        return None if self._opened else end

    def before_partial(self, tail: str) -> int | None:
        """The useful length if the line that has begun shows already that it is none of the block's."""
        word = first_word().match(tail)
        decided = tail.strip() and (word is None or word.end() < len(tail))
        if self._first or self._quote or not decided:
            return None
        self._look_at_second(tail)
        return self._kept if self._leaves(tail) else None

    def _take_first(self, line: str, end: int) -> int | None:
        whole = self._typed + line
        self._count(line)
        if not whole.strip():
            self._typed = ""  # the next line decides the level
            return None
        self._first = False
        self._keep(whole, end)
        if not self._header:
            # A margin that is told again, or off by a blank, will be mended: what counts is the level then.
            if self._typed:
                whole = self._typed + first_line(line, self._around, self._language)
            self._base = width(whole)
            return None
        self._by_bracket = self._depth > 0 or self._quote != ""
        self._opened = self._by_bracket or opens_block(whole, self._language)
        return None if self._opened or self._whole_block else end

    def _look_at_second(self, line: str) -> None:
        """A text whose lines are told from column 0 is read as if they stood where they will be moved to."""
        if (
            self._second
            and not self._quoted
            and not self._blank_lines
            and told_from_zero(self._last, line, self._language)
        ):
            self._shift = width(self._last)
        self._second = False

    def _keep(self, line: str, end: int) -> None:
        self._level = width(line) + self._shift
        self._kept, self._last, self._blank_lines = end, line, 0

    def _count(self, line: str) -> bool:
        """Follow brackets and long strings through a line; whether it closes anything from before."""
        within = self._quote != ""
        nesting = read_nesting(line, self._language, self._quote)
        marks = (*self._language.long_quotes, *(self._language.block_comment or ())[:1])
        self._quote = nesting.quote if nesting.quote in marks else ""
        closed = sum(mark.kind in "([{" or mark.kind == BLOCK for mark in nesting.closed)
        self._depth += len(nesting.open) - closed
        return closed > 0 or (within and not self._quote)

    def _leaves(self, line: str) -> bool:
        """Whether a line that is not blank stands outside of the block."""
        indent = width(line) + self._shift
        if self._header and self._opened:
            if self._depth > 0 or indent > self._base:
                return False
            closes = begins_with_closer(line, self._language) or continues_block(line, self._language)
            return indent < self._base or not closes
        if indent < self._base:
            return self._depth <= 0 and not self._closes_around(line)
        return self._blank_lines > 0 and indent == self._base and self._depth <= 0 and not self._first_in_block

    def _closes_around(self, line: str) -> bool:
        """Whether the line closes the block that the cursor stands in, which nothing below closes."""
        if self._header or self._quote or self._depth > 0 or width(line) + self._shift >= self._base:
            return False
        below = first_written(self._around.below)
        closed_below = begins_with_closer(below, self._language) and width(below) >= width(line)
        return begins_with_closer(line, self._language) and not closed_below

    def _blank_ends(self) -> bool:
        if self._quote:
            return False
        if self._depth > 0:
            return self._blank_lines > 2
        if self._blank_lines > 1:
            return True
        if self._first_in_block or (self._header and self._opened):
            return False
        return self._level <= self._base and not opens_block(self._last, self._language)
