"""Reads a stream of text as it grows and says when nothing more is wanted, so that the model can be stopped.

The text itself is not touched: it is stored as it came, since the user may type through more of it than is shown.
What a watch says is a length, up to which the text is worth showing in the state of the document that it was asked
for. It sees each line once; a look at a new piece of text costs that piece.
"""

from __future__ import annotations

from typing import Literal

from foretype.postprocess.languages import language_of
from foretype.postprocess.layout import first_written, is_sentence, opens_block
from foretype.postprocess.repetition import LOOK_BACK, LineLoop, runs_in_circles
from foretype.postprocess.residue import find_token
from foretype.postprocess.streaming.block_end import BlockEnd
from foretype.postprocess.surroundings import Surroundings

Unit = Literal["line", "statement", "block"]
"""What is to be suggested: the rest of the line; that, and the block where the line begins one; or a block."""


class Watch:
    """One stream's watch: call it with all the text so far, each time that there is more."""

    def __init__(self, around: Surroundings, unit: Unit) -> None:
        self._around = around
        self._unit = unit
        self._read = 0
        self._lines = 0
        self._any_written = False
        self._last_complete = 0
        self._language = language_of(around.language)
        self._block = BlockEnd(around, whole_block=unit == "block")
        self._loop = LineLoop()
        self._below = first_written(around.below).rstrip()

    def __call__(self, text: str) -> int | None:
        """How much of the text is worth showing, once it is known that nothing after it is; None before."""
        while (end := text.find("\n", self._read)) >= 0:
            line, start = text[self._read : end].rstrip("\r"), self._read
            self._read = end + 1
            if (useful := self._take(line, start, end)) is not None:
                return useful
        tail = text[self._read :]
        if (token := self._token(tail)) is not None:
            return self._read + token
        if runs_in_circles(tail[-LOOK_BACK:]):
            return self._read + len(tail)
        if self._lines and self._unit != "line":
            return self._block.before_partial(tail)
        return None

    def _take(self, line: str, start: int, end: int) -> int | None:
        first = self._lines == 0
        self._lines += 1
        if (token := self._token(line)) is not None:
            return start + token
        self._any_written = self._any_written or bool(line.strip())
        whole = self._around.typed + line if first else line
        if self._below and is_sentence(whole) and whole.rstrip() == self._below:
            return start
        if (useful := self._loop.take(whole, start)) is not None:
            return useful
        if self._unit == "line":
            return end if self._any_written or self._around.typed.strip() else None
        if (useful := self._block.take(line, start, end)) is not None:
            return useful
        if first or (line.strip() and not opens_block(line, self._language)):
            self._last_complete = end
        return self._last_complete if self._lines >= self._around.max_lines else None

    def _token(self, line: str) -> int | None:
        """Where a special token ends the text; one in front of all text ends nothing."""
        token = find_token(line)
        return token if token is not None and (self._any_written or line[:token].strip()) else None
