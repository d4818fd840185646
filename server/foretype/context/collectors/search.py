"""What full-text search of the workspace finds for the names around the cursor, cut down to what fits best."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foretype.context.collectors.windows import best_windows, lead_of, text_of
from foretype.context.scene import Scene
from foretype.context.snippet import Snippet

_CHUNKS: Final = 24
_OF_ONE: Final = 5


def search(scene: Scene) -> Iterator[Snippet]:
    """Windows of the best chunks; a chunk's score, against the best, is their weight."""
    chunks = scene.index.search(scene.wanted, _CHUNKS, {scene.path})
    top = chunks[0].score if chunks else 1.0
    for chunk in chunks:
        lines = chunk.text.split("\n")
        for window in best_windows(lines, scene.wanted_terms, _OF_ONE):
            text = text_of(lines, window.start, window.end)
            start, end = chunk.start + window.start, chunk.start + window.end
            lead = lead_of(lines, window.start, chunk.lead)
            yield Snippet(chunk.path, text, "search", start, end, chunk.score / top, lead=lead)
