"""An index in memory that follows the trees of a clone from commit to commit, with the methods of the real one.

`Postings` is a plain BM25 over any cut into pieces, so that each method side by side may have its own.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from foretype.context.identifiers import identifiers
from foretype.context.terms import words_of


class Piece(NamedTuple):
    """Whole lines of a file, from 0, the end exclusive."""

    path: str
    start: int
    end: int


Cut = Callable[[str, str], list[tuple[int, int]]]
"""Path and text to the pieces' lines."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A found piece."""

    path: str
    start: int
    end: int
    text: str
    score: float


def terms_of(text: str) -> list[str]:
    """Names and the words that they are made of, in lower case."""
    return [term for line in text.split("\n") for term in _terms_of_line(line)]


@lru_cache(400_000)
def _terms_of_line(line: str) -> tuple[str, ...]:
    found = []
    for name in identifiers(line):
        found.append(name.lower())
        found.extend(words_of(name))
    return tuple(found)


class Files:
    """Texts by blob, read once."""

    def __init__(self, read: Callable[[str], str | None]) -> None:
        self._read = read
        self._lines: dict[str, list[str]] = {}

    def lines(self, blob: str) -> list[str]:
        """The lines of a blob, with their ends."""
        found = self._lines.get(blob)
        if found is None:
            text = self._read(blob) or ""
            rows = text.split("\n")
            found = [row + "\n" for row in rows[:-1]] + ([rows[-1]] if rows[-1] else [])
            self._lines[blob] = found
        return found

    def text(self, blob: str) -> str:
        """The text of a blob."""
        return "".join(self.lines(blob))


class Postings:
    """BM25 (k1 1.2, b 0.75) over the pieces of the files that are there now."""

    def __init__(self, files: Files, cut: Cut, terms: Callable[[str], list[str]] = terms_of) -> None:
        self._files, self._cut, self._terms = files, cut, terms
        self._known: dict[tuple[str, str], list[tuple[Piece, Counter[str], int]]] = {}
        self._here: dict[str, str] = {}
        self._ids: dict[str, list[int]] = {}
        self._postings: dict[str, dict[int, int]] = defaultdict(dict)
        self._pieces: dict[int, tuple[Piece, str, int]] = {}
        self._next = 0
        self._length = 0

    def follow(self, disk: Mapping[str, str]) -> None:
        """Take in what is different on the disk now (path to blob)."""
        for path in [path for path, blob in self._here.items() if disk.get(path) != blob]:
            self._remove(path)
        for path, blob in disk.items():
            if path not in self._here:
                self._add(path, blob)

    def _add(self, path: str, blob: str) -> None:
        known = self._known.get((path, blob))
        if known is None:
            lines = self._files.lines(blob)
            known = []
            for start, end in self._cut(path, "".join(lines)):
                counted = Counter(self._terms("".join(lines[start:end])))
                known.append((Piece(path, start, end), counted, sum(counted.values())))
            self._known[path, blob] = known
        ids = []
        for piece, counted, length in known:
            number, self._next = self._next, self._next + 1
            self._pieces[number] = piece, blob, length
            self._length += length
            ids.append(number)
            for term, count in counted.items():
                self._postings[term][number] = count
        self._here[path], self._ids[path] = blob, ids

    def _remove(self, path: str) -> None:
        blob = self._here.pop(path)
        ids = self._ids.pop(path)
        for (_, counted, length), number in zip(self._known[path, blob], ids, strict=True):
            del self._pieces[number]
            self._length -= length
            for term in counted:
                del self._postings[term][number]

    def search(self, weights: Mapping[str, float], limit: int, without: Collection[str] = ()) -> list[Hit]:
        """The best pieces for weighted terms."""
        total = len(self._pieces)
        mean = self._length / max(1, total)
        scores: dict[int, float] = defaultdict(float)
        for term, weight in weights.items():
            posting = self._postings.get(term)
            if not posting:
                continue
            idf = math.log(1 + (total - len(posting) + 0.5) / (len(posting) + 0.5))
            for number, count in posting.items():
                length = self._pieces[number][2]
                scores[number] += weight * idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / mean))
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        found = []
        for number, score in best:
            piece, blob, _ = self._pieces[number]
            if piece.path not in without:
                text = "".join(self._files.lines(blob)[piece.start : piece.end])
                found.append(Hit(*piece, text, score))
                if len(found) == limit:
                    break
        return found

    def count(self, term: str) -> int:
        """In how many pieces a term stands."""
        return len(self._postings.get(term, ()))

    @property
    def size(self) -> int:
        """Pieces."""
        return len(self._pieces)


def windows(size: int, overlap: int) -> Cut:
    """Cut into windows of so many lines that overlap, the borders pulled to blank lines where one is near."""

    def cut(_path: str, text: str) -> list[tuple[int, int]]:
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        found, start = list[tuple[int, int]](), 0
        while start < len(lines):
            end = min(len(lines), start + size)
            if end < len(lines):
                end = next((at for at in range(end, max(start, end - overlap), -1) if not lines[at - 1].strip()), end)
            found.append((start, end))
            if end == len(lines):
                break
            start = max(start + 1, end - overlap)
        return found

    return cut


def total(weights: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The sum of weighted terms."""
    found: dict[str, float] = defaultdict(float)
    for one in weights:
        for term, weight in one.items():
            found[term] += weight
    return dict(found)
