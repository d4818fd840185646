"""Outlines of the modules that the document imports: what may be called here without another import."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foretype.context.collectors.resolving import files_of
from foretype.context.collectors.windows import best_windows, lead_of, text_of
from foretype.context.scene import Scene
from foretype.context.snippet import Snippet

_MODULES: Final = 12
_OF_ONE: Final = 6


def imported(scene: Scene) -> Iterator[Snippet]:
    """The parts of each outline that fit best, those of modules whose names stand near the cursor first."""
    found = []
    for path in _modules(scene)[:_MODULES]:
        lines = scene.index.outline(path).split("\n")
        found += [(path, lines, window) for window in best_windows(lines, scene.wanted_terms, _OF_ONE)]
    top = max((window.score for _, _, window in found), default=1.0)
    for path, lines, one in found:
        # The lines are the outline's, not the file's; both ends are the same, so the place only tells them apart.
        text = text_of(lines, one.start, one.end)
        lead = lead_of(lines, one.start)
        yield Snippet(path, text, "outline", one.start, one.start, one.score / top, lead=lead)


def _modules(scene: Scene) -> list[str]:
    used = sorted(scene.imports, key=lambda one: -max((scene.near.get(name, 0.0) for name in one.names), default=0.0))
    paths = (path for one in used for path in files_of(one, scene.path, scene.language_id, scene.index))
    return [path for path in dict.fromkeys(paths) if path != scene.path]
