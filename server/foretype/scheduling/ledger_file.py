"""The SQLite file of the shared ledger: one transaction after another, and what is done where it cannot be used.

A file that is locked, cannot be written or is a newer version's is left alone for a while, a damaged one is replaced,
an older version's tables are made anew; each is said once. May block for `BUSY` seconds. Knows nothing of limits.
"""

from __future__ import annotations

import contextlib
import logging
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from foretype.errors import UnknownFormatError

if TYPE_CHECKING:
    import sqlite3

logger = logging.getLogger(__name__)
T = TypeVar("T")

BUSY: Final = 1.0
"""Seconds to wait for other windows' transactions, each of which takes about a thousandth of a second. Long, since to
count alone may mean to send more than allowed; only this thread waits."""

_BUSY_AT_FIRST: Final = 2.0
"""Seconds, when the file is opened: several windows that start together all want to make its tables."""

LOCAL_FOR: Final = 30.0
"""Seconds that a process counts for itself before it tries the file again."""

VERSION: Final = 1
"""Of the tables, as the file says in SQLite's `user_version`; 0: of a version that did not say, or no tables yet."""

_SCHEMA: Final = """
CREATE TABLE spent (
    id INTEGER PRIMARY KEY, account TEXT, lane INTEGER, at REAL, tokens INTEGER, running INTEGER);
CREATE INDEX spent_by_time ON spent (account, at);
CREATE TABLE missed (account TEXT, at REAL, tokens INTEGER);
CREATE TABLE pauses (account TEXT PRIMARY KEY, at REAL, wall REAL, seconds REAL);
CREATE TABLE gauges (
    account TEXT, resource TEXT, remaining REAL, most REAL, reset REAL, at REAL, steady INTEGER,
    PRIMARY KEY (account, resource));
CREATE TABLE days (account TEXT, day TEXT, tokens INTEGER, PRIMARY KEY (account, day));
"""


class LedgerFile:
    """One process's way to the file. `now` is a clock in seconds that only grows."""

    def __init__(self, path: Path, now: Callable[[], float]) -> None:
        self._path = path
        self._now = now
        self._connection: sqlite3.Connection | None = None
        self._identity = (0, 0)
        self._local_until = 0.0
        self._told = False

    def attempt(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """The result of one transaction; None where the file cannot be used now."""
        if self._now() < self._local_until:
            return None
        import sqlite3  # its library is loaded when the first request is counted, not when the server starts

        try:
            with self._transaction() as connection:
                return work(connection)
        except sqlite3.OperationalError as error:  # locked, read-only, no space, no folder
            self._count_alone(error)
        except sqlite3.DatabaseError as error:
            still_there = self._identity == _identity(self._path)
            self._count_alone(error)
            self._begin_anew(remove=still_there)
        except (OSError, UnknownFormatError) as error:
            self._count_alone(error)
        except BaseException:
            self.close()
            raise
        return None

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection
        if connection is None or self._identity != _identity(self._path):
            self.close()
            connection = self._open()
        current = connection
        _patiently(lambda: current.execute("BEGIN IMMEDIATE"), BUSY)
        try:
            _check(_version(connection))  # a window of a newer version may have come meanwhile
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        import sqlite3

        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made first, so that it is for the user's eyes only from the beginning.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
        # Known from now on, also where it turns out to be damaged: as long as it is open no other has its identity.
        self._connection, self._identity = connection, _identity(self._path)
        _patiently(lambda: _prepare(connection), _BUSY_AT_FIRST)
        return connection

    def _count_alone(self, error: Exception) -> None:
        self.close()
        self._local_until = self._now() + LOCAL_FOR
        if not self._told:
            self._told = True
            logger.warning("The limits are not shared with other windows for now (%s: %s).", self._path.name, error)

    def _begin_anew(self, *, remove: bool) -> None:
        """Damaged: nothing in it is worth keeping longer than a minute, but another window may have replaced it."""
        for ending in ("", "-wal", "-shm") if remove else ():
            with contextlib.suppress(OSError):
                self._path.with_name(self._path.name + ending).unlink()
        self._local_until = 0.0

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables, where no other window has made them. UnknownFormatError where they are a newer version's."""
    _check(_version(connection))
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        connection.execute("PRAGMA journal_mode = WAL")
    # What a crash of the machine loses was spent before the machine started again.
    connection.execute("PRAGMA synchronous = OFF")
    if _is_made(connection):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        _make(connection)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _make(connection: sqlite3.Connection) -> None:
    """Put this version's tables in place of an older one's: what they hold is worth little after a minute."""
    _check(_version(connection))
    if _is_made(connection):
        return  # another window was quicker
    tables = _tables(connection)
    for table in tables:
        connection.execute('DROP TABLE "{}"'.format(table.replace('"', '""')))
    for statement in filter(str.strip, _SCHEMA.split(";")):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    if tables:
        logger.info("What an older version of Foretype counted for limits is begun anew.")


def _is_made(connection: sqlite3.Connection) -> bool:
    return _version(connection) == VERSION and {"spent", "missed", "pauses", "gauges", "days"} <= _tables(connection)


def _tables(connection: sqlite3.Connection) -> set[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    return {name for (name,) in found.fetchall()}


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check(version: int) -> None:
    if version > VERSION:
        raise UnknownFormatError("A newer version of Foretype keeps it.", "Delete it if none is in use any more.")


def _patiently(work: Callable[[], object], seconds: float) -> None:
    """Do it again and again while another window has the file.

    SQLite's own way of waiting sleeps longer each time, so that whoever waits longest comes last, and not at all in
    some cases, such as when two connections make the file a WAL one.
    """
    import sqlite3

    until = time.monotonic() + seconds
    while True:
        try:
            work()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(random.uniform(0, 0.002))  # noqa: S311  jitter, no secret
        else:
            return


def _identity(path: Path) -> tuple[int, int]:
    """Tells a file from another one of the same name: another window may have replaced a damaged one."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_dev, found.st_ino)
