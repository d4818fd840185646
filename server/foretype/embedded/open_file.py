"""The index of the file that is being edited: one small index for each chunk of lines, kept while it lasts.

A document shares its unchanged chunks with its older versions, so a chunk is known by its identity and an
edit costs the indexing of the chunks that it made new.  The chunk with the cursor is indexed as two pieces,
above and below the cursor's line: the line itself never votes, and typing in it costs nothing.
Only a window around the cursor is looked at, so a huge file costs no more than a large one.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from .index import Order, TokenIndex, sort_places
from .syntax import Family, SyntaxStates, family_of
from .tokens import DEPTH, WIDTH, Encoder, RunIn

__all__ = ["LINES_ABOVE", "LINES_BELOW", "Chunks", "OpenFile", "Piece", "PlacedPiece", "Surroundings"]

Chunks = Sequence[tuple[str, ...]]

LINES_ABOVE = 1600
LINES_BELOW = 800
"""The window around the cursor, in lines (and up to one chunk more)."""

LINES_PER_QUERY = 64
"""Lines (and up to one chunk more) that one query may index besides the cursor's chunk; `prepare` does the rest."""


@dataclass(slots=True)
class Piece:
    """The index of consecutive lines."""

    index: TokenIndex
    lines: tuple[str, ...]
    rows: list[int]
    before: RunIn
    above: tuple[str, ...] | None = None
    """The chunk that `before` comes from, if all of it does and nothing else could change it."""
    known: frozenset[int] | None = None

    def ids(self) -> frozenset[int]:
        """The ids that occur in it, as numbers; gathered at the first call."""
        if self.known is None:
            stream = self.index.exact.stream
            self.known = frozenset(struct.unpack(f">{len(stream) // WIDTH}I", stream))
        return self.known

    def text_of(self, line: int) -> str:
        """The text of a line of the index, without the white space at its ends."""
        return self.lines[self.rows[line]].strip()


@dataclass(frozen=True, slots=True)
class PlacedPiece:
    """A piece and where in the document it stands now."""

    piece: Piece
    first_line: int
    next_piece: Piece | None
    """What follows it directly, if that is indexed; nothing follows the line above the cursor's."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a query needs to know of the open file."""

    pieces: tuple[PlacedPiece, ...]
    """Nearest to the cursor first."""
    line: int
    text: str
    """The cursor's line, without its end."""
    before: RunIn
    """The tokens above the cursor's line."""
    above: tuple[str, ...]
    """Up to 200 lines above it, the nearest first, with their ends."""
    below: tuple[str, ...]
    """Up to 60 lines below it, the nearest first, with their ends."""


_NEAR_ABOVE, _NEAR_BELOW = 200, 60


@dataclass(frozen=True, slots=True)
class _Cursor:
    """A line of the document, found in its chunks."""

    line: int
    chunk: int
    row: int
    starts: list[int]

    @staticmethod
    def find(chunks: Chunks, line: int) -> _Cursor:
        starts, total = [], 0
        for chunk in chunks:
            starts.append(total)
            total += len(chunk)
        line = max(0, min(line, total))
        number = max(0, bisect_right(starts, line) - 1)
        return _Cursor(line, number, line - starts[number] if starts else 0, starts)

    def window(self, chunks: Chunks) -> list[int]:
        """The numbers of the other chunks in the window, nearest first."""
        found: list[tuple[int, int]] = []
        for number in range(self.chunk - 1, -1, -1):
            distance = self.line - self.starts[number + 1]
            if distance > LINES_ABOVE:
                break
            found.append((distance, number))
        for number in range(self.chunk + 1, len(chunks)):
            distance = self.starts[number] - self.line
            if distance > LINES_BELOW:
                break
            found.append((distance, number))
        return [number for _, number in sorted(found)]


def _upwards(chunks: Chunks, chunk: int, row: int) -> Iterator[str]:
    """The lines above a place, the nearest first."""
    if chunks:
        yield from reversed(chunks[chunk][:row])
    for number in range(chunk - 1, -1, -1):
        yield from reversed(chunks[number])


def _downwards(chunks: Chunks, chunk: int, row: int) -> Iterator[str]:
    """The lines below a place, the nearest first."""
    if chunks:
        yield from chunks[chunk][row + 1 :]
    for number in range(chunk + 1, len(chunks)):
        yield from chunks[number]


