"""What happened between two versions of a document, found from the texts alone."""

from __future__ import annotations

from foretype.text.lines import Lines
from foretype.text.positions import Position


def inserted_at(before: Lines, place: Position, after: Lines) -> str | None:
    """The text that was put in at `place` if that is all that happened; None if anything else is different.

    Costs little where `after` came from `before` by edits, since the chunks that both share need no look.
    """
    added = len(after) - len(before)
    if added < 0 or after.size < before.size:
        return None
    line, column = place
    head, tail = before[line][:column], before[line][column:]
    middle = "".join(after[line : line + added + 1])
    typed = len(middle) - len(head) - len(tail)
    if typed < 0 or typed != after.size - before.size:
        return None
    if not (middle.startswith(head) and middle.endswith(tail)):
        return None
    if not (_same_above(before, after, line) and _same_below(before, line + 1, after, line + 1 + added)):
        return None
    return middle[len(head) : len(head) + typed]


def moved_by(place: Position, typed: str) -> Position:
    """Where a cursor at `place` stands after typing `typed`."""
    lines = Lines(typed)
    column = len(lines[len(lines) - 1])
    if len(lines) == 1:
        return Position(place.line, place.column + column)
    return Position(place.line + len(lines) - 1, column)


def _same_above(one: Lines, other: Lines, line: int) -> bool:
    """Whether the lines above one are equal. Chunks are compared as a whole, which for shared ones takes no look."""
    chunks = min(one.chunk_at(line), other.chunk_at(line))
    start = 0
    if one.chunks[:chunks] == other.chunks[:chunks]:
        start = one.chunk_start(chunks)
    return _same(one, start, other, start, line - start)


def _same_below(one: Lines, line: int, other: Lines, other_line: int) -> bool:
    """Whether both go on equally to their ends from these lines on."""
    count = len(one) - line
    if not count:
        return True
    chunks = min(len(one.chunks) - one.chunk_at(line), len(other.chunks) - other.chunk_at(other_line)) - 1
    if chunks and one.chunks[-chunks:] == other.chunks[-chunks:]:
        count = one.chunk_start(len(one.chunks) - chunks) - line
    return _same(one, line, other, other_line, count)


def _same(one: Lines, start: int, other: Lines, other_start: int, count: int) -> bool:
    """Whether `count` lines of both are equal, taking shared chunks at their word."""
    stop = start + count
    while start < stop:
        here, there = one.chunk_at(start), other.chunk_at(other_start)
        chunk, other_chunk = one.chunks[here], other.chunks[there]
        offset, other_offset = start - one.chunk_start(here), other_start - other.chunk_start(there)
        run = min(len(chunk) - offset, len(other_chunk) - other_offset, stop - start)
        shared = chunk is other_chunk and offset == other_offset
        if not shared and chunk[offset : offset + run] != other_chunk[other_offset : other_offset + run]:
            return False
        start += run
        other_start += run
    return True
