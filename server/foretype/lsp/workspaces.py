"""The client's workspace folders and their indexes, and which of them a document belongs to."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foretype.errors import ForetypeError
from foretype.settings.paths import cache_dir
from foretype.text.document import Document
from foretype.text.uris import path_of

if TYPE_CHECKING:
    from foretype.models.local import WorkspaceView
    from foretype.repository.index import WorkspaceIndex
    from foretype.repository.snapshot import IndexSnapshot

logger = logging.getLogger(__name__)

RESCAN_PAUSE: Final = 120.0
"""Seconds. Looking at every file of a large workspace again takes its worker about a second."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be indexed, and what is left out."""

    enabled: bool = False
    exclude: tuple[str, ...] = ()


class Workspaces:
    """One index per folder, started and ended as folders and settings come and go."""

    def __init__(self) -> None:
        self._folders: list[Path] = []
        self._indexes: dict[Path, WorkspaceIndex] = {}
        self._states: dict[Path, tuple[IndexSnapshot, int | None]] = {}
        self._plan = Plan()
        self._looked = time.monotonic()
        self.on_news: Callable[[], None] = lambda: None
        """Called when what an index knows is different, not for every step of its building."""
        self.on_step: Callable[[Path, WorkspaceIndex], None] = lambda _folder, _index: None
        """Called for every step of an index's building, with its folder."""

    @property
    def first(self) -> Path | None:
        """The folder whose project file counts."""
        return self._folders[0] if self._folders else None

    @property
    def folders(self) -> tuple[Path, ...]:
        """All folders."""
        return tuple(self._folders)

    @property
    def indexes(self) -> tuple[WorkspaceIndex, ...]:
        """What is indexed now."""
        return tuple(self._indexes.values())

    def add(self, uris: Iterable[str]) -> None:
        """Folders that the client opened; those that are no files here cannot be indexed."""
        for uri in uris:
            path = path_of(uri)
            if path is not None and path not in self._folders:
                self._folders.append(path)

    async def remove(self, uris: Iterable[str]) -> None:
        """Folders that the client closed."""
        for path in filter(None, map(path_of, uris)):
            if path in self._folders:
                self._folders.remove(path)
            self._states.pop(path, None)
            if path in self._indexes:
                await self._indexes.pop(path).close()

    async def apply(self, plan: Plan) -> None:
        """Bring the indexes in line with the settings and the folders."""
        if plan != self._plan:
            self._plan = plan
            await self.close()
        if not plan.enabled:
            return
        # The package starts a process; most of it is not needed before the first folder is.
        from foretype.repository.index import WorkspaceIndex
        from foretype.repository.options import IndexOptions

        for folder in self._folders:
            if folder in self._indexes or folder.parent == folder:
                continue  # the root of a file system is no project
            try:
                changed = partial(self._index_changed, folder)
                index = WorkspaceIndex(folder, cache_dir(), IndexOptions(exclude=plan.exclude), changed)
                self._indexes[folder] = index
                await index.start()
            except (ForetypeError, OSError) as error:
                logger.warning("The workspace is not indexed: %s", error)

    def _index_changed(self, folder: Path) -> None:
        index = self._indexes.get(folder)
        if index is None:
            return
        self.on_step(folder, index)
        status = index.status
        snapshot, searchable = index.snapshot(), None if status.search_waiting else status.search_version
        known = self._states.get(folder)
        if known is None or known[0] is not snapshot or known[1] != searchable:
            self._states[folder] = (snapshot, searchable)
            self.on_news()

    def view_of(self, document: Document) -> WorkspaceView:
        """The index that a document belongs to, as it is now; documents outside all folders get the first one's."""
        first: WorkspaceIndex | None = None
        for index in self._indexes.values():
            own = index.relative(document.uri)
            if own is not None:
                return _view(index, own)
            first = first or index
        return _view(first, None)

    def files_changed(self, changed: Iterable[str], deleted: Iterable[str]) -> None:
        """Files on the disk (URIs) are different now; each index takes in its own when it gets to it."""
        changed, deleted = list(changed), list(deleted)
        for index in self._indexes.values():
            for uri in changed:
                index.file_changed(uri)
            for uri in deleted:
                index.file_deleted(uri)

    def look_again(self) -> None:
        """Files may have changed behind the back of a client that does not watch them; at most every two minutes."""
        now = time.monotonic()
        if now - self._looked > RESCAN_PAUSE:
            self._looked = now
            for index in self._indexes.values():
                index.rescan()

    async def close(self) -> None:
        """End all indexes and their processes."""
        self._states.clear()
        for folder in list(self._indexes):
            await self._indexes.pop(folder).close()


def _view(index: WorkspaceIndex | None, own: str | None) -> WorkspaceView:
    from foretype.models.local import WorkspaceView  # the engine is loaded after `initialize` is answered

    if index is None:
        return WorkspaceView()
    snapshot = index.snapshot()
    return WorkspaceView(snapshot.segments, snapshot.hidden, own)
