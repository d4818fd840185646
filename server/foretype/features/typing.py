"""What the keys typed into one document tell: whether text is being deleted, and what became of what was shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from foretype.features.suggestion import Suggestion
from foretype.text.changes import inserted_at, moved_by
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

_MOST_SLIPS: Final = 4
"""Characters behind which a key that was not the expected one is no typing error any more."""


class TypingMemory:
    """The memory of one document's last keys."""

    def __init__(self) -> None:
        self.deleting = False
        """Whether the last edit took text away, and not only a typing error."""
        self.took: bool | None = None
        """Whether the last edit took all of what was shown (True), or went past it (False); None: neither yet."""
        self._shown: Suggestion | None = None
        self._followed: tuple[Lines, Position] | None = None
        self._rest: Suggestion | None = None
        self._rest_in: Lines | None = None
        self._refused: tuple[int, float] | None = None
        self._expected: Lines | None = None

    def showed(self, suggestion: Suggestion) -> None:
        """This suggestion is on the screen now."""
        self._shown = suggestion
        if suggestion is not self._rest:
            self._rest, self._rest_in = suggestion, None

    def key(self, before: Document, after: Document) -> bool | None:
        """The document changed: whether what was typed is what was shown, None where that says nothing."""
        self.deleting = after.lines.size < before.lines.size
        self._look_back(after.lines)
        self._rest = self._left(before, after)
        self._rest_in = after.lines
        agreed = self._agreed(before, after)
        few = 0 < after.lines.size - before.lines.size <= _MOST_SLIPS
        if agreed is False and self._expected is None and few:
            self._expected = before.lines
        return agreed

    def _look_back(self, lines: Lines) -> None:
        """Whether the document is again as it was before the first key that was not expected."""
        if self._expected is None:
            return
        if inserted_at(self._expected, Position(0, 0), lines) == "":
            self.deleting = False
            self._expected = None
        elif not 0 <= lines.size - self._expected.size <= _MOST_SLIPS:
            self._expected = None

    def _agreed(self, before: Document, after: Document) -> bool | None:
        shown, self._shown, self.took, self._followed = self._shown, None, None, None
        if shown is None or after.lines.size < before.lines.size:
            return None
        typed = inserted_at(before.lines, shown.start, after.lines)
        if typed is None:
            return False  # an edit elsewhere: no word about the suggestion itself
        agreed = shown.text.startswith(typed)
        if agreed:
            self._followed = after.lines, moved_by(shown.start, typed)
        whole = typed == shown.text and len(typed) > 1
        if whole or not agreed or "\n" in typed:
            self.took = whole
        if not agreed and shown.confidence is not None:
            self._refused = (shown.start.line, shown.confidence)
        return agreed

    def _left(self, before: Document, after: Document) -> Suggestion | None:
        """What a key left of the suggestion that was shown last, as long as the keys are its text."""
        rest = self._rest
        typed = inserted_at(before.lines, rest.start, after.lines) if rest is not None else None
        if rest is None or typed is None or "\n" in typed or not rest.text.startswith(typed):
            return None
        text, start = rest.text[len(typed) :], moved_by(rest.start, typed)
        end = Position(rest.end.line, rest.end.column + len(typed))
        return replace(rest, text=text, start=start, end=end) if text.strip() else None

    def rest_at(self, document: Document, position: Position) -> Suggestion | None:
        """What is left of the suggestion that was shown last, if all keys since then were its text."""
        rest = self._rest
        return rest if rest is not None and document.lines is self._rest_in and position == rest.start else None

    def followed_to(self, document: Document, position: Position) -> bool:
        """Whether the cursor came here by typing what was shown, perhaps over the end of its line."""
        return self._followed is not None and self._followed == (document.lines, position)

    def least_confidence(self, line: int) -> float:
        """How sure the embedded engine must at least be on this line: surer than when it was wrong there last."""
        if self._refused is None or self._refused[0] != line:
            return 0.0
        return self._refused[1]
