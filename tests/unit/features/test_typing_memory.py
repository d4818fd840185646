"""What a key tells: that text is deleted, that a mistake was taken back, that the suggestion was followed."""

from __future__ import annotations

from itertools import pairwise

import pytest

from foretype.features.suggestion import Suggestion
from foretype.features.typing import TypingMemory
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position


def document(text: str) -> Document:
    return Document("file:///a.py", "python", 1, Lines(text))


def typed(memory: TypingMemory, *texts: str, shown: str = "") -> list[bool | None]:
    """What each change from one text to the next tells; `shown` is on the screen at the end of the first text."""
    if shown:
        place = Position(0, len(texts[0]))
        memory.showed(Suggestion(shown, place, place, "model", ""))
    return [memory.key(document(one), document(two)) for one, two in pairwise(texts)]


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (("x = ", "x = f"), [True]),
        (("x = ", "x = g"), [False]),
        (("x = ", "x ="), [None]),
        (("x = ", "x = f", "x = fo"), [True, None]),  # nothing was shown at the second key
    ],
)
def test_a_key_agrees_with_what_was_shown_or_not(texts, told):
    assert typed(TypingMemory(), *texts, shown="foo(a)") == told


@pytest.mark.parametrize(
    ("texts", "deleting"),
    [
        (("x = ", "x ="), True),
        (("x = ", "x = g", "x = "), False),  # the mistake is taken back
        (("x = ", "x = g", "x = gh", "x = g"), True),  # not yet
        (("x = ", "x = g", "x = gh", "x = g", "x = "), False),
        (("x = ", "x = g", "x = ", "x ="), True),
        (("x = ", "x = garden", "x = "), True),  # that was no slip of a finger
    ],
)
def test_taking_a_mistake_back_is_not_deleting(texts, deleting):
    memory = TypingMemory()
    typed(memory, *texts, shown="foo(a)")
    assert memory.deleting is deleting


@pytest.mark.parametrize(
    ("texts", "took"),
    [
        (("x = ", "x = foo(a)"), True),
        (("x = ", "x = f"), None),
        (("x = ", "x = g"), False),
        (("x = ", "x ="), None),
    ],
)
def test_a_suggestion_is_taken_passed_by_or_neither_yet(texts, took):
    memory = TypingMemory()
    typed(memory, *texts, shown="foo(a)")
    assert memory.took is took


def test_a_line_end_that_is_typed_through_passes_a_suggestion_by():
    memory = TypingMemory()
    typed(memory, "x = 1", "x = 1\n", shown="\ny = 2")
    assert memory.took is False


@pytest.mark.parametrize(
    ("now", "line", "column", "followed"),
    [("x = 1\n", 1, 0, True), ("x = 1\n", 0, 2, False), ("x = 12", 0, 6, False), ("x = ", 0, 4, False)],
)
def test_who_types_what_shows_over_the_line_s_end_has_followed_it(now, line, column, followed):
    memory = TypingMemory()
    typed(memory, "x = 1", now, shown="\ny = 2")
    assert memory.followed_to(document(now), Position(line, column)) is followed
