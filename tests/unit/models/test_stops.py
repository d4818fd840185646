"""Stop strings in a stream: never half of one shown, the same wherever the text is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.models.stops import StopMatcher, wire_stops


def run(stops: list[str], pieces: list[str]) -> tuple[list[str], bool]:
    matcher = StopMatcher(stops)
    shown = [matcher.feed(piece) for piece in pieces]
    return [*shown, matcher.finish()], matcher.stopped


@pytest.mark.parametrize(
    ("stops", "pieces", "shown", "stopped"),
    [
        ([], ["a<", "b"], ["a<", "b", ""], False),
        (["<end>"], ["a<e", "nd>b"], ["a", "", ""], True),
        (["<end>"], ["a<e", "x"], ["a", "<ex", ""], False),
        (["<end>"], ["a<en"], ["a", "<en"], False),
        (["<end>"], ["a<end>", "more"], ["a", "", ""], True),
        (["\n\n", "\nclass"], ["x\n", "cl", "ose"], ["x", "", "\nclose", ""], False),
        (["abcX", "bc"], ["abcX"], ["a", ""], True),  # "bc" is complete before "abcX" is
        ([""], ["a"], ["a", ""], False),
    ],
)
def test_what_is_shown(stops: list[str], pieces: list[str], shown: list[str], stopped: bool) -> None:
    assert run(stops, pieces) == (shown, stopped)


_SMALL = st.text("ab<", max_size=12)


@given(st.lists(st.text("ab<", min_size=1, max_size=4), max_size=3), _SMALL, st.integers(0, 12), st.integers(0, 12))
def test_cuts_change_nothing(stops: list[str], text: str, one: int, two: int) -> None:
    one, two = sorted((one, two))
    shown, stopped = run(stops, [text[:one], text[one:two], text[two:]])
    by_letter, stopped_by_letter = run(stops, list(text))
    assert ("".join(shown), stopped) == ("".join(by_letter), stopped_by_letter)
    assert not any(stop in "".join(shown) for stop in stops)


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (["<mid>", "a"], "a"),
        (["<m", "id>a<mid>b"], "a"),
        (["<mid><mid>", "<midst>x"], "x"),
        (["<mi", "x"], "<mix"),
        (["<mid>"], ""),
        (["<mid", ""], "<mid"),
        ([" <mid>a"], " "),
        (["<end>a"], ""),
    ],
)
def test_the_end_of_the_prompt_told_again_is_dropped(pieces: list[str], shown: str) -> None:
    for cut in (pieces, list("".join(pieces))):
        matcher = StopMatcher(["<end>", "<mid>"], leads=["<mid>", "<midst>"])
        assert "".join([*map(matcher.feed, cut), matcher.finish()]) == shown


@given(_SMALL, st.integers(0, 12))
def test_cuts_change_nothing_with_leads(text: str, cut: int) -> None:
    def run_leads(pieces: list[str]) -> str:
        matcher = StopMatcher(["ab<"], leads=["a", "a<", "b"])
        return "".join([*map(matcher.feed, pieces), matcher.finish()])

    assert run_leads([text[:cut], text[cut:]]) == run_leads(list(text)) == run_leads([text])


def test_four_travel_in_order_without_repeats() -> None:
    assert wire_stops(["\n", "a"], ["a", "b", "", "c", "d"]) == ["\n", "a", "b", "c"]
