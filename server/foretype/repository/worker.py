"""The worker process: builds and keeps one index, at low priority, and ends with the process that started it.

It may hang in a network drive, be killed at any moment, or run out of memory, and none of that is felt in the
server. `messages.py` lists what is said. Where another window builds the same index already, this process
passes on what that one builds, tells it about changes, and takes over when it is gone. What the embedded engine needs
is built first; the search database follows in slices, between which commands are carried out.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NoReturn

from foretype.embedded import VERSION
from foretype.repository.builder import IndexBuilder, Interrupted, Watcher
from foretype.repository.cache import CacheFolder, remove_unused
from foretype.repository.manifest import arrange
from foretype.repository.messages import Cost, IndexNews, SegmentNews, encode
from foretype.repository.options import IndexOptions
from foretype.repository.search.changes import ChangeReader
from foretype.repository.search.keeper import SearchKeeper

if TYPE_CHECKING:
    from collections.abc import Callable

    from foretype.repository.manifest import Manifest

_POLL: Final = 1.0  # Seconds between two looks at the notes, the other window's manifest and our parent.
_SLICE: Final = 0.05  # Seconds of work on the search database for which a command may have to wait.
# The worker's own watch over files, for clients that do not watch them: another walk from time to time, so seldom that
# walks cost at most a hundredth of one core.
_WALK_SHARE: Final = 100.0
_NICE: Final = 10

Command = dict[str, Any]


class IndexWorker:
    """Carries out commands one after another. `send` writes one line to the server."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._cancelled = threading.Event()
        self._parent = os.getppid()
        self._seen = (0, 0, 0)
        self._builds = False
        self._looked = self._next_walk = self._walk_pause = 0.0
        self._is_quiet = self._is_tidy = False
        self._told = (False, 0, "")

    def put(self, command: Command) -> None:
        """Take a command, from any thread. "cancel" acts at once, the others in their turn."""
        if command.get("do") == "cancel":
            self._cancelled.set()
        else:
            self._commands.put(command)

    def run(self) -> NoReturn:
        """Work for ever; the first command must be "open". Raises OSError if the cache cannot be used at all."""
        opening = self._commands.get()
        root = Path(os.path.realpath(opening["root"]))
        cache = Path(opening["cache"])
        self._cache = CacheFolder(cache, root, VERSION)
        options = IndexOptions.from_json(opening["options"])
        self._walk_pause = options.walk_pause
        watcher = Watcher(self._progress, self._announce, self._is_interrupted)
        self._builder = IndexBuilder(root, self._cache, options, watcher)
        self._search = SearchKeeper(self._cache.path, self._builder.read, self._builder.texts)
        self._builder.search = self._search
        self._changes = ChangeReader(root)
        self._send(encode("ready", {"root": str(root), "folder": str(self._cache.path)}))
        self._take_turn(rebuild=bool(opening.get("rebuild")))
        self._rest()
        remove_unused(cache)
        while True:
            try:
                command = self._commands.get(timeout=0.0 if self._search.waiting else _POLL)
            except queue.Empty:
                self._search_on()
                if time.monotonic() - self._looked >= _POLL:
                    self._look_around()
            else:
                self._do(command)
                if self._commands.empty():
                    self._rest()

    def _take_turn(self, *, rebuild: bool = False) -> bool:
        # Becomes the builder if nobody else is.
        if not self._cache.lock.acquire():
            self._follow()
            return False
        self._builds = True
        # Without locks there may be two builders, which segments can bear and a database cannot.
        if self._cache.lock.is_exclusive:
            self._search.open(rebuild=rebuild)
        if not rebuild:
            self._builder.open()
            self._announce()
        self._scan()
        return True

    def _scan(self, *, quiet: bool = False) -> None:
        # A walk of our own is nothing to report, unless it finds something.
        began, self._is_quiet = time.monotonic(), quiet
        self._attempt(self._builder.scan)
        self._is_quiet = False
        ended = time.monotonic()
        self._next_walk = ended + max(self._walk_pause, (ended - began) * _WALK_SHARE)
        self._changes.begin(self._search.changes_state())

    def _search_on(self) -> None:
        # A slice of the search database; in the end which files change together, which a thread has read meanwhile.
        was_waiting = self._search.waiting
        self._search.work(_SLICE)
        if not self._search.waiting:
            changes = self._changes.result()
            if changes is not None:
                self._search.put_changes(changes.weights, changes.state)
            if was_waiting:
                self._search.rest()
                _give_memory_back()
                self._send(encode("cost", cost()))
        self._tell_search()

    def _tell_search(self) -> None:
        # What counts for readers now; not every file that waits no more.
        waiting, version, error = self._search.waiting, self._search.version, self._search.error
        told = (waiting > 0, version, error)
        if told != self._told:
            self._told = told
            self._send(encode("search", {"waiting": waiting, "version": version, "error": error}))

    def _follow(self) -> None:
        # Passes on what the other window has built, if that is news.
        stamp = self._cache.stamp()
        if stamp != self._seen:
            self._seen = stamp
            self._builder.manifest = self._cache.load()
            self._announce()

    def _do(self, command: Command) -> None:
        action = command.get("do")
        if action == "update":
            changed, deleted = command["changed"], command["deleted"]
            if self._builds:
                self._update(changed, deleted)
            else:
                self._cache.leave_note(changed, deleted)
        elif action == "rescan":
            if self._builds:
                self._scan()
            else:
                self._cache.leave_note([""], [])  # The workspace folder itself: all of it.
        elif action == "distrust" and self._builds:
            if command["segments"]:
                self._attempt(lambda: self._builder.distrust(command["segments"]))
            if command.get("search"):
                self._search.distrust(command["search"])

    def _update(self, changed: list[str], deleted: list[str]) -> None:
        self._attempt(lambda: self._builder.update(changed, deleted))
        # What was saved goes first, so a slice is enough to make it visible even while all else waits.
        self._search.work(_SLICE, commit=True)
        self._tell_search()

    def _look_around(self) -> None:
        self._looked = time.monotonic()
        if os.name == "posix" and os.getppid() != self._parent:
            os._exit(0)  # Nothing to tidy up: the cache is whole at every moment.
        if not self._builds:
            if self._take_turn():
                self._rest()
            return
        self._search.retry()
        changed, deleted = self._cache.take_notes()
        if changed or deleted:
            self._update(changed, deleted)
        elif self._search.waiting:
            return
        elif not self._is_tidy and self._builder.is_untidy():
            self._attempt(self._builder.tidy)
        else:
            self._is_tidy = True  # Until something changes; finding out takes a look at every file's record.
            if self._looked >= self._next_walk:
                self._scan(quiet=True)

    def _attempt(self, work: Callable[[], None]) -> None:
        self._cancelled.clear()
        self._is_tidy = False
        try:
            work()
        except Interrupted:
            self._announce()
        except OSError as error:
            # A full disk, a cache that became read-only: what is there stays in use.
            message = f"The workspace index cannot be written ({error.strerror or type(error).__name__})."
            self._send(encode("failed", {"message": message}))

    def _is_interrupted(self) -> bool:
        return self._cancelled.is_set()

    def _progress(self, files: int) -> None:
        if not self._is_quiet:
            self._send(encode("progress", {"files": files}))

    def _announce(self) -> None:
        self._send(encode("index", news_of(self._builder.manifest, builder=self._builds)))

    def _rest(self) -> None:
        _give_memory_back()
        self._tell_search()
        self._send(encode("idle", cost()))


