"""What the editor's tools say of the lines around the cursor, as far as the client has told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foretype.context.scene import Scene
from foretype.context.snippet import Snippet

_REACH: Final = 100
"""Lines from the cursor, farther than which a message is about something else."""

_MOST: Final = 5
_LONGEST: Final = 300
"""Characters of a message."""


def diagnostics(scene: Scene) -> Iterator[Snippet]:
    """The nearest messages, one snippet each."""
    near = sorted(scene.diagnostics, key=lambda one: abs(one.line - scene.line))
    for one in near[:_MOST]:
        distance = abs(one.line - scene.line)
        if distance <= _REACH:
            message = " ".join(one.message.split())[:_LONGEST]
            text = f"line {one.line + 1}: {message}\n"
            yield Snippet(scene.path, text, "diagnostic", one.line, one.line, 1 / (1 + distance / 10))
