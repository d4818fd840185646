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

DOUBT: Final = 0.6
"""Seconds that a running stream is kept when the last characters typed are not its own. A wrong key is noticed after
a quarter to half a second; then it is taken back, and the stream fits again."""

_MOST_SLIPS: Final = 3
"""Characters in a row that may be a typing error; most people notice one after one to three keys."""

_MOST_CLOSED: Final = 16
"""Characters that an editor may have put behind the cursor by itself."""

_CLOSERS: Final = frozenset(")]}>\"'`;")


_AWAY, _IN_DOUBT, _AGREES = range(3)


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
    block does not shrink to a line while it is typed through. `ahead`: it was asked for before anybody was here.
    """

    generation: Generation
    offset: int
    max_lines: int
    ahead: bool = False

    @property
    def nothing(self) -> bool:
        """Whether it is known that the model has nothing to say here."""
        return self.generation.ended and not self.offset and not self.rest.strip()

    @property
    def used_up(self) -> bool:
        """Whether all that it has to say is typed, but for line ends: the line is complete, what follows unknown."""
        return self.generation.ended and self.offset > 0 and not self.rest.strip()

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
        """The newest generation that has, or may still get, something to say at this position.

        Where there is none, one that is used up here, which tells that the line is complete.
        """
        used_up = None
        for entry in reversed(self._entries.get(document.uri, ())):
            generation = entry.generation
            if entry.model != model or (generation.ended and generation.error is not None):
                continue
            if generation.ended and document.lines.size - entry.lines.size > len(generation.text) + _MOST_CLOSED:
                continue  # typed beyond long ago; most are, so this is looked at before anything else
            typed = _typed(entry, document.lines)
            if typed is None or not _cursor_follows(entry.position, typed, position):
                continue
            before_cursor = _before_cursor(entry.position, typed, position)
            match = _match(entry, before_cursor)
            if match is None:
                continue
            if not match.used_up:
                return match
            used_up = used_up or match
        return used_up

    def holds(self, document: Document, generation: Generation) -> bool:
        """Whether a generation is kept and was not broken off, so that it answers where it fits."""
        alive = generation.whole or not generation.ended
        return alive and any(entry.generation is generation for entry in self._entries.get(document.uri, ()))

    def in_doubt(self, document: Document) -> bool:
        """Whether what was typed last may be a mistake: it is known text but for a few characters or its margin."""
        return any(_fit(entry, document.lines) == _IN_DOUBT for entry in self._entries.get(document.uri, ()))

    def document_changed(self, document: Document) -> None:
        """Close the running generations that the document has moved away from; soon, if it may have been by mistake."""
        entries = self._entries.get(document.uri, ())
        if all(entry.generation.ended for entry in entries):
            return
        fits = {entry.generation: _fit(entry, document.lines) for entry in entries}
        for entry in entries:
            if entry.generation.ended:
                continue
            fit = max(fits[entry.generation], fits.get(entry.ahead_of, _AWAY) if entry.ahead_of else _AWAY)
            if fit == _AWAY:
                entry.generation.close()
            elif fit == _IN_DOUBT:
                entry.generation.doubt(DOUBT)

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


def _match(entry: Entry, before_cursor: str) -> Match | None:
    """What a generation says behind the text that stands before the cursor."""
    generation = entry.generation
    text, ended = generation.text, generation.ended
    # Blank lines within the text do not count: of a block that shows whole, no line goes while they are typed.
    written = sum(bool(line.strip()) for line in before_cursor.split("\n")[:-1])
    match = Match(generation, len(before_cursor), max(1, entry.max_lines - written), entry.ahead_of is not None)
    if not ended:
        return match if text.startswith(before_cursor) or before_cursor.startswith(text) else None
    has_more = text.startswith(before_cursor) and match.rest != ""
    # One line that was asked for and is typed: what follows it is below.
    has_more = has_more or (generation.whole and entry.max_lines == 1 and text == before_cursor != "")
    # Asked just here and told nothing: asking again would get the same.
    return match if has_more or (generation.whole and match.nothing) else None


def _fit(entry: Entry, lines: Lines) -> int:
    """Whether the document agrees with the generation so far; where the cursor is, is not known here."""
    typed = _typed(entry, lines)
    if typed is None:
        return _AWAY
    text = entry.generation.text
    agreed = 0
    for mine, theirs in zip(typed, text, strict=False):
        if mine != theirs:
            break
        agreed += 1
    other = typed[agreed:]
    if agreed == len(text) or _CLOSERS.issuperset(other):
        return _AGREES
    slipped = agreed > 0 and len(other) <= _MOST_SLIPS and "\n" not in other
    # By the editor, which cannot know how deep the next line is meant to be.
    indented = not other.strip(" \t") and typed[:agreed].rstrip(" \t").endswith("\n")
    return _IN_DOUBT if slipped or indented else _AWAY


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
