"""The demo where nothing can be drawn: each line of the file once it is there, with what was accepted set apart.

Knows neither terminals nor files: it makes lines of text.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from foretype.cli.demo.scene import LINE_END
from foretype.cli.demo.typist import Hand, Typist


class Transcript:
    """What one typist has typed so far, line by line. `marks` enclose what was accepted."""

    def __init__(self, typist: Typist, marks: tuple[str, str]) -> None:
        self._typist = typist
        self._marks = marks
        self._start = 0
        self._line = typist.scene.first

    def legend(self) -> str:
        """What the marks mean."""
        return f"{self._marks[0]}suggested and accepted{self._marks[1]}; everything else was typed."

    def more(self) -> Iterator[str]:
        """The lines that have become complete since the last call."""
        removed, done = self._typist.scene.removed, self._typist.done
        while end := LINE_END.search(removed, self._start, done):
            yield self._numbered(end.start())
            self._start = end.end()
            self._line += 1

    def rest(self) -> Iterator[str]:
        """The last line, as far as it came, in the end."""
        yield from self.more()
        if self._typist.done > self._start:
            yield self._numbered(self._typist.done)

    def _numbered(self, end: int) -> str:
        typist, start = self._typist, self._start
        parts = []
        for hand, run in groupby(range(start, end), lambda at: typist.hands[at]):
            places = list(run)
            parts.append(self._marked(typist.scene.removed[places[0] : places[-1] + 1], hand))
        return f"{self._line + 1:>5}  {''.join(parts)}".rstrip()

    def _marked(self, text: str, hand: Hand) -> str:
        # Indentation stays outside, so that the line stands where it does in the file.
        words = text.lstrip(" \t")
        if hand != "accepted" or not words:
            return text
        return f"{text[: len(text) - len(words)]}{self._marks[0]}{words}{self._marks[1]}"