class OpenFile:
    """What is indexed of one open document.  It may be given any version of it, in any order."""

    def __init__(self) -> None:
        self._encoder = Encoder()
        self._pieces: dict[int, Piece] = {}
        self._above: Piece | None = None
        self._below: Piece | None = None
        self._syntax = SyntaxStates()

    @property
    def encoder(self) -> Encoder:
        """The encoder whose cache knows the document's lines."""
        return self._encoder

    def prepare(self, chunks: Chunks, near_line: int, language_id: str = "") -> Iterator[None]:
        """Index the window around a line, a chunk at each step (about 1 ms), so that others can run between.

        It may be abandoned at any step, and queries may be asked between the steps.
        """
        cursor = _Cursor.find(chunks, near_line)
        for number in range(0, cursor.chunk, 16):  # Each step begins where the one before has been.
            self._syntax.before(family_of(language_id), chunks, number, 0)
            yield
        self._around(chunks, cursor)
        yield
        for number in cursor.window(chunks):
            if self._ready(chunks, cursor, number) is None:
                self._add(chunks, cursor, number)
                yield

    def surroundings(self, chunks: Chunks, line: int) -> Surroundings:
        """Bring the index up to date around a line (counted from 0) as far as one query may, and describe it.

        A line beyond the end is taken for an empty last line.
        """
        cursor = _Cursor.find(chunks, line)
        window = cursor.window(chunks)
        above, below = self._around(chunks, cursor)
        found: dict[int, Piece] = {}
        budget = LINES_PER_QUERY
        for number in window:
            piece = self._ready(chunks, cursor, number)
            if piece is None and budget > 0:
                budget -= len(chunks[number])
                piece = self._add(chunks, cursor, number)
            if piece is not None:
                found[number] = piece
        self._forget(chunks, window)
        placed = [PlacedPiece(above, cursor.line - cursor.row, None)]
        placed.append(PlacedPiece(below, cursor.line + 1, found.get(cursor.chunk + 1)))
        for number, piece in found.items():
            behind = above if number + 1 == cursor.chunk else found.get(number + 1)
            placed.append(PlacedPiece(piece, cursor.starts[number], behind))
        row = chunks[cursor.chunk][cursor.row :] if chunks else ()
        return Surroundings(
            tuple(placed),
            cursor.line,
            row[0].rstrip("\r\n") if row else "",
            self._before(chunks, cursor, cursor.chunk, cursor.row),
            tuple(islice(_upwards(chunks, cursor.chunk, cursor.row), _NEAR_ABOVE)),
            tuple(islice(_downwards(chunks, cursor.chunk, cursor.row), _NEAR_BELOW)),
        )

    def syntax_before(self, family: Family, chunks: Chunks, line: int) -> str:
        """The syntax state before a line (see `syntax.scan`)."""
        cursor = _Cursor.find(chunks, line)
        return self._syntax.before(family, chunks, cursor.chunk, cursor.row)

    def _around(self, chunks: Chunks, cursor: _Cursor) -> tuple[Piece, Piece]:
        """The pieces of the cursor's own chunk."""
        chunk = chunks[cursor.chunk] if chunks else ()
        before = self._before(chunks, cursor, cursor.chunk, 0)
        above = self._above = self._piece(self._above, chunk[: cursor.row], before)
        hole = self._before(chunks, cursor, cursor.chunk, cursor.row)
        gap = RunIn(b"", b"", hole.indent)
        below = self._below = self._piece(self._below, chunk[cursor.row + 1 :], gap)
        return above, below

    def _before(self, chunks: Chunks, cursor: _Cursor, chunk: int, row: int) -> RunIn:
        """The context that comes into a row of a chunk from above; it never reaches across the cursor's line."""
        if chunk <= cursor.chunk:
            return self._encoder.tail(_upwards(chunks, chunk, row))
        behind_hole = cursor.starts[chunk] + row - cursor.line - 1
        hole = self._encoder.tail(_upwards(chunks, cursor.chunk, cursor.row))
        return self._encoder.tail(islice(_upwards(chunks, chunk, row), behind_hole), hole.indent)

    def _ready(self, chunks: Chunks, cursor: _Cursor, number: int) -> Piece | None:
        chunk = chunks[number]
        piece = self._pieces.get(id(chunk))
        if piece is None or piece.lines is not chunk:
            return None
        if piece.above is not None and number and piece.above is chunks[number - 1] and number - 1 != cursor.chunk:
            return piece
        return piece if piece.before == self._before(chunks, cursor, number, 0) else None

    def _add(self, chunks: Chunks, cursor: _Cursor, number: int) -> Piece:
        chunk = chunks[number]
        piece = self._piece(None, chunk, self._before(chunks, cursor, number, 0))
        if number and number - 1 != cursor.chunk and self._fills_context(chunks[number - 1]):
            piece.above = chunks[number - 1]
        self._pieces[id(chunk)] = piece
        return piece

    def _fills_context(self, lines: tuple[str, ...]) -> bool:
        """Whether what comes after these lines has its whole context from them, markers included."""
        tokens = [len(self._encoder.line(text).ids) // WIDTH for text in lines]
        return sum(count + 1 for count in tokens if count) - tokens[0] - 1 > 2 * DEPTH

    def _piece(self, known: Piece | None, lines: tuple[str, ...], before: RunIn) -> Piece:
        if known is not None and known.before == before and known.lines == lines:
            return known
        tokens = self._encoder.encode(lines, before)
        count = tokens.bounds[-1]
        orders = [
            Order(stream, array("I", sort_places(stream, count)))
            for stream in (tokens.ids + before.ids, tokens.shapes + before.shapes)
        ]
        return Piece(TokenIndex(orders[0], orders[1], tokens.bounds), lines, tokens.rows, before)

    def _forget(self, chunks: Chunks, window: list[int]) -> None:
        """Drop the pieces of chunks that are gone, once they are more than those in use."""
        if len(self._pieces) > 2 * len(window) + 16:
            used = {id(chunks[number]) for number in window}
            self._pieces = {key: piece for key, piece in self._pieces.items() if key in used}
