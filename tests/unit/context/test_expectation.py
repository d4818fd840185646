"""Which names the next line needs, by the model's own judgement: what must make a name likelier than another."""

from __future__ import annotations

import pytest

from foretype.context.expectation import BIAS, FEATURES, WEIGHTS, features, judged, likelihoods
from foretype.context.scene import RecentEdit, Scene
from foretype.context.snippet import Origin, Snippet

from .fake_index import FakeSearchIndex

LINES = ["def total(order):", "    check(order)", "    count = len(order)", "", "    return count"]


def scene(lines: list[str] = LINES, line: int = 3, **more: object) -> Scene:
    return Scene("shop/order.py", "python", lines, line, FakeSearchIndex({}), **more)  # type: ignore[arg-type]


def snippet(text: str, origin: Origin = "search", path: str = "far/other.py", weight: float = 0.5) -> Snippet:
    return Snippet(path, text, origin, weight=weight)


def likely(place: Scene, *snippets: Snippet) -> dict[str, float]:
    return likelihoods(features(place, snippets))


@pytest.mark.parametrize(
    ("likelier", "less"),
    [
        pytest.param(
            snippet("    check(basket)\n    count = len(basket)\n    wanted_name()\n"),
            snippet("    print(basket)\n    while True:\n    wanted_name()\n"),
            id="what stands behind lines like those here",
        ),
        pytest.param(
            snippet("    wanted_name()\n    return count\n"),
            snippet("    wanted_name()\n    while True:\n"),
            id="what stands before a line like the one below",
        ),
        pytest.param(snippet("+wanted_name()\n", "edit"), snippet("wanted_name()\n"), id="what was just typed"),
        pytest.param(snippet("wanted_name\n", weight=0.9), snippet("wanted_name\n", weight=0.1), id="a better hit"),
        pytest.param(snippet("wanted_name\n", path="shop/b.py"), snippet("wanted_name\n"), id="the same folder"),
    ],
)
def test_a_name_is_likelier(likelier: Snippet, less: Snippet) -> None:
    assert likely(scene(), likelier)["wanted_name"] > likely(scene(), less)["wanted_name"]


def test_two_places_are_better_than_one() -> None:
    one, two = snippet("wanted_name\n"), snippet("wanted_name\n", path="far/more.py")
    assert likely(scene(), one, two)["wanted_name"] > likely(scene(), one)["wanted_name"]


def test_a_name_made_of_words_near_the_cursor_is_likelier() -> None:
    found = likely(scene(), snippet("order_count = unit_price\n"))
    assert found["order_count"] > found["unit_price"]


def test_what_was_taken_out_here_may_come_back() -> None:
    gone = RecentEdit("shop/order.py", 1, ("wanted_name()",), ())
    place = scene(edits=(gone,))
    assert (
        likely(place, snippet("wanted_name\n"))["wanted_name"]
        > likely(scene(), snippet("wanted_name\n"))["wanted_name"]
    )


def test_members_of_what_stands_on_the_line_are_likelier() -> None:
    table = snippet("class PriceTable:\n    def lookup(self):\n", "definition", weight=1.0)
    typing = scene([*LINES[:3], "    PriceTable", *LINES[4:]])
    assert likely(typing, table)["lookup"] > 5 * likely(scene(), table).get("lookup", 0.0)


def test_likelihoods_are_between_none_and_all() -> None:
    best = dict.fromkeys(range(len(FEATURES)), 1.0)
    assert 0 < likelihoods({"name": list(best.values())})["name"] < 1
    assert likelihoods({"name": [0.0] * len(FEATURES)}).get("name", 0.0) < 0.001
    assert tuple(WEIGHTS) == FEATURES
    assert BIAS < 0


def test_a_judged_snippet_knows_its_own_names_only() -> None:
    first, second = judged(scene(), [snippet("alpha_one\n"), snippet("beta_two\n", path="b.py")])
    assert [name for name, _ in first.expected] == ["alpha_one"]
    assert [name for name, _ in second.expected] == ["beta_two"]


@pytest.mark.parametrize("line", [0, 4, 9])
def test_the_place_may_be_anywhere(line: int) -> None:
    assert judged(scene(line=line), [snippet("alpha_one\n")])
