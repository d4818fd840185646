"""One document that is typed into: what stands there, what shall stand there, and edits of it.

The caret is always at the end of what was typed; behind it stands the rest of the file. Pure values and text, no clock
and no protocol but the shape of a position.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.protocol.editing import width


@dataclass(frozen=True, slots=True)
class Item:
    """What an editor was offered: text in place of what stands from `start` (of a line) to the caret.

    `behind` is how much behind the caret is replaced too, at a caret with nothing behind it on its line. Lines and
    characters as the protocol counts them.
    """

    text: str
    line: int
    start: int
    behind: int = 0


@dataclass(frozen=True, slots=True)
class Edit:
    """The last `erase` characters before the caret go, `text` comes in their place."""

    text: str
    erase: int = 0


@dataclass(slots=True)
class Page:
    """`head` and `tail` stand around the place; `target` is what has to be typed there, `typed` what is."""

    uri: str
    language: str
    head: str
    target: str
    tail: str
    typed: str = ""
    version: int = 1
    encoding: str = "utf-16"
    opened: bool = False
    _line: int = field(init=False)
    _column: str = field(init=False)

    def __post_init__(self) -> None:
        self._line = self.head.count("\n")
        self._column = self.head[self.head.rfind("\n") + 1 :]

    @property
    def text(self) -> str:
        """The whole document as it is."""
        return self.head + self.typed + self.tail

    @property
    def agrees(self) -> bool:
        """Whether what was typed is the beginning of what shall be."""
        return self.target.startswith(self.typed)

    @property
    def done(self) -> bool:
        """Whether all is typed."""
        return self.typed == self.target

    @property
    def wrong(self) -> int:
        """How many of the last characters have to be taken back."""
        agreed = 0
        for mine, true in zip(self.typed, self.target, strict=False):
            if mine != true:
                break
            agreed += 1
        return len(self.typed) - agreed

    @property
    def line(self) -> int:
        """The caret's line."""
        return self._line + self.typed.count("\n")

    @property
    def before_caret(self) -> str:
        """The caret's line up to the caret."""
        return (self._column + self.typed).rpartition("\n")[2]

    @property
    def caret(self) -> dict[str, int]:
        """The caret as a position of the protocol."""
        return {"line": self.line, "character": width(self.before_caret, self.encoding)}

    def range_of(self, edit: Edit) -> dict[str, dict[str, int]]:
        """What an edit replaces, as a range of the protocol, before the edit is applied."""
        kept = self.typed[: len(self.typed) - edit.erase]
        start = (self._column + kept).rpartition("\n")[2]
        line = self._line + kept.count("\n")
        return {"start": {"line": line, "character": width(start, self.encoding)}, "end": self.caret}

    def apply(self, edit: Edit) -> None:
        """Change the document."""
        self.typed = self.typed[: len(self.typed) - edit.erase] + edit.text
        self.version += 1

    def visible(self, item: Item) -> str:
        """What of an offer shows behind the caret: all that is not typed yet, "" where it does not fit (any more).

        As VS Code does it: the offer stays where it is anchored, and shows while the text from its start to the caret
        is the beginning of its text.
        """
        lines = self.typed.split("\n")
        lines[0] = self._column + lines[0]
        row = item.line - self._line
        if not 0 <= row < len(lines):
            return ""
        anchor = _column(lines[row], item.start, self.encoding)
        if anchor is None:
            return ""
        since = "\n".join([lines[row][anchor:], *lines[row + 1 :]])
        return item.text[len(since) :] if item.text.startswith(since) and item.text != since else ""

    def accepted(self, item: Item) -> Edit | None:
        """The edit that taking an offer makes; None where it is not one of what was typed here.

        That would damage text which nobody asked to replace: in front of the typed text, or behind the caret.
        """
        if item.behind or not self.visible(item):
            return None
        lines = (self._column + self.typed).split("\n")
        row = item.line - self._line
        anchor = _column(lines[row], item.start, self.encoding)
        if anchor is None:
            return None
        erase = sum(len(line) + 1 for line in lines[row:]) - 1 - anchor
        if erase > len(self.typed):
            untouched = self._column[len(self._column) + len(self.typed) - erase :]
            return Edit(item.text[len(untouched) :], len(self.typed)) if item.text.startswith(untouched) else None
        return Edit(item.text, erase)


def _column(line: str, character: int, encoding: str) -> int | None:
    """The index of a character of the protocol in a line."""
    if line.isascii():
        return character if character <= len(line) else None
    for index in range(min(character, len(line)) + 1):
        if width(line[:index], encoding) == character:
            return index
    return None
