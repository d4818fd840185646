"""How long a key is waited behind: what a session teaches of its user and its endpoint."""

from __future__ import annotations

import pytest

from foretype.scheduling.delay import HEAD_START, LONGEST, NOTICED, Pace


def paced(gap: float = 0.15, pause: float = 0.6, first_token: float = 0.04, trust: float = 0.75) -> Pace:
    """A session with so many seconds from key to key, at a line's start, and to the first token."""
    pace = Pace()
    now = 0.0
    for number in range(100):
        at_line_start = number % 2 == 0
        pace.until_next_key("    " if at_line_start else "x = ")
        now += pause if at_line_start else gap
        pace.key(now)
    pace.first_token, pace.trust = first_token, trust
    return pace


@pytest.mark.parametrize("typed", ["", "    ", "f(", "x =", "a."])
def test_at_a_line_s_start_and_behind_openers_nothing_is_waited(typed):
    assert paced().delay(typed) == 0.0


def test_the_more_the_model_is_trusted_the_shorter_the_wait():
    waits = [paced(trust=trust).delay("x = fo") for trust in (0.0, 0.5, 0.9, 1.0)]
    assert waits == sorted(waits, reverse=True)
    assert waits[-1] == 0.0
    assert waits[0] <= LONGEST


@pytest.mark.parametrize(
    ("first_token", "typed", "waits"),
    [(0.04, "x = fo", False), (0.3, "x = fo", True), (0.04, "    ", True), (0.3, "    ", True)],
)
def test_in_doubt_a_slow_endpoint_and_an_odd_margin_wait_for_the_mistake_to_be_noticed(first_token, typed, waits):
    wait = paced(first_token=first_token, trust=1.0).delay(typed, doubtful=True)
    assert wait == (NOTICED if waits else 0.0)


def test_pauses_at_a_line_s_start_are_learned_apart():
    pace = paced(gap=0.15, pause=0.6)
    assert 0.1 < pace.until_next_key("x = ") < 0.15
    assert 0.5 < pace.until_next_key("") < 0.6


def test_the_head_start_is_what_the_model_needs_but_ends_before_the_next_key():
    assert paced(first_token=0.04).head_start("x = ") == pytest.approx(0.04 + HEAD_START)
    slow = paced(first_token=0.3)
    assert slow.head_start("x = ") == slow.until_next_key("x = ")


def test_a_clock_that_jumps_back_teaches_nothing():
    pace = paced()
    before = pace.gap
    pace.key(-100.0)
    pace.key(-200.0)
    assert pace.gap == before
