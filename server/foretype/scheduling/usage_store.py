"""Usage on disk: a SQLite file of numbers by day and model, and of the learned gate, for all windows of a user.

May block, so it is used from a thread or by a command. Raises `UsageStoreError` and nothing else for what the file is
like. Days that are too old are dropped, so its size is bounded.
"""

from __future__ import annotations

import contextlib
import math
import os
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from foretype.errors import ForetypeError, UnknownFormatError
from foretype.scheduling.usage import STAGES, Stage, Totals

if TYPE_CHECKING:
    import sqlite3

DAYS_KEPT: Final = 400
"""A year and a little, so that a month can be compared with the same one of the year before."""

LATENCY_DAYS_KEPT: Final = 100
VERSION: Final = 2
"""1 had no table `learned`."""

_BUSY: Final = 1.0
"""Seconds. Nobody waits for it: what cannot be written now is written later."""

_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS counters (
        day TEXT, model TEXT, name TEXT, value REAL, PRIMARY KEY (day, model, name)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS latencies (
        day TEXT, model TEXT, stage TEXT, step INTEGER, count INTEGER,
        PRIMARY KEY (day, model, stage, step)) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS learned (name TEXT PRIMARY KEY, value REAL) WITHOUT ROWID",
)

_ADD_COUNTERS: Final = """INSERT INTO counters VALUES (?,?,?,?)
    ON CONFLICT (day, model, name) DO UPDATE SET value = value + excluded.value"""
_ADD_LEARNED: Final = """INSERT INTO learned VALUES (?,?)
    ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"""
_ADD_LATENCIES: Final = """INSERT INTO latencies VALUES (?,?,?,?,?)
    ON CONFLICT (day, model, stage, step) DO UPDATE SET count = count + excluded.count"""


class UsageStoreError(ForetypeError):
    """The file cannot be read or written now: locked, read-only, no space."""


class UsageStore:
    """The file; opened for each use, since that happens twice a minute at most."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, totals: Totals, today: date) -> None:
        """Add numbers, all or none. A damaged file is put aside for a new one; then UnknownFormatError says so."""
        damaged = False
        try:
            self._add(totals, today)
        except UnknownFormatError:
            damaged = True
            self._put_aside()
            self._add(totals, today)
        if damaged:
            raise UnknownFormatError(
                f"The file of usage was damaged; it is kept as {self._aside.name}, and a new one was begun."
            )

    def read(self, since: date) -> Totals:
        """The numbers from a day on; none where there is no file yet."""
        if not self.path.exists():
            return Totals()
        found = Totals()
        with self._connection(write=False) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if not version:
                return found  # another window is making it just now
            rows = connection.execute("SELECT * FROM counters WHERE day >= ?", (since.isoformat(),))
            for day, model, name, value in rows:
                if _is_number(value):
                    found.counters[(day, model, name)] = value
            rows = connection.execute("SELECT * FROM latencies WHERE day >= ?", (since.isoformat(),))
            for day, model, stage, step, count in rows:
                if stage in STAGES and isinstance(step, int) and isinstance(count, int):
                    found.histograms.setdefault((day, model, cast("Stage", stage)), Counter())[step] = count
            if version >= VERSION:
                rows = connection.execute("SELECT name, value FROM learned")
                found.learned = {name: value for name, value in rows if _is_number(value)}
        return found

    def _add(self, totals: Totals, today: date) -> None:
        counters = [(*key, value) for key, value in totals.counters.items()]
        steps = [(*key, step, count) for key, found in totals.histograms.items() for step, count in found.items()]
        with self._connection(write=True) as connection:
            connection.executemany(_ADD_COUNTERS, counters)
            connection.executemany(_ADD_LATENCIES, steps)
            connection.executemany(_ADD_LEARNED, totals.learned.items())
            # Days from the future are kept: the calendar was wrong once, then or now.
            for table, kept in (("counters", DAYS_KEPT), ("latencies", LATENCY_DAYS_KEPT)):
                oldest = (today - timedelta(days=kept)).isoformat()
                connection.execute(f"DELETE FROM {table} WHERE day < ?", (oldest,))  # noqa: S608  names of ours

    @contextlib.contextmanager
    def _connection(self, *, write: bool) -> Iterator[sqlite3.Connection]:
        """One transaction; what goes wrong becomes one of two errors."""
        import sqlite3  # its library is loaded when something is written, not when the server starts

        try:
            connection = self._open(write=write)
            try:
                connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                yield connection
                connection.execute("COMMIT")
            finally:
                connection.close()
        except sqlite3.OperationalError as error:
            raise UsageStoreError(f"The file of usage cannot be used now ({error}).") from None
        except sqlite3.DatabaseError:
            raise UnknownFormatError("The file of usage is damaged.", "Delete it.") from None
        except OSError as error:
            raise UsageStoreError(f"The file of usage cannot be used now ({error.strerror}).") from None

    def _open(self, *, write: bool) -> sqlite3.Connection:
        import sqlite3

        if write:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        mode = "rw" if write else "ro"
        connection = sqlite3.connect(f"{self.path.as_uri()}?mode={mode}", timeout=_BUSY, isolation_level=None, uri=True)
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise UsageStoreError("A newer version of Foretype keeps the file of usage.")
            if write and version < VERSION:
                for statement in _SCHEMA:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {VERSION}")
        except BaseException:
            connection.close()
            raise
        return connection

    @property
    def _aside(self) -> Path:
        return self.path.with_name(self.path.name + ".damaged")

    def _put_aside(self) -> None:
        try:
            os.replace(self.path, self._aside)
        except OSError as error:
            raise UsageStoreError(f"The damaged file of usage cannot be put aside ({error.strerror}).") from None


def _is_number(value: object) -> bool:
    """SQLite's columns hold anything, and a damaged page may."""
    return isinstance(value, (int, float)) and math.isfinite(value)
