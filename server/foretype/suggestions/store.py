"""Generations by the place they were asked for, and whether they still fit the document as it is now.

A generation fits while the only thing that happened to its document is that the beginning of its text was typed at
its place (an editor's auto-closed brackets right of the cursor aside). Then it answers for the rest without a model
call; as soon as the document has moved away, a running one is closed. Compared is the whole document, so another
suffix, path or model never answers.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from foretype.suggestions.generation import Generation
from foretype.text.changes import inserted_at, moved_by
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

PLACES_KEPT: Final = 32
"""Ended generations that are kept for each document: enough to go back over the last minute of typing."""

_CLOSERS: Final = frozenset(")]}>\"'`;")


@dataclass(frozen=True, slots=True)
class Entry:
    """A generation, and the state of the document that it was asked for; `max_lines` were asked for.

    With `ahead_of` that state is to come: when the text of that other generation has been accepted or typed.
    """

    lines: Lines
    position: Position
    model: str
    max_lines: int
    generation: Generation
    ahead_of: Generation | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A generation that fits here; its text from `offset` on is what is left to type.

    `max_lines` is how many lines of it are shown: as many as at first, less those that are typed already, so that a
    block does not shrink to a line while it is typed through.
    """

    generation: Generation
    offset: int
    max_lines: int

    @property
    def nothing(self) -> bool:
        """Whether it is known that the model has nothing to say here."""
        return self.generation.ended and not self.rest

    @property
    def rest(self) -> str:
        """What came so far, is worth showing and is not typed yet."""
        return self.generation.worth_showing(self.offset)


class SuggestionStore:
    """The generations of one client's documents."""

    def __init__(self) -> None:
        self._entries: dict[str, deque[Entry]] = {}

    def add(self, document: Document, entry: Entry) -> None:
        """Keep a generation for the place it was asked for; the oldest is closed and dropped where it gets many."""
        entries = self._entries.setdefault(document.uri, deque())
        entries.append(entry)
        while len(entries) > PLACES_KEPT:
            entries.popleft().generation.close()

    def find(self, document: Document, position: Position, model: str) -> Match | None:
        """The newest generation that has, or may still get, something to say at this position."""
        for entry in reversed(self._entries.get(document.uri, ())):
            if entry.model != model or (entry.generation.ended and not entry.generation.whole):
                continue  # a fragment would pass for all that the model has to say
            typed = _typed(entry, document.lines)
            if typed is None or not _cursor_follows(entry.position, typed, position):
                continue
            before_cursor = _before_cursor(entry.position, typed, position)
            text, ended = entry.generation.text, entry.generation.ended
            has_more = text.startswith(before_cursor) and entry.generation.worth_showing(len(before_cursor)) != ""
            # Asked just here and told nothing: asking again would get the same.
            says_nothing = ended and not before_cursor
            if has_more or says_nothing or (not ended and before_cursor.startswith(text)):
                left = max(1, entry.max_lines - before_cursor.count("\n"))
                return Match(entry.generation, len(before_cursor), left)
        return None

    def document_changed(self, document: Document) -> None:
        """Close the running generations that the document has moved away from."""
        entries = self._entries.get(document.uri, ())
        running = [entry for entry in entries if not entry.generation.ended]
        if not running:
            return
        fitting = {entry.generation for entry in entries if _may_fit(entry, document.lines)}
        for entry in running:
            if entry.generation not in fitting and entry.ahead_of not in fitting:
                entry.generation.close()

    def leave(self, document: Document, kept: Generation | None) -> None:
        """The cursor is elsewhere now: close what still runs for this document, but for `kept`."""
        for entry in self._entries.get(document.uri, ()):
            needed = kept is not None and kept in (entry.generation, entry.ahead_of)
            if not needed and not entry.generation.ended:
                entry.generation.close()

    def forget(self, uri: str) -> None:
        """The document is closed: close and drop its generations."""
        for entry in self._entries.pop(uri, ()):
            entry.generation.close()

    def close(self) -> None:
        """Close everything."""
        for uri in list(self._entries):
            self.forget(uri)


def _typed(entry: Entry, lines: Lines) -> str | None:
    return "" if entry.lines is lines else inserted_at(entry.lines, entry.position, lines)


def _may_fit(entry: Entry, lines: Lines) -> bool:
    """Whether the document agrees with the generation so far; where the cursor is, is not known here."""
    typed = _typed(entry, lines)
    if typed is None:
        return False
    text = entry.generation.text
    agreed = 0
    for mine, theirs in zip(typed, text, strict=False):
        if mine != theirs:
            break
        agreed += 1
    return agreed == len(text) or _CLOSERS.issuperset(typed[agreed:])


def _before_cursor(place: Position, typed: str, cursor: Position) -> str:
    """The part of what was typed that stands before the cursor; behind it may stand what the editor closed."""
    for end in range(len(typed), -1, -1):
        if moved_by(place, typed[:end]) == cursor:
            return typed[:end]
        if typed[end - 1 : end] not in _CLOSERS:
            break
    return typed


def _cursor_follows(place: Position, typed: str, cursor: Position) -> bool:
    return moved_by(place, _before_cursor(place, typed, cursor)) == cursor
