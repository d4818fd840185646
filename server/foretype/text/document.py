"""A document as a value: what an editor has open, at one version. An edit makes a new one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from foretype.text.lines import Lines, line_body
from foretype.text.positions import Encoding, Position, to_position


class Change(NamedTuple):
    """One content change as a client sends it: lines from 0, characters in the negotiated encoding's units.

    With `start` and `end` None the text is the whole new content.
    """

    start: tuple[int, int] | None
    end: tuple[int, int] | None
    text: str


_RUN = 64
"""Lines that are read at once: about a chunk, which costs little more than a single line."""


@dataclass(frozen=True, slots=True)
class Document:
    """An open document at one version. `version` is None where the client counts none."""

    uri: str
    language_id: str
    version: int | None
    lines: Lines

    @property
    def text(self) -> str:
        """The whole text; costs a copy."""
        return self.lines.text

    def line(self, number: int) -> str:
        """A line without its end."""
        return line_body(self.lines[number])

    def apply(self, changes: Iterable[Change], version: int | None, encoding: Encoding) -> Document:
        """The document after the changes, each of which is meant for the result of the one before.

        Places outside the text are pulled in; a range given backwards is turned round.
        """
        lines = self.lines
        for start, end, text in changes:
            if start is None or end is None:
                lines = Lines(text)
                continue
            first = to_position(lines, *start, encoding)
            last = to_position(lines, *end, encoding)
            lines = lines.replace(min(first, last), max(first, last), text)
        return replace(self, lines=lines, version=version)

    def before(self, position: Position, limit: int) -> str:
        """At most `limit` code points of the text that ends at the position."""
        parts = [self.lines[position.line][: position.column]]
        room = limit - len(parts[0])
        number = position.line
        while room > 0 and number > 0:
            parts.append("".join(self.lines[max(0, number - _RUN) : number]))
            room -= len(parts[-1])
            number -= _RUN
        return "".join(reversed(parts))[-limit:] if limit > 0 else ""

    def after(self, position: Position, limit: int) -> str:
        """At most `limit` code points of the text that starts at the position."""
        parts = [self.lines[position.line][position.column :]]
        room = limit - len(parts[0])
        number = position.line + 1
        while room > 0 and number < len(self.lines):
            parts.append("".join(self.lines[number : number + _RUN]))
            room -= len(parts[-1])
            number += _RUN
        return "".join(parts)[: max(0, limit)]
