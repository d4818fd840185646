"""Cuts a file into chunks: whole lines that belong together, none too large to be shown, none overlapping. Pure.

Cuts fall between definitions, inside a class that is too large between its members, and in what is still too large at
blank lines and low indentation. Small neighbours of the same container are joined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from foretype.syntax.values import Definition

TARGET: Final = 40
"""Lines up to which neighbours are joined. Zed's index cuts 40 lines, Cody's 50, Copilot's 60 (read from their sources,
2025-2026); on eight repositories 8 lines of query found the most with windows of 60."""

LONGEST: Final = 60
"""Lines; only a longer definition is cut inside."""

_LINE: Final = 100  # Characters that count as one line: a chunk of long lines has fewer of them.


class Piece(NamedTuple):
    """The lines `start` to `end` (exclusive) of a file, inside `container` (a qualified name, "" at the top)."""

    start: int
    end: int
    container: str


def cut(lines: Sequence[str], definitions: Sequence[Definition]) -> list[Piece]:
    """The pieces of a file, in order; together they are all its lines."""
    if not lines:
        return []
    measure = _Measure(lines)
    ordered = sorted(definitions, key=lambda found: (found.start, -found.end))
    whole = Piece(0, len(lines), "")
    return _joined(_with_blanks(_split(whole, ordered, measure), lines), measure)


class _Measure:
    """How long lines are together, in lines of usual length."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self._sums = [0]
        for line in lines:
            self._sums.append(self._sums[-1] + 1 + len(line) // _LINE)

    def __call__(self, start: int, end: int) -> int:
        return self._sums[end] - self._sums[start]


def _split(piece: Piece, inside: Sequence[Definition], measure: _Measure) -> Iterator[Piece]:
    # `inside` are the definitions of the piece, outer before inner.
    at, number = piece.start, 0
    while number < len(inside):
        child = inside[number]
        number += 1
        start, end = max(child.start, at), min(child.end, piece.end)
        members = []
        while number < len(inside) and inside[number].start < end:
            members.append(inside[number])
            number += 1
        if start >= end:
            continue
        yield from _gaps(Piece(at, start, piece.container), measure)
        if measure(start, end) <= LONGEST:
            yield Piece(start, end, piece.container)
        else:
            yield from _split(Piece(start, end, child.qualified_name), members, measure)
        at = end
    yield from _gaps(Piece(at, piece.end, piece.container), measure)


def _gaps(piece: Piece, measure: _Measure) -> Iterator[Piece]:
    # Lines that no definition holds, or of one that is too large and holds no others.
    start = piece.start
    while measure(start, piece.end) > LONGEST and piece.end - start > 1:
        middle = _best_cut(start, piece.end, measure)
        yield piece._replace(start=start, end=middle)
        start = middle
    if start < piece.end:
        yield piece._replace(start=start)


def _best_cut(start: int, end: int, measure: _Measure) -> int:
    # Before the line of least indentation, after a blank one if there is a choice, near the target.
    best, least = start + 1, (1 << 30, True, 0)
    for line in range(start + 1, end):
        size = measure(start, line)
        if size > LONGEST:
            break
        text = measure.lines[line]
        stripped = text.lstrip()
        # Closing brackets belong to what stands above them.
        if size * 2 < TARGET or not stripped or stripped[0] in ")]}":
            best = line if least[0] == 1 << 30 else best
            continue
        indent = len(text.expandtabs(4)) - len(stripped)
        badness = (indent, bool(measure.lines[line - 1].strip()), abs(size - TARGET))
        if badness < least:
            best, least = line, badness
    return best


def _with_blanks(pieces: Iterator[Piece], lines: Sequence[str]) -> Iterator[Piece]:
    # Blank lines between two pieces are the end of the first, at the top the beginning of it.
    last: Piece | None = None
    first = 0
    for piece in pieces:
        if not any(lines[number].strip() for number in range(piece.start, piece.end)):
            last = last and last._replace(end=piece.end)
            continue
        if last is not None:
            yield last
        last = piece if last is not None else piece._replace(start=first)
    yield last or Piece(0, len(lines), "")


def _joined(pieces: Iterator[Piece], measure: _Measure) -> list[Piece]:
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if last is not None and last.container == piece.container and measure(last.start, piece.end) <= TARGET:
            found[-1] = last._replace(end=piece.end)
        else:
            found.append(piece)
    return found
