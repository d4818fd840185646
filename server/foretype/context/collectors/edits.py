"""What the user has just changed, as diffs: the next line often does here what was done there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foretype.context.scene import RecentEdit, Scene
from foretype.context.snippet import Snippet

_MOST: Final = 24
_LINES: Final = 30
"""Of a change's new lines. Of what it replaced, less says enough."""

_LINES_REMOVED: Final = 8
_HALF: Final = 3
"""Edits after which one counts half."""


def edits(scene: Scene) -> Iterator[Snippet]:
    """The latest first. Of the document's own edits only what is no longer there: the rest the window shows."""
    for rank, edit in enumerate(reversed(scene.edits[-_MOST:])):
        added = () if edit.path == scene.path else edit.added
        if added or edit.removed:
            weight = 1 / (1 + rank / _HALF)
            yield Snippet(edit.path, _diff(edit, added), "edit", edit.start, edit.start, weight)


def _diff(edit: RecentEdit, added: tuple[str, ...]) -> str:
    rows = [*(f"-{line}" for line in edit.removed[:_LINES_REMOVED]), *(f"+{line}" for line in added[:_LINES])]
    return "\n".join(rows) + "\n"
