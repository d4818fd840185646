"""What filters see of a document: the lines around a place, and of lines that a machine wrote a part only."""

from __future__ import annotations

import pytest

from foretype.postprocess.pipeline import fit
from foretype.postprocess.surroundings import LONGEST_LINE, surroundings_at
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

LONG = "f(a),[`b`,{" * 2_000


def document(text: str) -> Document:
    return Document("untitled:a", "javascript", 1, Lines(text))


def test_of_a_long_line_only_what_is_next_to_the_cursor() -> None:
    around = surroundings_at(document(LONG + LONG), Position(0, len(LONG)), 4)
    assert around.typed == LONG[-LONGEST_LINE:]
    assert around.rest == LONG[:LONGEST_LINE]


def test_of_long_lines_around_only_their_beginnings() -> None:
    around = surroundings_at(document(f"{LONG}\r\nlet x = \r\n{LONG}"), Position(1, 8), 4)
    assert around.above == (LONG[:LONGEST_LINE],)
    assert around.below == (LONG[:LONGEST_LINE],)
    assert (around.typed, around.rest, around.line_end) == ("let x = ", "", "\r\n")


@pytest.mark.parametrize("column", [0, 1, LONGEST_LINE - 1, LONGEST_LINE])
def test_shorter_lines_are_whole(column: int) -> None:
    line = "x" * LONGEST_LINE
    around = surroundings_at(document(line), Position(0, column), 4)
    assert around.typed + around.rest == line


def test_a_suggestion_at_the_end_of_a_long_line_is_fitted_all_the_same() -> None:
    text = "a(" * 10_000 + "x"
    fitted = fit("x = 1);", surroundings_at(document(text), Position(0, len(text)), 1))
    assert fitted is not None
    assert (fitted.text, fitted.replaces) == ("x = 1);", 0)
