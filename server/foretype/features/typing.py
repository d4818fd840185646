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
        self._refused_line: int | None = None

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
        agreed = typed is not None and shown.text.startswith(typed)
        if not agreed and shown.source == "embedded":
            self._refused_line = shown.start.line
        return agreed

    def refused(self, line: int) -> bool:
        """Whether the embedded engine was wrong on this line already: its next guess there is mostly wrong too."""
        return self._refused_line == line
