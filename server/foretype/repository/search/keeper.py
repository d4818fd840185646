"""Keeps the search database in step with the files that the index's builder has read. Runs in the worker only.

The builder offers every text at the moment at which it reads it, so that no file is read twice; what is offered waits
here until the embedded engine's part, which suggestions need first, is built. Then `work` takes in a few files at a
time, between which the worker may do what is more urgent. Whatever the worker is killed in, the next one compares the
database with the files and goes on.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple

from foretype.repository.search import database
from foretype.repository.search.writer import SearchWriter

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from foretype.repository.read import Reading

# Texts that wait are kept up to this many bytes, those of a whole workspace at most; the rest are read again.
_MOST_WAITING_BYTES: Final = 40_000_000
_MOST_REBUILDS: Final = 5  # In one life of the worker; a disk that damages what it is given is not worth more.
# Seconds after which it is tried again where the disk was full or somebody held the file; doubled, up to the longest.
_FIRST_PAUSE: Final = 10.0
_LONGEST_PAUSE: Final = 300.0
_COMMIT_EVERY: Final = 1.0  # Seconds: so much work is lost at most, and so soon are the first results there.


class _Waiting(NamedTuple):
    """A file to take in: its digest, and its text in UTF-8 if it is still at hand. To forget, if the digest is ""."""

    digest: str
    data: bytes | None = None


class SearchKeeper:
    """What is to be written to the search database in `folder`, and the writing of it.

    `read` reads a file again, by its workspace-relative path; `wanted` gives the digests of all files that should be
    in the database. Nothing raises: `error` is "" or says, for the user, why the database is not kept.
    """

    def __init__(self, folder: Path, read: Callable[[str], Reading], wanted: Callable[[], Mapping[str, str]]) -> None:
        self.error = ""
        # Counts what was made to count for readers, from a number that no earlier process of this index has reached.
        self.version = time.time_ns() // 1_000_000
        self._read = read
        self._wanted = wanted
        self._folder = folder
        self._writer = SearchWriter(folder)
        self._is_open = False
        self._there: dict[str, str] = {}
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()
        self._waiting_bytes = 0
        self._committed = 0.0
        self._rebuilt = 0
        self._pause = 0.0
        self._again = math.inf

    @property
    def waiting(self) -> int:
        """How many files are still to be taken in or forgotten."""
        return len(self._waiting)

    def open(self, *, rebuild: bool = False) -> None:
        """Take over the database of the last time, or begin a new one."""
        self._clear()
        self._there = {}
        self.error = ""
        self._is_open = self._attempt(lambda: self._begin(rebuild))

    def retry(self) -> None:
        """Where the disk did not go along before, try it again from time to time; asked as often as one likes.

        What was wrong is said until something was written.
        """
        if self._is_open or time.monotonic() < self._again:
            return
        was_wrong = self.error
        self.open()
        self.reconcile()
        if self._waiting:
            self.error = was_wrong

    def offer(self, path: str, digest: str, text: str, *, soon: bool = False) -> None:
        """A file was read. With `soon` it goes before those that wait."""
        self._take_out(path)
        if self._is_open and self._there.get(path) != digest:
            data = text.encode("utf-8", "surrogatepass")
            fits = self._waiting_bytes + len(data) <= _MOST_WAITING_BYTES
            self._put_in(path, _Waiting(digest, data if fits else None), soon=soon)

    def drop(self, path: str) -> None:
        """A file is gone, or must not be indexed any more."""
        self._take_out(path)
        if self._is_open and path in self._there:
            self._put_in(path, _Waiting(""), soon=True)

    def reconcile(self) -> None:
        """Compare the database with what it should hold: files that were not read this time, or are gone."""
        if not self._is_open:
            return
        wanted = self._wanted()
        for path in self._there.keys() - wanted.keys():
            self.drop(path)
        for path, digest in wanted.items():
            if self._there.get(path) != digest and path not in self._waiting:
                self._put_in(path, _Waiting(digest))

    def distrust(self, name: str) -> None:
        """A reader found the database file of this name damaged: begin another one, if it still counts."""
        found = database.current(self._folder)
        if self._is_open and found is not None and found.name == name:
            self.open(rebuild=True)
            self.reconcile()

    def work(self, seconds: float, *, commit: bool = False) -> bool:
        """Take in what waits, for about so long; whether it was made to count, as it is about once a second.

        In any case it is when nothing waits any more, or where `commit` asks for it.
        """
        until = time.monotonic() + seconds
        if not self._is_open or not self._waiting:
            return False
        done = False

        def take_in() -> None:
            nonlocal done
            while self._waiting and time.monotonic() < until:
                path, item = next(iter(self._waiting.items()))
                self._take_in(path, item)
                # Only now: what goes wrong with one file is tried again after the database was begun anew.
                if self._waiting.get(path) is item:
                    self._take_out(path)
            if commit or not self._waiting or time.monotonic() - self._committed > _COMMIT_EVERY:
                self._commit()
                done = True

        self._is_open = self._attempt(take_in)
        return done

    def rest(self) -> None:
        """For the moment there is no more to take in: leave the files in order."""
        if self._is_open:
            self._is_open = self._attempt(self._writer.shrink)

    def close(self) -> None:
        """Let go of the database; what was not committed is taken in another time."""
        self._is_open, self._again = False, math.inf
        self._clear()
        self._writer.close()

    def changes_state(self) -> str:
        """What the workspace's common changes were read from last, "" if never; see `put_changes`."""
        state = ""

        def ask() -> None:
            nonlocal state
            state = self._writer.changes_state()

        if self._is_open:
            self._is_open = self._attempt(ask)
        return state

    def put_changes(self, weights: Mapping[str, Sequence[tuple[str, float]]], state: str) -> None:
        """Store which files change together."""

        def store() -> None:
            self._writer.put_changes(weights, state)
            self._commit()

        if self._is_open:
            self._is_open = self._attempt(store)

    def _take_in(self, path: str, item: _Waiting) -> None:
        digest, text = item.digest, ""
        if item.data is not None:
            text = item.data.decode("utf-8", "surrogatepass")
        elif digest:
            reading = self._read(path)
            digest, text = "" if reading.reason else reading.digest, reading.text
        if digest:
            try:
                self._writer.put(path, digest, text)
            except ValueError:
                digest = ""  # A text that SQLite cannot take, such as half of a surrogate pair.
        if digest:
            self._there[path] = digest
        else:
            self._writer.remove([path])
            self._there.pop(path, None)

    def _commit(self) -> None:
        self._writer.commit()
        self._committed = time.monotonic()
        self.version += 1
        self.error, self._pause = "", 0.0

    def _begin(self, rebuild: bool) -> None:
        self._writer.open(rebuild=rebuild)
        self._there = self._writer.digests()
        self._committed = time.monotonic()

    def _attempt(self, work: Callable[[], None]) -> bool:
        # Whether the database can be used afterwards. A damaged one is replaced, once for each attempt.
        try:
            import sqlite3
        except ImportError:
            self.error = "This Python has no SQLite, so the workspace cannot be searched."
            self._again = math.inf
            return False
        try:
            try:
                work()
            except sqlite3.DatabaseError as error:
                # Its subclasses are about what was asked or about the disk, not about what the file holds.
                if type(error) is not sqlite3.DatabaseError or self._rebuilt == _MOST_REBUILDS:
                    raise
                self._rebuilt += 1
                self._begin(rebuild=True)
                self.reconcile()
        except (sqlite3.Error, OSError) as error:
            self._writer.close()
            self._clear()
            self.error = _sentence(error)
            self._pause = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, 2 * self._pause))
            self._again = math.inf if _is_for_good(error) else time.monotonic() + self._pause
            return False
        return True

    def _put_in(self, path: str, item: _Waiting, *, soon: bool = False) -> None:
        self._waiting[path] = item
        self._waiting_bytes += len(item.data or b"")
        if soon:
            self._waiting.move_to_end(path, last=False)

    def _take_out(self, path: str) -> None:
        item = self._waiting.pop(path, None)
        if item is not None:
            self._waiting_bytes -= len(item.data or b"")

    def _clear(self) -> None:
        self._waiting.clear()
        self._waiting_bytes = 0


def _is_for_good(error: sqlite3.Error | OSError) -> bool:
    # What SQLite was built without will not come, and a disk that damages everything is in no order.
    import sqlite3

    return "no such module" in str(error) or type(error) is sqlite3.DatabaseError


def _sentence(error: sqlite3.Error | OSError) -> str:
    if "no such module" in str(error):
        return "This Python's SQLite has no full-text search (FTS5), so the workspace cannot be searched."
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return f"The search database cannot be written ({reason or type(error).__name__})."
