"""Writes a search database: one file of the workspace after another, all of a file or nothing. Runs in the worker only.

The caller holds the lock of the folder, so that there is one writer. What is put counts for readers after `commit`. A
chunk that an edit has not touched keeps its row, so that an edit costs what it has changed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, NamedTuple

from foretype.errors import UnknownFormatError
from foretype.repository.search import database
from foretype.repository.search.chunks import cut
from foretype.repository.search.values import SearchCounts
from foretype.repository.search.words import indexed_words
from foretype.syntax.definitions import definitions_and_outline
from foretype.text.language_ids import language_id_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from foretype.syntax.values import Definition

_SIGNATURE_LINES: Final = 12
_SIGNATURE_CHARACTERS: Final = 400
_HASH_BYTES: Final = 8_000_000


class SearchWriter:
    """The one writer of the databases of a folder. Raises OSError or sqlite3.Error where the disk does not go along."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path: Path | None = None
        self._connection: sqlite3.Connection | None = None

    def open(self, *, rebuild: bool = False) -> None:
        """Take over the database that counts, or begin an empty one where it is missing, damaged or another's."""
        import sqlite3

        self.close()
        self._path = None if rebuild else database.current(self._folder)
        if self._path is not None:
            try:
                self._connection = database.open_for_writing(self._path)
            except (UnknownFormatError, sqlite3.DatabaseError):
                self._path = None
        if self._path is None:
            self._path, self._connection = database.create(self._folder)
            database.appoint(self._path)
        database.remove_others(self._folder, self._path)
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA cache_size = -16000")
        self._db.execute("PRAGMA journal_size_limit = 4000000")
        # What must not be here any more, such as a file that is excluded now, does not stay in free pages.
        self._db.execute("PRAGMA secure_delete = ON")
        self._db.execute("INSERT INTO words (words, rank) VALUES ('hashsize', ?)", (_HASH_BYTES,))

    @property
    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            raise RuntimeError("the database is not open")
        return self._connection

    def digests(self) -> dict[str, str]:
        """The digest of each file that is in the database, by path."""
        return dict(self._db.execute("SELECT path, digest FROM files"))

    def put(self, path: str, digest: str, text: str) -> None:
        """Take in a file, in place of what the database had of it."""
        self._begin()
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        language_id = language_id_of(path)
        found = _syntax_of(text, language_id)
        lines = text.split("\n")
        ended = lines[-1] == ""
        if ended:
            lines.pop()
        file = self._file_of(path, digest)
        wanted = [
            (piece.start, piece.end, piece.container, "\n".join(lines[piece.start : piece.end]) + "\n")
            for piece in cut(lines, found.definitions)
        ]
        if wanted and not ended:
            wanted[-1] = (*wanted[-1][:3], wanted[-1][3][:-1])
        self._put_chunks(file, path, wanted)
        self._put_symbols(file, lines, found)

    def remove(self, paths: Iterable[str]) -> None:
        """Forget files."""
        self._begin()
        for path in paths:
            for (file,) in self._db.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchall():
                self._put_chunks(file, path, [])
                self._forget_symbols(file)
                self._db.execute("DELETE FROM files WHERE id = ?", (file,))

    def put_changes(self, weights: Mapping[str, Sequence[tuple[str, float]]], state: str) -> None:
        """Take in which files change together, for each path its partners. `state` names what they were read from."""
        self._begin()
        self._db.execute("DELETE FROM changes")
        rows = ((path, other, weight) for path, found in weights.items() for other, weight in found)
        self._db.executemany("INSERT OR REPLACE INTO changes VALUES (?, ?, ?)", rows)
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('changes', ?)", (state,))

    def changes_state(self) -> str:
        """What `put_changes` was told last, "" if never."""
        found = self._db.execute("SELECT value FROM meta WHERE key = 'changes'").fetchone()
        return str(found[0]) if found else ""

    def commit(self) -> None:
        """Make what was put and removed count."""
        if self._db.in_transaction:
            (chunks,) = self._db.execute("SELECT count(*) FROM chunks").fetchone()
            known = (("version", time.time_ns()), ("chunks", chunks))
            self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", known)
            self._db.execute("COMMIT")

    def shrink(self) -> None:
        """Move what the write-ahead log holds into the database and empty the log, unless somebody reads just now."""
        self._db.execute("PRAGMA busy_timeout = 50")
        self._db.execute("PRAGMA wal_checkpoint (TRUNCATE)").fetchall()
        self._db.execute(f"PRAGMA busy_timeout = {database.PATIENCE * 1000:.0f}")

    def counts(self) -> SearchCounts:
        """What is in the database now."""
        one = "SELECT (SELECT count(*) FROM files), (SELECT count(*) FROM chunks), (SELECT count(*) FROM symbols)"
        files, chunks, symbols = self._db.execute(one).fetchone()
        size = database.size_on_disk(self._path) if self._path is not None else 0
        return SearchCounts(files, chunks, symbols, size)

    def close(self) -> None:
        """Let go of the file; what was not committed is lost."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _begin(self) -> None:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")

    def _file_of(self, path: str, digest: str) -> int:
        # The row of a file, new or as it was.
        found = self._db.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()
        if found is not None:
            self._db.execute("UPDATE files SET digest = ? WHERE id = ?", (digest, found[0]))
            return int(found[0])
        row = (path, path.rpartition("/")[2], digest)
        return self._db.execute("INSERT INTO files (path, name, digest) VALUES (?, ?, ?)", row).lastrowid or 0

    def _put_chunks(self, file: int, path: str, wanted: list[tuple[int, int, str, str]]) -> None:
        there: dict[tuple[str, str], list[tuple[int, int]]] = {}
        rows = self._db.execute("SELECT id, start, container, text FROM chunks WHERE file = ?", (file,))
        for chunk, start, container, text in rows:
            there.setdefault((container, text), []).append((chunk, start))
        for start, end, container, text in wanted:
            kept = there.get((container, text))
            if kept:
                chunk, was = kept.pop()
                if was != start:
                    self._db.execute("UPDATE chunks SET start = ?, end = ? WHERE id = ?", (start, end, chunk))
                continue
            row = (file, start, end, container, text)
            added = self._db.execute("INSERT INTO chunks (file, start, end, container, text) VALUES (?,?,?,?,?)", row)
            words = indexed_words(text, path, container)
            self._db.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (added.lastrowid, words))
        for (container, text), left in there.items():
            words = indexed_words(text, path, container)
            for chunk, _ in left:
                self._db.execute("INSERT INTO words (words, rowid, body) VALUES ('delete', ?, ?)", (chunk, words))
                self._db.execute("DELETE FROM chunks WHERE id = ?", (chunk,))

    def _put_symbols(self, file: int, lines: Sequence[str], found: _Syntax) -> None:
        self._forget_symbols(file)
        rows = (
            (file, each.name, each.kind, each.container, each.start, each.end, _signature(lines, each))
            for each in found.definitions
        )
        self._db.executemany("INSERT INTO symbols VALUES (?,?,?,?,?,?,?)", rows)
        if found.outline:
            self._db.execute("INSERT INTO outlines VALUES (?, ?)", (file, found.outline))

    def _forget_symbols(self, file: int) -> None:
        for table in ("symbols", "outlines"):
            self._db.execute(f"DELETE FROM {table} WHERE file = ?", (file,))  # noqa: S608  names of ours


class _Syntax(NamedTuple):
    definitions: Sequence[Definition] = ()
    outline: str = ""


def _syntax_of(text: str, language_id: str) -> _Syntax:
    try:
        return _Syntax(*definitions_and_outline(text, language_id))
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
        # A file that the parser cannot take is still worth its text.
        return _Syntax()


def _signature(lines: Sequence[str], found: Definition) -> str:
    end = found.body_start if found.body_start > found.signature_start else found.end
    head = lines[found.signature_start : min(end, found.signature_start + _SIGNATURE_LINES)]
    if not head:
        return ""
    margin = len(head[0]) - len(head[0].lstrip())
    text = ""
    for number, line in enumerate(head):
        shown = line[margin:] if not line[:margin].strip() else line.lstrip()
        if number and len(text) + len(shown) > _SIGNATURE_CHARACTERS:
            break
        text += ("\n" if number else "") + shown[:_SIGNATURE_CHARACTERS].rstrip()
    return text
