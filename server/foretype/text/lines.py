"""The lines of a document as an immutable rope: an edit makes a new value that shares all but the touched chunks.

A line ends at `\\n`, `\\r\\n` or `\\r`, and at nothing else: this is the language server protocol's rule, and
`str.splitlines` (which also splits at form feeds, U+2028 and others) would shift every position after such a
character. May not know of positions in UTF-8 or UTF-16 units: columns here count code points.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, chain, pairwise
from typing import Final, overload

Chunk = tuple[str, ...]

# A keystroke copies one chunk and, where a line comes or goes, the table of chunks. At 64 lines a chunk both stay
# small in a document of 50,000 lines, and the embedded engine can index the one chunk that changed in about 2 ms.
CHUNK_TARGET: Final = 64
CHUNK_MIN: Final = 32
CHUNK_MAX: Final = 128

_LINE_END = re.compile(r"\r\n|\n|\r")
_SPLITLINES_GOES_TOO_FAR = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def split_lines(text: str) -> list[str]:
    """Split into lines that keep their ends; the last one has none, and is "" where the text ends in a line end.

    The result is never empty, and joining it gives back the text.
    """
    if not _SPLITLINES_GOES_TOO_FAR.search(text):
        lines = text.splitlines(keepends=True)
    else:
        starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        ends = [*starts[1:], len(text)]
        lines = [text[start:end] for start, end in zip(starts, ends, strict=True) if start < end]
    if not lines or lines[-1][-1] in "\r\n":
        lines.append("")
    return lines


def line_body(line: str) -> str:
    """The line without its end."""
    return line.rstrip("\r\n")


class Lines(Sequence[str]):
    """An immutable sequence of at least one line. Every line but the last keeps its end; the last has none."""

    __slots__ = ("_count", "_starts", "chunks", "size")

    chunks: tuple[Chunk, ...]
    """The lines in runs of 32 to 128 (a short document has one shorter run). An edit keeps the identity of every
    chunk that it does not touch, so that work done per chunk can be kept by `is`."""

    size: int
    """The length of the whole text in code points."""

    def __init__(self, text: str = "") -> None:
        chunks = tuple(_cut(split_lines(text)))
        self._set(chunks, _starts_of(chunks), len(text))

    def _set(self, chunks: tuple[Chunk, ...], starts: tuple[int, ...], size: int) -> None:
        self.chunks = chunks
        self._starts = starts
        self._count = starts[-1] + len(chunks[-1])
        self.size = size

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._count)
            run = self._run(start, stop) if step > 0 else self._run(stop + 1, start + 1)[::-1]
            return run[:: abs(step)]
        if index < 0:
            index += self._count
        if not 0 <= index < self._count:
            raise IndexError(index)
        chunk = self.chunk_at(index)
        return self.chunks[chunk][index - self._starts[chunk]]

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.chunks)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Lines):
            return NotImplemented
        if self.chunks is other.chunks:
            return True
        return len(self) == len(other) and self.size == other.size and self.text == other.text

    def __hash__(self) -> int:
        return hash((self._count, self.size))

    def __repr__(self) -> str:
        return f"<Lines {self._count} lines, {self.size} characters>"

    @property
    def text(self) -> str:
        """The whole text. Costs a copy of it: not for the path of a keystroke."""
        return "".join(self)

    def chunk_at(self, line: int) -> int:
        """The number of the chunk that holds a line."""
        return bisect_right(self._starts, line) - 1

    def chunk_start(self, chunk: int) -> int:
        """The first line of a chunk."""
        return self._starts[chunk]

    def replace(self, start: tuple[int, int], end: tuple[int, int], text: str) -> Lines:
        """Put `text` in place of what stands between two (line, column) places, both inside the document.

        Costs one chunk, whatever the document's size, unless lines come or go: then the chunk table as well.
        """
        (first, first_column), (last, last_column) = start, end
        head = self[first][:first_column]
        middle = head + text + self[last][last_column:]
        size = self.size + len(middle) - sum(map(len, self._run(first, last + 1)))
        if middle.startswith("\n") and first and self[first - 1].endswith("\r"):
            first -= 1  # the edit has brought a \r and a \n together: they are one line end now, and first != last
            middle = self[first] + middle
        in_one_line = first == last and "\n" not in text and "\r" not in text
        # Typing in one line splits nothing, however long the line is.
        lines = [middle] if in_one_line else split_lines(middle)
        if last + 1 < self._count and not lines[-1]:
            lines.pop()  # only the document's last line stands without an end
        return self._splice(first, last + 1, lines, size)

    def with_chunks(self, changed: Mapping[int, Chunk], growth: int) -> Lines:
        """The same with some chunks, by number, replaced by others of as many lines and `growth` more code points."""
        chunks = list(self.chunks)
        for number, chunk in changed.items():
            if len(chunk) != len(chunks[number]):
                raise ValueError("a chunk must be replaced by one of as many lines")
            chunks[number] = chunk
        new = object.__new__(Lines)
        new._set(tuple(chunks), self._starts, self.size + growth)
        return new

    def with_all(self, chunks: tuple[Chunk, ...], growth: int) -> Lines:
        """The same with other chunks, each of as many lines as the one in its place; `growth`: as above."""
        if len(chunks) != len(self.chunks):
            raise ValueError("there must be as many chunks")
        new = object.__new__(Lines)
        new._set(chunks, self._starts, self.size + growth)
        return new

    def _run(self, start: int, stop: int) -> list[str]:
        """The lines start..stop-1, touching only the chunks that hold them."""
        if start >= stop:
            return []
        first, last = self.chunk_at(start), self.chunk_at(stop - 1)
        offset = self._starts[first]
        if first == last:
            return list(self.chunks[first][start - offset : stop - offset])
        run = list(chain.from_iterable(self.chunks[first : last + 1]))
        return run[start - offset : stop - offset]

    def _splice(self, start: int, stop: int, lines: list[str], size: int) -> Lines:
        first, last = self.chunk_at(start), self.chunk_at(stop - 1)
        before = self.chunks[first][: start - self._starts[first]]
        after = self.chunks[last][stop - self._starts[last] :]
        run = [*before, *lines, *after]
        new = object.__new__(Lines)
        if first == last and len(run) == len(self.chunks[first]):
            new._set((*self.chunks[:first], tuple(run), *self.chunks[first + 1 :]), self._starts, size)
            return new
        if len(run) < CHUNK_MIN and len(self.chunks) > last - first + 1:
            if first:
                first -= 1
                run = [*self.chunks[first], *run]
            else:
                last += 1
                run = [*run, *self.chunks[last]]
        chunks = (*self.chunks[:first], *_cut(run), *self.chunks[last + 1 :])
        new._set(chunks, _starts_of(chunks), size)
        return new


def _cut(lines: list[str]) -> Iterator[Chunk]:
    """Cut a run of lines into chunks of about equal length."""
    if len(lines) <= CHUNK_MAX:
        yield tuple(lines)
        return
    pieces = round(len(lines) / CHUNK_TARGET)
    bounds = [len(lines) * piece // pieces for piece in range(pieces + 1)]
    for start, stop in pairwise(bounds):
        yield tuple(lines[start:stop])


def _starts_of(chunks: Sequence[Chunk]) -> tuple[int, ...]:
    return (0, *accumulate(map(len, chunks[:-1])))
