"""The file of a search database: its name, its tables, how it is opened. Knows nothing of what is put into it.

    search-<schema>.current           holds the name of the file that counts, replaced at once
    search-<schema>-<random>.sqlite   readable by its owner only; -wal and -shm beside it are SQLite's own

The database is in write-ahead mode: any number of windows read while one process writes, nobody waits for anybody, and
a writer that is killed leaves the last state that it had committed. A damaged database is never mended in place, nor
replaced under its name, which readers could have open: a new file is begun, and then counts.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import TYPE_CHECKING, Final

from foretype.errors import UnknownFormatError
from foretype.repository.replace import replace_file

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA: Final = 2
"""Raise it when tables, words or the cutting of chunks change: versions then live side by side in separate files."""

_APPLICATION: Final = 0x464F5245
_POINTER: Final = f"search-{SCHEMA}.current"
_PREFIX: Final = f"search-{SCHEMA}-"
_SUFFIX: Final = ".sqlite"
PATIENCE: Final = 5.0
"""Seconds that a writer waits for another one, which there is only while a lock changes hands."""


_TABLES: Final = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID",
    """CREATE TABLE files (
        id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT UNIQUE NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL)""",
    "CREATE INDEX files_by_name ON files (name)",
    # Ids are never given twice: whatever the full-text index may still say of a chunk that is gone finds nothing.
    """CREATE TABLE chunks (
        id INTEGER PRIMARY KEY AUTOINCREMENT, file INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
        container TEXT NOT NULL, text TEXT NOT NULL)""",
    "CREATE INDEX chunks_by_file ON chunks (file, start)",
    """CREATE TABLE symbols (
        file INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, container TEXT NOT NULL,
        start INTEGER NOT NULL, end INTEGER NOT NULL, signature TEXT NOT NULL)""",
    "CREATE INDEX symbols_by_name ON symbols (name)",
    "CREATE INDEX symbols_by_file ON symbols (file)",
    "CREATE TABLE outlines (file INTEGER PRIMARY KEY, text TEXT NOT NULL)",
    """CREATE TABLE changes (
        path TEXT NOT NULL, other TEXT NOT NULL, weight REAL NOT NULL, PRIMARY KEY (path, other)) WITHOUT ROWID""",
    # Contentless: the text is in `chunks` already, and the words can be worked out from it again.
    """CREATE VIRTUAL TABLE words USING fts5 (
        body, content='', tokenize="unicode61 remove_diacritics 0 tokenchars '_'")""",
    "CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, row)",
)


def current(folder: Path) -> Path | None:
    """The database that counts, None where there is none. May raise OSError."""
    try:
        name = (folder / _POINTER).read_text("ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    # It becomes a part of a path.
    whole = name.startswith(_PREFIX) and name.endswith(_SUFFIX) and name[len(_PREFIX) : -len(_SUFFIX)].isalnum()
    return folder / name if whole else None


def stamp(folder: Path) -> tuple[int, int]:
    """Changes when another database begins to count."""
    try:
        status = os.stat(folder / _POINTER)
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_ino


def create(folder: Path) -> tuple[Path, sqlite3.Connection]:
    """Begin a new database, which does not count yet. Raises OSError or sqlite3.Error."""
    path = folder / f"{_PREFIX}{secrets.token_hex(6)}{_SUFFIX}"
    # Made before SQLite opens it, so that the user's mask has no say; SQLite's own files beside it follow suit.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    connection = _connect(path, "rw", PATIENCE)
    with _closing_on_failure(connection):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute("COMMIT")
    return path, connection


def appoint(path: Path) -> None:
    """From now on this database counts. Raises OSError."""
    replace_file(path.with_name(_POINTER), path.name.encode("ascii") + b"\n")


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open a database that is there. Raises UnknownFormatError if it is another's or damaged, or sqlite3.Error."""
    connection = _connect(path, "rw", PATIENCE)
    with _closing_on_failure(connection):
        _check(connection)
        if connection.execute("PRAGMA quick_check (1)").fetchone() != ("ok",):
            raise UnknownFormatError("The search database is damaged.")
        connection.execute("PRAGMA journal_mode = WAL")
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open a database to read from; usable from any thread, by one at a time. Raises as `open_for_writing` does."""
    connection = _connect(path, "ro", 0.2)
    with _closing_on_failure(connection):
        _check(connection)
        # Pages stay in the system's cache, which all windows share.
        connection.execute("PRAGMA mmap_size = 268435456")
    return connection


def remove_others(folder: Path, kept: Path) -> None:
    """Remove databases of this schema that do not count any more; what is in use on Windows goes another time."""
    for name in os.listdir(folder):
        if name.startswith(_PREFIX) and not name.startswith(kept.name):
            with contextlib.suppress(OSError):
                (folder / name).unlink()


def size_on_disk(path: Path) -> int:
    """Bytes, those of the write-ahead log included."""
    total = 0
    for place in (path, path.with_name(path.name + "-wal")):
        with contextlib.suppress(OSError):
            total += place.stat().st_size
    return total


def _connect(path: Path, mode: str, patience: float) -> sqlite3.Connection:
    # Its library is loaded when an index is written or searched, not when the server starts.
    import sqlite3

    return sqlite3.connect(
        f"{path.as_uri()}?mode={mode}", uri=True, timeout=patience, isolation_level=None, check_same_thread=False
    )


def _check(connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if (application, version) != (_APPLICATION, SCHEMA):
        raise UnknownFormatError("The search database was written by another version.")


@contextlib.contextmanager
def _closing_on_failure(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise
