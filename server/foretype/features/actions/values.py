"""The values that code actions pass on: what was asked of which lines, and what came of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

Shape = Literal["rewrite", "document", "append", "insert"]
"""How an answer is used: in place of the unit, as its documentation, at a file's end, or behind the unit."""


class Edit(NamedTuple):
    """Text in place of what stands between two places of a document; columns count code points."""

    start: Position
    end: Position
    text: str


@dataclass(frozen=True, slots=True)
class Unit:
    """The whole lines from `start` to `end` (exclusive) that an action is about.

    `name` and `kind` are the definition's where the unit is one; `focus` are the lines that the user selected in it.
    """

    start: int
    end: int
    name: str = ""
    kind: str = ""
    focus: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer may change: the unit of this document, and new imports where `imports` says so.

    `path` is the document's as the model saw it. `may_shrink`: whether an answer may end where the old text goes on.
    `keeps`: what the unit defines must still be there, and imports must not make way for other code.
    """

    document: Document
    unit: Unit
    shape: Shape = "rewrite"
    path: str = ""
    imports: bool = False
    may_shrink: bool = False
    keeps: bool = False

    @property
    def lines(self) -> Lines:
        """The document's lines."""
        return self.document.lines

    @property
    def language(self) -> str:
        """The document's language."""
        return self.document.language_id


class Unfit(Exception):
    """An answer that must not reach the buffer: the `reason` in one sentence, and what to tell the model about it."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint or reason


@dataclass(frozen=True, slots=True)
class Fitted:
    """An answer that fits: the edits for the document, in order and without overlap."""

    edits: tuple[Edit, ...]


def applied(lines: Lines, edits: tuple[Edit, ...] | list[Edit]) -> Lines:
    """The lines after the edits, all of which are meant for the lines as they are."""
    for edit in reversed(edits):
        lines = lines.replace(edit.start, edit.end, edit.text)
    return lines
