"""All collectors, one after another, within one deadline; then the names are judged. Runs in a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from foretype.context.collectors.clipboard import clipboard
from foretype.context.collectors.co_change import co_change
from foretype.context.collectors.definitions import definitions
from foretype.context.collectors.diagnostics import diagnostics
from foretype.context.collectors.edits import edits
from foretype.context.collectors.imported import imported
from foretype.context.collectors.open_files import far_parts, open_files
from foretype.context.collectors.search import search
from foretype.context.expectation import judged
from foretype.context.scene import Scene
from foretype.context.snippet import Snippet

Collector = Callable[[Scene], Iterable[Snippet]]

COLLECTORS: Final[tuple[Collector, ...]] = (
    edits,
    diagnostics,
    clipboard,
    search,
    open_files,
    definitions,
    imported,
    far_parts,
    co_change,
)
"""What has brought most for its time comes first, so that a deadline costs least."""


def collect(scene: Scene, collectors: Iterable[Collector] = COLLECTORS) -> list[Snippet]:
    """What the collectors offer for a scene, each name judged."""
    found: list[Snippet] = []
    for collector in collectors:
        found += collector(scene)
    return judged(scene, found)
