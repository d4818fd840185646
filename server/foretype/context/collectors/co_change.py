"""Windows of the files that are committed together with this one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foretype.context.collectors.windows import best_windows, lead_of, text_of
from foretype.context.scene import Scene
from foretype.context.snippet import Snippet

_FILES: Final = 8
_OF_ONE: Final = 5
_LARGEST: Final = 3_000


def co_change(scene: Scene) -> Iterator[Snippet]:
    """The likelihood that the file changes too is the weight."""
    for path, likelihood in scene.index.changed_with(scene.path)[:_FILES]:
        text = scene.index.file(path)
        if text is not None:
            lines = text.split("\n")[:_LARGEST]
            for one in best_windows(lines, scene.wanted_terms, _OF_ONE):
                text, lead = text_of(lines, one.start, one.end), lead_of(lines, one.start)
                yield Snippet(path, text, "co-change", one.start, one.end, likelihood, lead=lead)
