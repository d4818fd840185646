"""Windows of a file that fit a query."""

from __future__ import annotations

from itertools import pairwise

import pytest

from foretype.context.collectors.windows import best_windows, text_of
from foretype.context.terms import terms_of_line, terms_of_names, words_of

LINES = [f"filler_{number}" for number in range(40)]


def placed(*found: tuple[int, str]) -> list[str]:
    lines = list(LINES)
    for at, text in found:
        lines[at] = text
    return lines


@pytest.mark.parametrize(
    ("lines", "count", "inside"),
    [
        pytest.param(placed((30, "price_table")), 1, [30], id="where the name is"),
        pytest.param(placed((2, "price"), (30, "price_table")), 1, [30], id="the whole name rather than a part"),
        pytest.param(placed((2, "price"), (30, "price_table")), 2, [30, 2], id="best first"),
        pytest.param(LINES, 3, [], id="none that has nothing"),
        pytest.param([], 3, [], id="an empty file"),
        pytest.param(["price_table"], 3, [0], id="a short file"),
    ],
)
def test_the_best_windows(lines: list[str], count: int, inside: list[int]) -> None:
    found = best_windows(lines, terms_of_names({"price_table": 1.0}), count, 8)
    assert len(found) == len(inside)
    assert all(window.start <= line < window.end for window, line in zip(found, inside, strict=True))


def test_windows_do_not_overlap_and_begin_with_text() -> None:
    lines = ["", "", *(f"price = {number}" for number in range(20)), "", ""]
    found = sorted(best_windows(lines, {"price": 1.0}, 5, 8), key=lambda window: window.start)
    assert len(found) > 1
    assert all(left.end <= right.start for left, right in pairwise(found))
    assert all(lines[window.start].strip() and lines[window.end - 1].strip() for window in found)


def test_text_of_lines() -> None:
    assert text_of(["a", "b", "c"], 1, 3) == "b\nc\n"


def test_terms() -> None:
    assert words_of("getUserById") == ("get", "user")
    assert words_of("user") == ()
    assert set(terms_of_line("x = getUser(ab)")) == {"getuser", "get", "user"}
    terms = terms_of_names({"getUser": 1.0, "user": 0.5})
    assert (terms["getuser"], terms["user"]) == (1.0, 0.5)
    assert 0 < terms["get"] < 0.5
