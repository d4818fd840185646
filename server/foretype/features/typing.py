"""What the keys typed into one document tell: whether text is being deleted, and what became of what was shown."""

from __future__ import annotations

from foretype.features.suggestion import Suggestion
from foretype.text.changes import inserted_at
from foretype.text.document import Document


class TypingMemory:
    """The memory of one document's last keys."""

    def __init__(self) -> None:
        self.deleting = False
        """Whether the last edit took text away."""
        self._shown: Suggestion | None = None
        self._refused: tuple[int, float] | None = None

    def showed(self, suggestion: Suggestion) -> None:
        """This suggestion is on the screen now."""
        self._shown = suggestion

    def key(self, before: Document, after: Document) -> bool | None:
        """The document changed: whether what was typed is what was shown, None where nothing was shown."""
        self.deleting = after.lines.size < before.lines.size
        shown, self._shown = self._shown, None
        if shown is None:
            return None
        typed = inserted_at(before.lines, shown.start, after.lines)
        if typed is None:
            return False  # an edit elsewhere: no word about the suggestion itself
        agreed = shown.text.startswith(typed)
        if not agreed and shown.confidence is not None:
            self._refused = (shown.start.line, shown.confidence)
        return agreed

    def least_confidence(self, line: int) -> float:
        """How sure the embedded engine must at least be on this line: surer than when it was wrong there last."""
        if self._refused is None or self._refused[0] != line:
            return 0.0
        return self._refused[1]
