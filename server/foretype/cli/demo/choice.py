"""Where in a user's file the demo is worth its half minute: where the embedded engine is surest.

The engine is asked off line, with the lines hidden that the demo would hide, and knows this file alone. How sure it
is decides, never whether it is right; the report says that the place was chosen so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from foretype.cli.demo.scene import Scene, shortened
from foretype.cli.source import Source
from foretype.models.local import LocalEngine, WorkspaceView
from foretype.text.document import Document
from foretype.text.lines import Lines

_PLACES: Final = 24
"""Paragraphs that are looked at, spread over the file. With the lines below about 400 questions of 3 to 4 ms each."""

_FIRST_LINES: Final = 8
"""As many lines of each: about what is typed in the time of a demo where nothing comes."""

_LARGEST: Final = 300_000
"""Characters; in a larger file nobody would wait for so many versions of it, and nothing is chosen."""

_LINE: Final = re.compile(r"^([ \t]*)(\S+ ?)", re.MULTILINE)


def surest(source: Source, most: int, threshold: float) -> Scene | None:
    """The scene of `most` lines with the most that would be shown in its beginning; None where nothing would be."""
    if len(source.text) > _LARGEST:
        return None
    lines = Lines(source.text)
    most = shortened(lines, most)
    engine = LocalEngine(lambda document: WorkspaceView())
    best, sureness = None, 0.0
    for first in _places(lines, most):
        scene = Scene(source, lines, first, _last(lines, first + most))
        found = sum(sure for sure in _answers(engine, scene) if sure >= threshold)
        if found > sureness:
            best, sureness = scene, found
    return best


def _places(lines: Lines, most: int) -> list[int]:
    """Beginnings of paragraphs, evenly spread."""
    written = [number for number, line in enumerate(lines) if line.strip() and number + most <= len(lines)]
    begins = [number for number in written if number == 0 or not lines[number - 1].strip()]
    step = max(1.0, len(begins) / _PLACES)
    return [begins[int(at * step)] for at in range(min(_PLACES, len(begins)))]


def _last(lines: Lines, end: int) -> int:
    return max(number for number in range(end) if lines[number].strip())


def _answers(engine: LocalEngine, scene: Scene) -> Iterator[float]:
    """How sure the engine is at the beginning of each line, behind its indentation and behind its first word."""
    source = scene.source
    uri = source.path.as_uri()
    for number, line in enumerate(_LINE.finditer(scene.removed)):
        if number == _FIRST_LINES:
            return
        for done in (line.end(1), line.end(2)):
            document = Document(uri, source.language, 0, Lines(scene.text_after(done)))
            found = engine.complete(document, scene.place(done))
            yield found[0].confidence if found else 0.0