def news_of(manifest: Manifest, *, builder: bool) -> IndexNews:
    """What the server needs to know of a manifest."""
    arrangement = arrange(manifest)
    segments = [
        SegmentNews(segment.name, segment.size, segment.tokens, sorted(hidden))
        for segment, hidden in zip(manifest.segments, arrangement.hidden, strict=True)
    ]
    reasons = Counter(manifest.skipped)
    reasons.update(record.reason for record in manifest.files.values() if record.reason)
    if arrangement.duplicates:
        reasons["duplicate"] = arrangement.duplicates
    texts = sum(not record.reason for record in manifest.files.values())
    files = texts - arrangement.duplicates - len(arrangement.missing)
    return IndexNews(segments, files, dict(reasons), manifest.complete, manifest.truncated, builder)


def cost() -> Cost:
    """What this process has used so far."""
    return Cost(round(time.process_time(), 3), _peak_memory())


def _peak_memory() -> int:
    if sys.platform == "win32":
        return 0
    if sys.platform == "linux":
        # Linux's rusage would include the server's own size from before it became this program.
        with contextlib.suppress(OSError, ValueError, IndexError):
            status = Path("/proc/self/status").read_text("ascii", "replace")
            return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    import resource

    # macOS counts in bytes, the others in KiB.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _give_memory_back() -> None:
    # Building leaves a large heap, nearly all of it free; glibc keeps it unless asked.
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def _listen(source: BinaryIO, put: Callable[[Command], None]) -> None:
    # The end of stdin is the end of this process, whatever it is doing: whoever asked is gone.
    for line in source:
        with contextlib.suppress(ValueError):
            put(json.loads(line))
    os._exit(0)


def main() -> None:
    """Run over stdin and stdout."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.nice(_NICE)
    # What anything else may print must not get between the messages.
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)

    def send(line: bytes) -> None:
        try:
            while line:
                line = line[out.write(line) or 0 :]
        except OSError:
            os._exit(0)  # Nobody reads any more.

    worker = IndexWorker(send)
    source = os.fdopen(os.dup(0), "rb")
    threading.Thread(target=_listen, args=(source, worker.put), daemon=True).start()
    try:
        worker.run()
    except OSError as error:
        message = f"The workspace index cannot be kept ({error.strerror or type(error).__name__})."
        send(encode("failed", {"message": message}))
        sys.exit(3)


if __name__ == "__main__":
    main()
