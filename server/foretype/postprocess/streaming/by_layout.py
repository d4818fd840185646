"""Follows a block through its lines by brackets, long strings and indentation: no dependency, and what people see."""

from __future__ import annotations

import re
from typing import Final, Literal

from foretype.postprocess.indentation import first_line
from foretype.postprocess.languages import language_of
from foretype.postprocess.layout import (
    begins_with_closer,
    continues_block,
    first_written,
    is_annotation,
    last_written,
    opens_block,
    told_from_zero,
    width,
)
from foretype.postprocess.nesting import BLOCK, open_quote, read_nesting
from foretype.postprocess.surroundings import Surroundings

Verdict = Literal["on", "with", "before"]
"""What a line is to the block: the block goes on, ends with it, or has ended before it."""


_HALVES: Final = ("=", "&&", "||", "+", "?", "=>", "->")
LINKS: Final = (".", "?.", "&&", "||", "? ", ": ")
"""How lines begin that go on with the expression before."""

_LABEL: Final = re.compile(r"[ \t]*(?:case\b|default[ \t]*:)")
"""Lines that begin the statements below them, in the families that need brackets for all other blocks."""


class ByLayout:
    """Takes the lines of a text that is to stand at a place. `kept` is how much of it belongs to the block so far."""

    def __init__(self, around: Surroundings) -> None:
        self.language = language_of(around.language)
        self.header = bool(around.typed.strip())
        self.base = width(around.typed)
        self.opened = self.annotated = False
        """Whether a block has begun; whether all there is yet is put on a definition, whose first line comes then."""
        self.kept = self.shift = 0
        self.quote = open_quote(around.above, around.typed, self.language)
        self._around = around
        self._typed = around.typed
        self._quoted = self.quote != ""
        self._depth = len(read_nesting(around.typed, self.language).open)
        above = last_written(around.above)
        self._first_in_block = not self.header and opens_block(above, self.language) and width(above) <= self.base
        self._by_bracket = False
        self._last = ""
        self._second = True
        self._level = 0
        self._blank_lines = 0

    def take_first(self, line: str, end: int) -> str | None:
        """The first line that is not blank; with its margin as it will be, None for a blank one."""
        whole = self._typed + line
        self._count(line)
        if not whole.strip():
            self._typed = ""  # the next line decides the level
            return None
        self._keep(whole, end)
        if self.header:
            self._by_bracket = self._depth > 0 or self.quote != ""
            goes_on = not line.strip() or self._is_unfinished(whole)
            self.opened = self._by_bracket or opens_block(whole, self.language)
            self.annotated = self._is_annotation(whole)
            self.opened = self.opened or (goes_on and not self.annotated)
            if self.annotated:
                self._typed = ""
            return whole
        # A margin that is told again, or off by a blank, will be mended: what counts is the level then.
        if self._typed:
            whole = self._typed + first_line(line, self._around, self.language)
        self.base = width(whole)
        return whole

    def take_blank(self) -> bool:
        """A blank line; whether it ends the block."""
        self._blank_lines += 1
        if self.quote:
            return False
        if self._depth > 0:
            return self._blank_lines > 2
        if self._blank_lines > 1:
            return True
        if self._first_in_block or (self.header and self.opened):
            return False
        return self._level <= self.base and not opens_block(self._last, self.language)

    def take(self, line: str, end: int) -> Verdict:
        """A line that is not blank. One that the block has ended before is not kept; `keep` does it all the same."""
        if self.leaves(line):
            return "before"
        closes_around = self.closes_around(line)
        closed = self.keep(line, end)
        if closes_around:
            return "with"
        if line.strip() == "{" and self.opened:
            self._by_bracket = True
        if not (self._by_bracket and closed and self._depth <= 0 and not self.quote):
            return "on"
        self.opened = opens_block(line, self.language)  # as in `b):` behind `def f(a,`
        self._by_bracket = self._depth > 0
        return "on" if self.opened else "with"

    def keep(self, line: str, end: int, *, anew: bool = False) -> bool:
        """Count a line in; whether it closes what was open. Its brackets are the block's `anew` where it goes on."""
        closed = self._count(line)
        self._keep(line, end)
        self._second = False
        if anew:
            self.opened, self._by_bracket = True, self._depth > 0
        return closed

    def open(self) -> bool:
        """Be led by brackets from here on, since a statement has begun a block in a further line; whether it has."""
        if self._depth > 0:
            self.opened = self._by_bracket = True
        return self._depth > 0

    def indent(self, line: str) -> int:
        """The level of a line, as it will stand."""
        return width(line) + self.shift

    def leaves(self, line: str) -> bool:
        """Whether a line that is not blank stands outside of the block."""
        self._look_at_second(line)
        indent = self.indent(line)
        if self.quote:
            return False
        if self.header and self.opened:
            if self._depth > 0 or indent > self.base:
                return False
            closes = begins_with_closer(line, self.language) or continues_block(line, self.language)
            begins = line.strip() == "{" and not self._by_bracket
            goes_on = closes or begins or (line.lstrip().startswith(LINKS) and not self.language.dedents_end)
            return indent < self.base or not goes_on
        if indent < self.base or self.is_foreign_closer(line, indent):
            return self._depth <= 0 and not self.closes_around(line)
        return self._blank_lines > 0 and indent == self.base and self._depth <= 0 and not self._first_in_block

    def closes_around(self, line: str) -> bool:
        """Whether the line closes the block that the cursor stands in, which nothing below closes."""
        indent = self.indent(line)
        outside = indent < self.base or self.is_foreign_closer(line, indent)
        if self.header or self.quote or self._depth > 0 or not outside:
            return False
        below = first_written(self._around.below)
        closed_below = begins_with_closer(below, self.language) and width(below) >= width(line)
        return begins_with_closer(line, self.language) and not closed_below

    def is_foreign_closer(self, line: str, indent: int) -> bool:
        """Whether a line begins with a bracket that closes what was opened around, at the level of what it held."""
        return indent == self.base and self._depth <= 0 and line.lstrip()[:1] in (")", "]", "}")

    def _is_unfinished(self, line: str) -> bool:
        """Whether what a line begins goes on in the next one without any bracket."""
        if self.language.dedents_end or self.language.block_open or self.language.prose:
            return False
        code = line.rstrip()
        return code.endswith(_HALVES) or (code.endswith(":") and _LABEL.match(code) is not None)

    def _is_annotation(self, line: str) -> bool:
        return self._depth <= 0 and not self.quote and is_annotation(line, self.language) and not self.opened

    def _look_at_second(self, line: str) -> None:
        """A text whose lines are told from column 0 is read as if they stood where they will be moved to."""
        if (
            self._second
            and not self._quoted
            and not self._blank_lines
            and told_from_zero(self._last, line, self.language)
        ):
            self.shift = width(self._last)
        self._second = False

    def _keep(self, line: str, end: int) -> None:
        self._level = width(line) + self.shift
        self.kept, self._last, self._blank_lines = end, line, 0

    def _count(self, line: str) -> bool:
        """Follow brackets and long strings through a line; whether it closes anything from before."""
        within = self.quote != ""
        nesting = read_nesting(line, self.language, self.quote)
        marks = (*self.language.long_quotes, *(self.language.block_comment or ())[:1])
        self.quote = nesting.quote if nesting.quote in marks else ""
        closed = sum(mark.kind in "([{" or mark.kind == BLOCK for mark in nesting.closed)
        self._depth += len(nesting.open) - closed
        return closed > 0 or (within and not self.quote)
