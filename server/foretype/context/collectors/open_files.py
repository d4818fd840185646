"""Windows of the files that are open or were visited lately, and of the far parts of the document itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foretype.context.collectors.windows import Window, best_windows, lead_of, text_of
from foretype.context.scene import OpenFile, Scene
from foretype.context.snippet import Snippet

_FILES: Final = 10
_OF_ONE: Final = 6
_LARGEST: Final = 5_000
"""Lines. Of a longer file the first ones are looked at."""

_NEAR: Final = 48
"""Lines on either side of the cursor that every prompt's window shows."""


def open_files(scene: Scene) -> Iterator[Snippet]:
    """The best windows of each file; how well one fits is its weight, against the best of all."""
    found = [(file, window) for file in scene.open_files[:_FILES] for window in _best(scene, file)]
    yield from _weighed(found)


def far_parts(scene: Scene) -> Iterator[Snippet]:
    """The same of the document, but for what stands around the cursor."""
    before = OpenFile(scene.path, scene.language_id, scene.lines[: max(0, scene.line - _NEAR)])
    after = scene.line + _NEAR
    behind = OpenFile(scene.path, scene.language_id, scene.lines[after:])
    found = [(before, window) for window in _best(scene, before)]
    shifted = [Window(one.start + after, one.end + after, one.score) for one in _best(scene, behind)]
    whole = OpenFile(scene.path, scene.language_id, scene.lines)
    yield from _weighed([*found, *((whole, window) for window in shifted)])


def _best(scene: Scene, file: OpenFile) -> list[Window]:
    return best_windows(file.lines[:_LARGEST], scene.wanted_terms, _OF_ONE)


def _weighed(found: list[tuple[OpenFile, Window]]) -> Iterator[Snippet]:
    top = max((window.score for _, window in found), default=1.0)
    for file, one in found:
        text, lead = text_of(file.lines, one.start, one.end), lead_of(file.lines, one.start)
        weight, language = one.score / top, file.language_id
        yield Snippet(file.path, text, "open file", one.start, one.end, weight, lead=lead, language_id=language)
