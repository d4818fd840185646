"""The choice among snippets: what is new, for its cost."""

from __future__ import annotations

import pytest

from foretype.context.selection import select
from foretype.context.snippet import Snippet


def of(path: str, *likely: tuple[str, float], start: int = 0, lines: int = 0) -> Snippet:
    text = " ".join(name for name, _ in likely)
    return Snippet(path, text, "search", start, start + lines, expected=likely)


def paths(chosen: list[Snippet]) -> list[str]:
    return [one.path for one in chosen]


A = of("a", ("alpha", 0.2), ("beta", 0.1))
B = of("b", ("gamma", 0.1))
C = of("c", ("alpha", 0.2))


@pytest.mark.parametrize(
    ("offered", "visible", "budget", "chosen"),
    [
        pytest.param([B, A], (), 100, ["a", "b"], id="the likeliest first"),
        pytest.param([A, B], ("alpha", "beta"), 100, ["b"], id="what is visible counts nothing"),
        pytest.param([A, B, C], ("alpha", "beta", "gamma"), 100, [], id="nothing where nothing is new"),
        pytest.param([A, B, C], (), 20, ["a", "b"], id="a second place of a name counts half, which is as much as b"),
        pytest.param([A, B], (), 9, [], id="what does not fit is left out"),
        pytest.param([], (), 100, [], id="no offers"),
    ],
)
def test_new_names_for_their_cost(
    offered: list[Snippet], visible: tuple[str, ...], budget: int, chosen: list[str]
) -> None:
    assert paths(select(offered, visible, (), budget, lambda _: 10)) == chosen


def test_a_cheaper_place_of_the_same_names_is_better() -> None:
    short, long = of("short", ("alpha", 0.2)), of("long", ("alpha", 0.2))
    chosen = select([long, short], (), (), 25, lambda one: 5 if one is short else 20)
    assert paths(chosen) == ["short", "long"]


def test_lines_that_are_there_already_are_not_shown_twice() -> None:
    first = of("a", ("alpha", 0.2), start=10, lines=10)
    inside = of("a", ("beta", 0.1), start=14, lines=10)
    beside = of("a", ("gamma", 0.1), start=18, lines=10)
    assert select([first, inside, beside], (), (), 100, lambda _: 10) == [first, beside]


def test_text_about_a_file_does_not_shut_out_its_lines() -> None:
    diff = of("a", ("alpha", 0.2), start=12)
    lines = of("a", ("beta", 0.1), start=10, lines=10)
    assert select([lines, diff], (), (), 100, lambda _: 10) == [diff, lines]


def test_what_nearly_stands_around_the_cursor_is_left_out() -> None:
    copy = of("copy", *((f"name{number}", 0.5) for number in range(10)))
    near = [f"name{number}" for number in range(9)]
    assert select([copy, B], (), near, 100, lambda _: 10) == [B]


def test_what_nobody_has_judged_counts_by_its_names_and_weight() -> None:
    plain = Snippet("plain", "alpha beta", "search", weight=0.5)
    better = Snippet("better", "gamma delta", "search", weight=1.0)
    assert paths(select([plain, better], (), (), 100, lambda _: 10)) == ["better", "plain"]


def test_names_that_were_cut_away_do_not_count() -> None:
    cut = Snippet("cut", "nothing\n", "search", expected=(("alpha", 0.9), ("nothing", 0.01)))
    assert paths(select([cut, C], (), (), 100, lambda _: 10)) == ["c", "cut"]


def test_the_cost_of_each_is_asked_once() -> None:
    asked: list[str] = []
    select([A, B, C], (), (), 100, lambda one: asked.append(one.path) or 10)
    assert sorted(asked) == ["a", "b", "c"]


def test_the_sum_fits_whatever_the_costs_are() -> None:
    offered = [of(str(number), (f"name{number}", 0.1 + number / 100)) for number in range(30)]
    costs = {one.path: 7 + number * 3 % 11 for number, one in enumerate(offered)}
    for budget in range(0, 200, 7):
        chosen = select(offered, (), (), budget, lambda one: costs[one.path])
        assert sum(costs[one.path] for one in chosen) <= budget
