"""All collectors, one after another; their names judged together. Runs in a thread, and may be late.

Collectors that are late miss this prompt, not the next: what is there at the deadline is handed over, and everything
once the last has ended.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from foretype.context.collectors.clipboard import clipboard
from foretype.context.collectors.co_change import co_change
from foretype.context.collectors.definitions import definitions
from foretype.context.collectors.diagnostics import diagnostics
from foretype.context.collectors.edits import edits
from foretype.context.collectors.import_lines import import_lines
from foretype.context.collectors.imported import imported
from foretype.context.collectors.open_files import far_parts, open_files
from foretype.context.collectors.search import search
from foretype.context.expectation import judged
from foretype.context.scene import Scene
from foretype.context.selection import select
from foretype.context.snippet import Snippet

logger = logging.getLogger(__name__)

Collector = Callable[[Scene], Iterable[Snippet]]

COLLECTORS: Final[tuple[Collector, ...]] = (
    edits,
    diagnostics,
    clipboard,
    import_lines,
    search,
    open_files,
    definitions,
    imported,
    far_parts,
    co_change,
)
"""What brings most for its time comes first, so that a deadline costs least."""

KEPT: Final = 64
"""Candidates that are kept for selection: more than most prompts have room for, few enough to be judged at a key."""

_ROOM: Final = 6_000
"""Tokens of candidates, roughly, that are kept at most."""

_HEAD: Final = 20
"""Tokens, roughly, that a snippet's path and marks cost."""

_PER_TOKEN: Final = 3.5
"""Characters, roughly; only for the choice of what is kept."""


_INDEXED: Final = frozenset({"search", "definition", "outline", "co-change"})
"""Origins of what the index says, which knows files as they were saved."""


class Gathering:
    """What is gathered for one scene."""

    def __init__(self, scene: Scene, collectors: Sequence[Collector] = COLLECTORS) -> None:
        self._scene = scene
        self._collectors = collectors

    def run(self, deadline: float) -> Iterator[list[Snippet]]:
        """What is there after `deadline` seconds, where not everything is, and then everything."""
        end = time.monotonic() + deadline
        found: list[Snippet] = []
        late = False
        for collector in self._collectors:
            try:
                found += _current(self._scene, collector(self._scene))
            except Exception as error:  # noqa: BLE001  a collector that fails on odd text must not cost the others'
                logger.warning("Nothing from %s: %s", getattr(collector, "__name__", "?"), type(error).__name__)
            if not late and time.monotonic() > end:
                late = True
                yield best(self._scene, judged(self._scene, found))
        yield best(self._scene, judged(self._scene, found))

    def all(self) -> list[Snippet]:
        """Everything, however long it takes."""
        return list(self.run(float("inf")))[-1]


def _current(scene: Scene, snippets: Iterable[Snippet]) -> Iterator[Snippet]:
    """The snippets without what the index still says of an open file, though it stands in it no more."""
    opened = {file.path: file.lines for file in scene.open_files}
    known: dict[str, frozenset[str]] = {}
    for snippet in snippets:
        if snippet.origin in _INDEXED and snippet.path in opened:
            if snippet.path not in known:
                known[snippet.path] = frozenset(line.strip() for line in opened[snippet.path])
            # What has no letters says nothing: brackets, and the dots that outlines put for bodies.
            said = (line.strip() for line in snippet.text.split("\n") if any(map(str.isalnum, line)))
            if not known[snippet.path].issuperset(said):
                continue
        yield snippet


def best(scene: Scene, snippets: Sequence[Snippet]) -> list[Snippet]:
    """The snippets among which every prompt for this place will find what it wants, whatever its window shows."""

    def cost(one: Snippet) -> int:
        return _HEAD + int(len(one.text) / _PER_TOKEN)

    return select(snippets, scene.near, scene.near, _ROOM, cost)[:KEPT]
