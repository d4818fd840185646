"""Slots: what is chosen keeps its place, new ones come behind, and what goes takes only the tail with it."""

from __future__ import annotations

import pytest

from foretype.context.snippet import Snippet
from foretype.prompts.slots import Slot, Slots


def slot(name: str) -> Slot:
    """`a` is a stable snippet of 10 tokens, `A` a volatile one; `a5` costs 5; `a'` is `a` with another text."""
    origin = "edit" if name[0].isupper() else "search"
    tokens = int(name[1:].strip("'") or 10)
    return Slot(Snippet(name[0], name, origin), name, tokens, hash(name))


@pytest.mark.parametrize(
    ("before", "chosen", "room", "after"),
    [
        ("", "b a", 20, "b a"),
        ("a b c", "c a b", 30, "a b c"),
        ("a b c", "b", 30, "a b c"),
        ("a b c", "d", 40, "a b c d"),
        ("a b c", "d a", 30, "a b d"),
        ("a b c", "d c", 30, "a c d"),
        ("a b c", "d e a", 30, "a d e"),
        ("a b c d", "a e20", 40, "a b e20"),
        ("a b c d", "a c e20", 40, "a c e20"),
        ("a b c", "b'", 30, "a b' c"),
        ("a b", "c A", 40, "a b c A"),
        ("a A", "b A B", 50, "a b A B"),
        ("a b A", "a A'", 30, "a b A'"),
        ("a b A", "a", 30, "a b"),
        ("a b c A", "a d A", 30, "a d A"),
        ("a b c", "", 30, "a b c"),
        ("a b c", "", 15, "a"),
    ],
)
def test_slots(before: str, chosen: str, room: int, after: str) -> None:
    slots = Slots()
    slots.take([slot(name) for name in before.split()], 1000)
    slots.take([slot(name) for name in chosen.split()], room)
    assert [each.shown for each in slots.shown] == after.split()
    assert slots.tokens <= room


def test_nothing_changes_where_nothing_new_is_chosen() -> None:
    slots = Slots()
    shown = slots.take([slot("a"), slot("b")], 30)
    assert slots.take([slot("b")], 30) is shown
    assert slots.held(slot("a").snippet) == slot("a")
    assert slots.held(slot("a'").snippet) is None


def test_cutting_from_the_tail() -> None:
    slots = Slots()
    slots.take([slot("a"), slot("b"), slot("C")], 30)
    assert [each.shown for each in slots.cut_to(15)] == ["a"]
    slots.clear()
    assert slots.shown == ()
