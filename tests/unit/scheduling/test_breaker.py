"""How long an endpoint is left alone after which failures, with a clock that the test turns."""

from __future__ import annotations

import pytest

from foretype.errors import (
    AuthenticationError,
    ContextOverflowError,
    LimitReachedError,
    QuotaError,
    RateLimitedError,
    RefusedError,
    ServerError,
    StreamBrokenError,
    TimeoutExceededError,
    UnknownModelError,
    UnreachableError,
)
from foretype.scheduling.breaker import (
    FIRST_PAUSE,
    HOPELESS_PAUSE,
    LONGEST_ASKED_PAUSE,
    LONGEST_REST,
    PROBE_PATIENCE,
    REST_SHARE,
    SHORTEST_REST,
    Breaker,
)


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def paused(breaker, clock):
    """Seconds until it closes again, to a millisecond."""
    low, high = 0.0, 100_000.0
    start = clock.now
    while high - low > 0.0001:
        middle = (low + high) / 2
        clock.now = start + middle
        low, high = (middle, high) if breaker.open else (low, middle)
    clock.now = start
    return round(high, 2)


@pytest.mark.parametrize(
    ("errors", "pause"),
    [
        ([UnreachableError("x")], SHORTEST_REST),
        ([ServerError("x")], SHORTEST_REST),
        ([ServerError("x"), TimeoutExceededError("x"), StreamBrokenError("x")], SHORTEST_REST),
        ([RateLimitedError("x", retry_after=7.0)], 7.0),
        ([RateLimitedError("x", retry_after=0.0)], 0.0),
        ([RateLimitedError("x", retry_after=-5.0)], 0.0),
        ([RateLimitedError("x")], FIRST_PAUSE),
        ([RateLimitedError("x")] * 3, 4 * FIRST_PAUSE),
        ([RateLimitedError("x")] * 50, LONGEST_REST),
        ([ServerError("x"), RateLimitedError("x", retry_after=600.0)], 600.0),
        ([AuthenticationError("x")], HOPELESS_PAUSE),
        ([QuotaError("x")], HOPELESS_PAUSE),
        ([UnknownModelError("x")], HOPELESS_PAUSE),
        # Within reason, whatever the server says.
        ([RateLimitedError("x", retry_after=86_400.0)], LONGEST_ASKED_PAUSE),
        ([RateLimitedError("x", retry_after=float("inf"))], LONGEST_ASKED_PAUSE),
        ([RateLimitedError("x", retry_after=float("nan"))], FIRST_PAUSE),
        ([RateLimitedError("x", retry_after=0.0)] * 3, 2 * FIRST_PAUSE),
        # A text that the server declines says little about the next.
        ([ContextOverflowError("x")], FIRST_PAUSE),
        ([RefusedError("x")], FIRST_PAUSE),
        # Our own limits are nobody's failure.
        ([RateLimitedError("x"), LimitReachedError("x", retry_after=50.0)], FIRST_PAUSE),
    ],
)
def test_the_pause(errors, pause):
    clock = Clock()
    breaker = Breaker(clock)
    for error in errors:
        if not isinstance(error, LimitReachedError):
            clock.now += breaker.rest + 0.001
        breaker.failed(error)
    assert paused(breaker, clock) == pytest.approx(pause, abs=0.01)
    assert breaker.error is [error for error in errors if not isinstance(error, LimitReachedError)][-1]


@pytest.mark.parametrize(
    ("error", "pause"),
    [
        (RateLimitedError("x"), FIRST_PAUSE),
        (RateLimitedError("x", retry_after=1.0), 1.0),
        (ServerError("x"), SHORTEST_REST),
        (RefusedError("x"), FIRST_PAUSE),
    ],
)
def test_what_was_sent_side_by_side_fails_once(error, pause):
    """Twenty requests of bulk work meet one limit: whoever types need not rest for a minute."""
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(20):
        breaker.failed(error)
        clock.now += 0.01
    assert breaker.rest <= pause
    clock.now += pause
    assert breaker.claim()
    breaker.failed(RateLimitedError("x"))
    assert breaker.rest == pytest.approx(2 * FIRST_PAUSE), "the second in a row"


