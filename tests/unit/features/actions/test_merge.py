"""Edits for a text that has changed meanwhile."""

from __future__ import annotations

import random

import pytest

from foretype.features.actions.differences import hunks, minimal_edits
from foretype.features.actions.merge import carried_over
from foretype.features.actions.values import Edit, applied
from foretype.text.lines import Lines, line_body
from foretype.text.positions import Position

TEXT = "".join(f"line {number}\n" for number in range(20))


def whole(first: int, behind: int, text: str) -> Edit:
    return Edit(Position(first, 0), Position(behind, 0), text)


@pytest.mark.parametrize(
    ("meanwhile", "expected"),
    [
        (whole(0, 0, "new\n"), 11),
        (whole(0, 3, ""), 7),
        (whole(15, 16, "new\nnewer\n"), 10),
        (whole(8, 9, "other\n"), 10),
        (whole(10, 11, "other\n"), None),
        (whole(9, 10, "other\n"), None),
        (whole(12, 13, "other\n"), None),
        (whole(13, 14, "other\n"), 10),
        (Edit(Position(11, 0), Position(11, 0), "x"), None),
        (whole(0, 20, ""), None),
    ],
)
def test_an_edit_moves_with_its_lines_or_not_at_all(meanwhile, expected):
    before = Lines(TEXT)
    now = before.replace(meanwhile.start, meanwhile.end, meanwhile.text)
    moved = carried_over([whole(10, 12, "edited\n")], before, now)
    assert moved == (None if expected is None else [whole(expected, expected + 2, "edited\n")])


def test_an_insertion_between_lines_that_changed():
    before = Lines(TEXT)
    insertion = whole(10, 10, "edited\n")
    assert carried_over([insertion], before, before.replace((10, 0), (10, 0), "x")) is None
    assert carried_over([insertion], before, before.replace((9, 0), (9, 0), "x")) is None
    assert carried_over([insertion], before, before.replace((2, 0), (3, 0), "")) == [whole(9, 9, "edited\n")]


def test_random_edits_that_do_not_touch_give_what_both_wanted():
    dice = random.Random(1)
    for _ in range(300):
        lines = [f"{dice.randrange(1000)}\n" for _ in range(dice.randrange(4, 300))]
        before = Lines("".join(lines))
        at = dice.randrange(len(lines))
        now = before.replace((at, 0), (at, 0), "meanwhile\n")
        start = dice.randrange(len(lines))
        moved = carried_over([whole(start, start + 1, "edited\n")], before, now)
        if moved is None:
            assert abs(start - at) <= 2
            continue
        both = [*lines[:start], "edited\n", *lines[start + 1 :]]
        both.insert(at, "meanwhile\n")
        assert applied(now, moved).text == "".join(both)


def test_minimal_edits_give_the_new_lines_whatever_the_line_ends():
    dice = random.Random(2)
    for _ in range(500):
        body = [dice.choice("abcd") for _ in range(dice.randrange(1, 12))]
        text = "".join(line + dice.choice(["\n", "\r\n", "\r"]) for line in body) + dice.choice(["", "z"])
        lines = Lines(text)
        start = dice.randrange(len(lines))
        end = dice.randrange(start, len(lines) + 1)
        new = [dice.choice("abcde") for _ in range(dice.randrange(5))]
        after = applied(lines, minimal_edits(lines, start, end, new))
        expected = [line_body(line) for line in lines[:start]] + new + [line_body(line) for line in lines[end:]]
        # The last line of a text has no end, so an empty one there is not told from none.
        assert [line_body(line) for line in after if line_body(line)] == [line for line in expected if line]


def test_texts_that_are_too_long_to_compare_are_replaced_at_once():
    old, new = [f"a{n}" for n in range(4000)], [f"b{n}" for n in range(4000)]
    assert hunks(["same", *old, "end"], ["same", *new, "end"]) == [(1, 4001, 1, 4001)]
