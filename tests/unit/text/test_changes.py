"""What was typed at a place, found from the lines alone, against brute force over the whole texts."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from foretype.text.changes import inserted_at, moved_by
from foretype.text.lines import Lines, line_body
from foretype.text.positions import Position

texts = st.text(alphabet="ab(\n\r \u2028😀", max_size=24)


def offset(lines: Lines, place: Position) -> int:
    return sum(map(len, lines[: place.line])) + place.column


def brute(before: str, at: int, after: str) -> str | None:
    size = len(after) - len(before)
    if size < 0 or after[:at] + after[at + size :] != before:
        return None
    return after[at : at + size]


def places(lines: Lines) -> list[Position]:
    return [Position(line, column) for line in range(len(lines)) for column in range(len(line_body(lines[line])) + 1)]


def joins_a_line_end(before: str, at: int, typed: str) -> bool:
    """Whether typing changes what the line ends around it are: a \\r and a \\n come together or apart."""
    left, right = before[:at], before[at:]
    whole = left + typed + right
    return any(whole[edge - 1 : edge + 1] == "\r\n" for edge in (at, at + len(typed)) if 0 < edge < len(whole))


@given(before=texts, typed=texts, data=st.data())
def test_what_was_typed_is_found(before, typed, data):
    lines = Lines(before)
    place = data.draw(st.sampled_from(places(lines)))
    at = offset(lines, place)
    after = Lines(before[:at] + typed + before[at:])
    found = inserted_at(lines, place, after)
    if found is None:
        assert joins_a_line_end(before, at, typed)
    else:
        assert found == typed


@given(before=texts, after=texts, data=st.data())
def test_nothing_else_is_taken_for_typing(before, after, data):
    lines = Lines(before)
    place = data.draw(st.sampled_from(places(lines)))
    found = inserted_at(lines, place, Lines(after))
    expected = brute(before, offset(lines, place), after)
    if found is not None:
        assert found == expected


def test_long_documents_with_shared_chunks_agree_with_brute_force():
    """Edits make values that share chunks, which are taken at their word."""
    rng = random.Random(7)
    base = Lines("".join(f"line {number}\n" for number in range(400)))
    found = 0
    for _ in range(1_500):
        line = rng.randrange(len(base))
        place = Position(line, rng.randrange(len(line_body(base[line])) + 1))
        typed = rng.choice(["", "x", "xy", "\n", "a\n  b", "a\nb\nc\n", "q" * 50])
        after = base.replace(place, place, typed)
        if rng.random() < 0.5:
            other = rng.randrange(len(after))
            column = rng.randrange(len(line_body(after[other])) + 1)
            stop = min(len(line_body(after[other])), column + rng.randrange(2))
            after = after.replace((other, column), (other, stop), rng.choice(["", "z", "\n"]))
        expected = brute(base.text, offset(base, place), after.text)
        assert inserted_at(base, place, after) == expected
        found += expected is not None
    assert 700 < found < 1_500


@given(before=texts, typed=texts, data=st.data())
def test_moved_by_is_where_the_cursor_stands_after_typing(before, typed, data):
    lines = Lines(before)
    place = data.draw(st.sampled_from(places(lines)))
    at = offset(lines, place)
    if joins_a_line_end(before, at, typed):
        return
    moved = moved_by(place, typed)
    after = Lines(before[:at] + typed + before[at:])
    assert offset(after, moved) == at + len(typed)
    assert moved.column <= len(line_body(after[moved.line]))