@pytest.mark.parametrize("first", [AuthenticationError("x"), RateLimitedError("x", retry_after=100.0)])
def test_a_late_failure_ends_no_longer_rest_and_is_not_what_it_is_for(first):
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed(first)
    rest = breaker.rest
    breaker.failed(ServerError("x"))
    assert (breaker.rest, breaker.error) == (rest, first)
    longer = RateLimitedError("x", retry_after=1_000.0)
    breaker.failed(longer)
    assert (breaker.rest, breaker.error) == (1_000.0, longer)


def outage(seconds, every):
    """How long the endpoint rested each time during an outage, asked as soon as it may be and at least so often."""
    clock = Clock()
    breaker, began, rests = Breaker(clock), clock.now, []
    while clock.now < began + seconds:
        assert breaker.claim()
        breaker.failed(ServerError("x"))
        rests.append(paused(breaker, clock))
        clock.now += max(rests[-1] + 0.01, every)
    return rests


def test_the_rest_is_in_proportion_to_the_outage():
    rests = outage(3_600, 0)
    assert rests[0] == pytest.approx(SHORTEST_REST, abs=0.01)
    assert rests == sorted(rests)
    assert rests[-1] == pytest.approx(LONGEST_REST, abs=0.01)
    lasted = 0.0
    for rest in rests:
        assert rest <= max(SHORTEST_REST, REST_SHARE * lasted) + 0.01, "late by more than its share"
        lasted += rest + 0.01
    assert len(rests) < 200, "an hour of asking in vain"


def test_an_hour_without_typing_is_no_outage():
    assert outage(3_600, 1_200)[:3] == pytest.approx([SHORTEST_REST, 2 * SHORTEST_REST, 4 * SHORTEST_REST], abs=0.01)


def test_nor_are_many_failures_at_once():
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed(ServerError("x"))
    clock.now += 3_600
    for _ in range(20):
        breaker.failed(ServerError("x"))
    assert breaker.rest == 2 * SHORTEST_REST


def test_a_success_closes_it_and_starts_the_count_anew():
    clock = Clock()
    breaker = Breaker(clock)
    assert not breaker.open
    for _ in range(5):
        clock.now += breaker.rest
        breaker.failed(RateLimitedError("x"))
    breaker.succeeded()
    assert not breaker.open
    assert breaker.error is None
    breaker.failed(RateLimitedError("x"))
    assert paused(breaker, clock) == pytest.approx(FIRST_PAUSE, abs=0.01)


def test_it_closes_by_itself_and_remembers_the_failures():
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed(RateLimitedError("x"))
    clock.now += FIRST_PAUSE
    assert not breaker.open
    breaker.failed(RateLimitedError("x"))
    assert paused(breaker, clock) == pytest.approx(2 * FIRST_PAUSE, abs=0.01)


def test_after_a_rest_one_request_tries_and_the_others_wait_for_what_becomes_of_it():
    clock = Clock()
    breaker = Breaker(clock)
    assert all(breaker.claim() for _ in range(3))
    breaker.failed(RateLimitedError("x"))
    assert not breaker.claim()
    clock.now += FIRST_PAUSE
    assert [breaker.claim() for _ in range(3)] == [True, False, False]
    breaker.abandoned()
    assert [breaker.claim() for _ in range(2)] == [True, False]
    breaker.failed(RateLimitedError("x"))
    clock.now += FIRST_PAUSE
    assert not breaker.claim()
    clock.now += FIRST_PAUSE
    assert breaker.claim()
    breaker.succeeded()
    assert all(breaker.claim() for _ in range(3))


def test_a_probe_that_nobody_reports_on_is_given_up():
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed(RateLimitedError("x"))
    clock.now += FIRST_PAUSE
    assert breaker.claim()
    clock.now += PROBE_PATIENCE - 0.1
    assert not breaker.claim()
    clock.now += 0.2
    assert breaker.claim()
