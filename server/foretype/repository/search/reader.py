"""Reads the search database of one workspace; made for a thread of its own, since SQLite blocks.

Any thread may call, one is served at a time. Nothing raises for what the disk holds: a database that is missing,
damaged, newer or locked is an empty one, and is looked for again at the next call. The interpreter's lock is free
while SQLite works.
"""

from __future__ import annotations

import contextlib
import math
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from foretype.errors import UnknownFormatError
from foretype.repository.search import database
from foretype.repository.search.values import Chunk, SearchCounts, Symbol
from foretype.repository.search.words import queried_words

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Mapping

# Rows of the full-text index that one search may rank: about a microsecond each. The words that say least, those
# that are everywhere, are left out first.
_MOST_ROWS: Final = 6_000
_MOST_WORDS: Final = 64
_LEAD_LINES: Final = 2
_MOST_NAMES: Final = 400
_MOST_SYMBOLS: Final = 4_000
_MOST_REMEMBERED: Final = 50_000


class SearchReader:
    """What is known of a workspace whose index lies in `folder`, which may become known later.

    `on_damage` is called, in the caller's thread, with the name of a database file that turned out to be damaged.
    """

    def __init__(self, folder: str | Path | None = None, on_damage: Callable[[str], None] | None = None) -> None:
        self._folder = None if folder is None else Path(folder)
        self._on_damage = on_damage
        self._lock = threading.Lock()
        self._stamp = (0, 0)
        self._path: Path | None = None
        self._connection: sqlite3.Connection | None = None
        self._is_closing = False
        # In how many chunks words are, about: that is enough to know which of them are frequent.
        self._frequencies: dict[str, int] = {}

    def locate(self, folder: str | Path) -> None:
        """Say where the index lies."""
        self._folder = Path(folder)

    def search(self, terms: Mapping[str, float], limit: int, without: Collection[str] = ()) -> list[Chunk]:
        """The chunks that fit weighted words best, best first, by BM25 (Robertson et al., k1 = 1.2, b = 0.75).

        A compound name is looked up whole and, for a share of its weight, by its parts. Files in `without` are left
        out; equal texts come once. A search that asks for many frequent words leaves out the most frequent ones.
        """
        words = queried_words(terms)
        if not words or limit <= 0:
            return []
        return self._read(lambda db: _search(db, _affordable(db, words, self._frequencies), limit, without), [])

    def definitions(self, names: Collection[str], limit: int) -> list[Symbol]:
        """Definitions of these names (case counts): one of each name, in the names' order, then the second ones."""
        order = {name: number for number, name in enumerate(dict.fromkeys(names))}
        wanted = list(order)[:_MOST_NAMES]
        if not wanted or limit <= 0:
            return []
        marks = ",".join("?" * len(wanted))
        statement = f"{_SYMBOLS} WHERE symbols.name IN ({marks}) ORDER BY path, start LIMIT {_MOST_SYMBOLS}"
        places: dict[str, int] = {}
        ranked: list[tuple[int, int, Symbol]] = []
        for row in self._rows(statement, tuple(wanted)):
            symbol = Symbol(*row)
            places[symbol.name] = places.get(symbol.name, 0) + 1
            ranked.append((places[symbol.name], order[symbol.name], symbol))
        ranked.sort(key=lambda item: item[:2])
        return [symbol for _, _, symbol in ranked[:limit]]

    def symbols(self, path: str) -> list[Symbol]:
        """All definitions of a file, by line."""
        rows = self._rows(f"{_SYMBOLS} WHERE files.path = ? ORDER BY symbols.start, symbols.end DESC", (path,))
        return [Symbol(*row) for row in rows]

    def outline(self, path: str) -> str:
        """The file's signatures without their bodies, in its own lines; "" if there are none or no such file."""
        found = self._rows(
            "SELECT outlines.text FROM files JOIN outlines ON outlines.file = files.id WHERE path = ?", (path,)
        )
        return str(found[0][0]) if found else ""

    def file(self, path: str) -> str | None:
        """The text of a file as it is indexed, None if it is not. Line ends are LF."""
        found = self._rows(
            "SELECT chunks.text FROM files JOIN chunks ON chunks.file = files.id WHERE path = ? ORDER BY start", (path,)
        )
        return "".join(text for (text,) in found) if found else None

    def paths_ending(self, suffixes: Collection[str]) -> list[str]:
        """Indexed files whose path is, or ends after a slash in, one of these (`a/b.py`); shortest first."""
        wanted = [suffix.strip("/") for suffix in suffixes if suffix.strip("/")][:_MOST_NAMES]
        names = list({suffix.rpartition("/")[2] for suffix in wanted})
        marks = ",".join("?" * len(names))
        rows = self._rows(f"SELECT path FROM files WHERE name IN ({marks})", tuple(names))  # noqa: S608  marks only
        ends = tuple("/" + suffix for suffix in wanted)
        return sorted((path for (path,) in rows if f"/{path}".endswith(ends)), key=lambda path: (len(path), path))

    def changed_with(self, path: str) -> list[tuple[str, float]]:
        """Files that were committed together with this one, with the likelihood (0 to 1); likeliest first."""
        return [
            (str(other), float(weight))
            for other, weight in self._rows(
                "SELECT other, weight FROM changes WHERE path = ? ORDER BY weight DESC, other", (path,)
            )
        ]

    def counts(self) -> SearchCounts:
        """What there is; zeros where there is nothing."""
        found = self._rows(
            "SELECT (SELECT count(*) FROM files), (SELECT count(*) FROM chunks), (SELECT count(*) FROM symbols)"
        )
        if not found or self._path is None:
            return SearchCounts()
        files, chunks, symbols = found[0]
        return SearchCounts(files, chunks, symbols, database.size_on_disk(self._path))

    @property
    def version(self) -> int:
        """Another number whenever the content is another; 0 where there is nothing."""
        found = self._rows("SELECT value FROM meta WHERE key = 'version'")
        return int(found[0][0]) if found else 0

    def interrupt(self) -> None:
        """End the call that is running in another thread, if there is one, with an empty answer. Returns at once."""
        connection = self._connection
        if connection is not None:
            import sqlite3

            with contextlib.suppress(sqlite3.ProgrammingError):  # Closed just now.
                connection.interrupt()

    def close(self) -> None:
        """Let go of the file, at once or when the running call ends; a later call opens it again."""
        self._is_closing = True
        self.interrupt()
        if self._lock.acquire(blocking=False):
            try:
                self._forget()
            finally:
                self._lock.release()

    def _rows(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        return self._read(lambda db: db.execute(statement, values).fetchall(), [])

    def _read(self, work: Callable[[sqlite3.Connection], list[Any]], otherwise: list[Any]) -> list[Any]:
        try:
            import sqlite3
        except ImportError:
            return otherwise  # A Python without SQLite; the worker says so.
        damaged = ""
        with self._lock:
            self._is_closing = False
            try:
                connection = self._opened()
                return otherwise if connection is None else work(connection)
            except (sqlite3.OperationalError, OSError, ValueError):
                return otherwise  # Interrupted, locked, out of memory, a drive that is gone; a path that can be none.
            except (sqlite3.DatabaseError, UnknownFormatError):
                damaged = self._path.name if self._path is not None else ""
                self._forget()
            finally:
                if self._is_closing:
                    self._forget()
        if damaged and self._on_damage is not None:
            self._on_damage(damaged)
        return otherwise

    def _opened(self) -> sqlite3.Connection | None:
        if self._folder is None:
            return None
        stamp = database.stamp(self._folder)
        if stamp != self._stamp:
            self._forget()
        if self._connection is None:
            self._path = database.current(self._folder)
            if self._path is None:
                return None
            self._connection = database.open_for_reading(self._path)
            self._stamp = stamp
        return self._connection

    def _forget(self) -> None:
        connection, self._connection = self._connection, None
        self._stamp = (0, 0)
        self._frequencies.clear()
        if connection is not None:
            connection.close()


_SYMBOLS: Final = """SELECT symbols.name, kind, files.path, start, end, signature, container
    FROM symbols JOIN files ON files.id = symbols.file"""


def _search(
    db: sqlite3.Connection, affordable: list[tuple[str, float]], limit: int, without: Collection[str]
) -> list[Chunk]:
    if not affordable:
        return []
    # One word at a time: FTS5 weighs columns, not words, and its score of several words is the sum of each word's.
    one = "SELECT rowid AS id, ? * bm25(words) AS score FROM words WHERE words MATCH ?"
    # With one word alone SQLite would merge the queries, and bm25 cannot be used together with GROUP BY.
    scores = " UNION ALL ".join([*[one] * len(affordable), "SELECT 0, 0 WHERE 0"])
    # More than asked for, since some are left out.
    room = limit * 2 + 8
    statement = f"""SELECT files.path, chunks.start, chunks.end, chunks.text, best.score, chunks.file FROM
        (SELECT id, sum(score) AS score FROM ({scores})
         GROUP BY id ORDER BY score DESC LIMIT {room + 40 * len(without)}) AS best
        JOIN chunks ON chunks.id = best.id JOIN files ON files.id = chunks.file ORDER BY best.score DESC, best.id"""  # noqa: S608  numbers and text of ours
    values = [value for word, weight in affordable for value in (-weight, f'"{word}"')]
    found: list[Chunk] = []
    seen: set[str] = set()
    for path, start, end, text, score, file in db.execute(statement, values):
        if path not in without and text not in seen:
            seen.add(text)
            found.append(Chunk(path, start, end, text, score, _lead(db, file, start)))
            if len(found) == limit:
                break
    return found


def _lead(db: sqlite3.Connection, file: int, start: int) -> str:
    # Chunks have a line at least, so the two before hold the two lines above.
    before = "SELECT text FROM chunks WHERE file = ? AND start < ? ORDER BY start DESC LIMIT 2"
    above = "".join(text for (text,) in reversed(db.execute(before, (file, start)).fetchall()))
    return "\n".join(above.split("\n")[-_LEAD_LINES - 1 :])  # it ends with a line's end


def _affordable(
    db: sqlite3.Connection, words: dict[str, float], frequencies: dict[str, int]
) -> list[tuple[str, float]]:
    # The words worth most, by weight and rarity, as long as what has to be ranked for them stays within bounds.
    found = db.execute("SELECT value FROM meta WHERE key = 'chunks'").fetchone()
    total = int(found[0]) if found else 0
    if abs(frequencies.get("", 0) - total) * 20 > total or len(frequencies) > _MOST_REMEMBERED:
        frequencies.clear()
        frequencies[""] = total
    heaviest = sorted(words, key=lambda word: -words[word])[:_MOST_NAMES]
    unknown = [word for word in heaviest if word not in frequencies]
    marks = ",".join("?" * len(unknown))
    # What is nowhere is asked for each time: it may be somewhere the next time.
    frequencies.update(db.execute(f"SELECT term, doc FROM vocabulary WHERE term IN ({marks})", unknown))  # noqa: S608
    counts = [(word, frequencies[word]) for word in heaviest if word in frequencies]
    worth = sorted(
        ((words[word] * math.log(1 + (total - count + 0.5) / (count + 0.5)), count, word) for word, count in counts),
        reverse=True,
    )
    left = _MOST_ROWS
    chosen: list[tuple[str, float]] = []
    for _, count, word in worth[:_MOST_WORDS]:
        if count <= left or not chosen:
            left -= count
            chosen.append((word, words[word]))
    return chosen
