"""What the user has just changed, as diffs: the next line often does here what was done there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from foretype.context.scene import RecentEdit, Scene
from foretype.context.secrets.redaction import redact
from foretype.context.snippet import Snippet

_MOST: Final = 24
_LINES: Final = 30
"""Of a change's new lines. Of what it replaced, less says enough."""

_LINES_REMOVED: Final = 8
_HALF: Final = 3
"""Edits after which one counts half."""


def edits(scene: Scene) -> Iterator[Snippet]:
    """The latest first. Of the document's own edits only what is no longer there: the rest the window shows."""
    languages = {file.path: file.language_id for file in scene.open_files} | {scene.path: scene.language_id}
    for rank, edit in enumerate(reversed(scene.edits[-_MOST:])):
        added = () if edit.path == scene.path else edit.added
        if added or edit.removed:
            weight = 1 / (1 + rank / _HALF)
            yield Snippet(edit.path, _diff(edit, added, languages), "edit", edit.start, edit.start, weight)


def _diff(edit: RecentEdit, added: tuple[str, ...], languages: Mapping[str, str]) -> str:
    # A diff stands without what is above it, and tears new lines from it: so each side is read for secrets by itself.
    def clean(lines: tuple[str, ...]) -> list[str]:
        text = "\n".join((*edit.above, *lines))
        return redact(text, edit.path, languages.get(edit.path, "")).text.split("\n")[len(edit.above) :]

    removed, added = edit.removed[:_LINES_REMOVED], added[:_LINES]
    rows = [*(f"-{line}" for line in clean(removed) if removed), *(f"+{line}" for line in clean(added) if added)]
    return "\n".join(rows) + "\n"
