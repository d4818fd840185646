"""The workspace index as the server sees it: an immutable snapshot that is always at hand, and changes to report.

Nothing here reads a source file or waits for one: a worker process does, and the server maps the arrays that
it has written. Whatever happens to the worker, `snapshot` keeps answering with what there is.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import replace
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from foretype.repository.messages import Cost, IndexNews
from foretype.repository.options import IndexOptions
from foretype.repository.paths import relative_to
from foretype.repository.process import WorkerProcess
from foretype.repository.search.reader import SearchReader
from foretype.repository.snapshot import IndexSnapshot, IndexStatus, map_segment
from foretype.text.uris import path_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from foretype.embedded import Segment

_MOST_CRASHES: Final = 3
_CRASH_WINDOW: Final = 600.0  # Seconds after which a crash is forgotten.
_RESTART_DELAY: Final = 0.5  # Seconds, doubled at every crash.
_MOST_DISTRUSTS: Final = 20
_MOST_PENDING: Final = 2_000  # Changed paths; beyond, the worker looks at everything.


class WorkspaceIndex:
    """The index of one workspace folder; a workspace of several folders has several.

    Every method must be called in the event loop's thread. `on_change` is called without arguments after
    `snapshot` or `status` have changed; it must not raise.
    """

    def __init__(
        self,
        root: str | Path,
        cache_dir: str | Path,
        options: IndexOptions | None = None,
        on_change: Callable[[], None] | None = None,
    ) -> None:
        self._roots = [os.path.abspath(root)]
        self._cache_dir = os.path.abspath(cache_dir)
        self._options = options or IndexOptions()
        self._on_change = on_change
        self._snapshot = IndexSnapshot()
        self._status = IndexStatus()
        self._folder = ""
        self._search = SearchReader(on_damage=self._search_damaged)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._damaged = ""
        self._opened: dict[str, Segment] = {}
        self._pending: dict[str, str] = {}
        self._rescan = False
        self._distrusted: list[str] = []
        self._distrusts = 0
        self._busy = False
        self._rebuild = False
        self._settled = asyncio.Event()
        self._worker: WorkerProcess | None = None
        self._task: asyncio.Task[None] | None = None

    def snapshot(self) -> IndexSnapshot:
        """What is known now; free of cost, never fails, may be empty or partial."""
        return self._snapshot

    @property
    def status(self) -> IndexStatus:
        """How the index stands now."""
        return self._status

    @property
    def search(self) -> SearchReader:
        """Chunks, symbols and what changes together. It blocks: for a thread, never for the event loop's.

        Empty until the worker has said where it lies, the same object always.
        """
        return self._search

    @property
    def folder(self) -> str:
        """Where the arrays lie on disk; empty until the worker has said so."""
        return self._folder

    @property
    def worker_pid(self) -> int | None:
        """The process id of the worker, None while there is none."""
        return None if self._worker is None else self._worker.pid

    async def start(self, *, rebuild: bool = False) -> None:
        """Start the worker, which opens, checks and completes the index; returns without waiting for that.

        With `rebuild`, nothing that is in the cache is used. A second call has no effect.
        """
        if self._task is None:
            self._rebuild = rebuild
            self._settled.clear()
            self._update_status(building=True)
            self._loop = asyncio.get_running_loop()
            self._task = self._loop.create_task(self._keep_running())

    async def settled(self) -> IndexStatus:
        """Wait until everything reported so far is in the index, or it has failed for good."""
        await self._settled.wait()
        return self._status

    async def close(self) -> None:
        """End the worker within about two seconds. The last snapshot stays usable."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._search.close()
        self._update_status(building=False)
        self._settled.set()

    def relative(self, path: str) -> str | None:
        """The index's name of an absolute path or file: URI; None if it is not in this workspace."""
        return relative_to(str(path_of(path) or path), self._roots) or None

    def file_changed(self, path: str) -> None:
        """A file or folder (absolute path or URI) was saved, created or changed on disk."""
        self._report(path, "changed")

    def file_deleted(self, path: str) -> None:
        """A file or folder (absolute path or URI) is gone."""
        self._report(path, "deleted")

    def rescan(self) -> None:
        """Everything may have changed; look at all files again."""
        self._rescan = True
        self._flush()

    def _report(self, path: str, what: str) -> None:
        name = self.relative(path)
        if name is not None:
            self._pending[name] = what
            if len(self._pending) > _MOST_PENDING:
                self._rescan = True
            self._flush()

    def _flush(self) -> None:
        # One command at a time, so that a worker that hangs cannot make a queue grow.
        self._settled.clear()
        if self._worker is None or self._busy:
            return
        if self._distrusted or self._damaged:
            command: dict[str, Any] = {"do": "distrust", "segments": self._distrusted, "search": self._damaged}
            self._distrusted, self._damaged = [], ""
        elif self._rescan:
            self._rescan = False
            self._pending.clear()
            command = {"do": "rescan"}
        elif self._pending:
            changed = [path for path, what in self._pending.items() if what == "changed"]
            deleted = [path for path, what in self._pending.items() if what == "deleted"]
            self._pending.clear()
            command = {"do": "update", "changed": changed, "deleted": deleted}
        else:
            waits = not self._status.complete or self._status.search_waiting > 0
            self._update_status(building=waits and not self._status.error)
            if not self._status.building:
                self._settled.set()
            return
        self._busy = True
        self._update_status(building=True)
        self._worker.send(command)

    async def _keep_running(self) -> None:
        crashes: list[float] = []
        while True:
            await self._run_worker()
            self._busy = False
            # What was waiting there is found by the next one, or by another window's.
            self._update_status(search_waiting=0)
            crashes = [*(at for at in crashes if monotonic() - at < _CRASH_WINDOW), monotonic()]
            if len(crashes) > _MOST_CRASHES:
                break
            await asyncio.sleep(_RESTART_DELAY * 2 ** (len(crashes) - 1))
            # What the lost worker was told is lost with it.
            self._rescan = True
        message = self._status.error or "The process that builds the workspace index keeps failing."
        self._update_status(building=False, error=message)
        self._settled.set()

    async def _run_worker(self) -> None:
        starting = asyncio.ensure_future(WorkerProcess.start())
        try:
            worker = await asyncio.shield(starting)
        except OSError:
            return
        except asyncio.CancelledError:
            # asyncio can wait for ever for a process whose start was cancelled, so it is ended properly.
            with contextlib.suppress(OSError):
                await (await starting).stop()
            raise
        self._worker, self._busy = worker, True
        try:
            worker.send(
                {
                    "do": "open",
                    "root": self._roots[0],
                    "cache": self._cache_dir,
                    "options": self._options.to_json(),
                    "rebuild": self._rebuild,
                }
            )
            async for message in worker.messages():
                with contextlib.suppress(KeyError, TypeError):
                    await self._take(message)
        finally:
            self._worker = None
            await worker.stop()

    async def _take(self, message: dict[str, Any]) -> None:
        match message["is"]:
            case "ready":
                self._folder, self._rebuild = message["folder"], False
                self._search.locate(self._folder)
                if message["root"] not in self._roots:
                    self._roots.append(message["root"])
            case "progress":
                self._update_status(looked_at=message["files"])
            case "index":
                await self._adopt(IndexNews.from_json(message))
            case "search":
                found = {f"search_{key}": message[key] for key in ("waiting", "version", "error")}
                self._update_status(**found)
                if not self._busy:
                    self._flush()
            case "cost" | "idle":
                self._update_status(cost=Cost(message["cpu_seconds"], message["peak_bytes"]))
                if message["is"] == "idle":
                    self._busy = False
                    self._flush()
            case "failed":
                self._update_status(error=message["message"])

    async def _adopt(self, news: IndexNews) -> None:
        # Maps what is new, and lets go of what no longer counts (it lives on while a snapshot holds it).
        opened: dict[str, Segment] = {}
        for segment in news.segments:
            found = self._opened.get(segment.name)
            if found is None:
                place = os.path.join(self._folder, f"{segment.name}.seg")
                try:
                    # Opening reads it all once, to check it, perhaps from a slow disk: not in this thread.
                    found = await asyncio.to_thread(map_segment, place, segment.size)
                except (OSError, ValueError):
                    self._distrust(segment.name)
                    continue
            opened[segment.name] = found
        self._opened = opened
        usable = [segment for segment in news.segments if segment.name in opened]
        self._snapshot = IndexSnapshot(
            segments=tuple(opened[segment.name] for segment in usable),
            hidden=tuple(frozenset(segment.hidden) for segment in usable),
            complete=news.complete,
        )
        self._update_status(
            files=news.files,
            tokens=sum(segment.tokens for segment in usable),
            size=sum(segment.size for segment in usable),
            segments=len(usable),
            complete=news.complete,
            truncated=news.truncated,
            builder=news.builder,
            skipped=MappingProxyType(news.skipped),
            error="" if len(usable) == len(news.segments) else self._status.error,
        )
        if not self._busy:
            self._flush()

    def _distrust(self, name: str) -> None:
        # To be built anew, but not for ever: a cache that loses what is written to it stays unused.
        self._distrusts += 1
        if self._distrusts <= _MOST_DISTRUSTS:
            self._distrusted.append(name)
        else:
            self._update_status(error="The workspace index is damaged again and again; is its disk in order?")

    def _search_damaged(self, name: str) -> None:
        # Called in a reading thread.
        def report() -> None:
            self._distrusts += 1
            if self._distrusts <= _MOST_DISTRUSTS:
                self._damaged = name
                self._flush()

        if self._loop is not None and self._task is not None:
            with contextlib.suppress(RuntimeError):  # The loop has ended meanwhile.
                self._loop.call_soon_threadsafe(report)

    def _update_status(self, **changes: Any) -> None:
        status = replace(self._status, **changes)
        if status != self._status:
            self._status = status
            if self._on_change is not None:
                self._on_change()
