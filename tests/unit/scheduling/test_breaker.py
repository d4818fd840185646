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
    TimeoutExceededError,
    UnknownModelError,
    UnreachableError,
)
from foretype.scheduling.breaker import (
    FIRST_PAUSE,
    HOPELESS_PAUSE,
    LIMIT_PAUSE,
    LONGEST_ASKED_PAUSE,
    LONGEST_PAUSE,
    PROBE_PATIENCE,
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
        ([UnreachableError("x")], FIRST_PAUSE),
        ([ServerError("x")], FIRST_PAUSE),
        ([ServerError("x")] * 2, 2 * FIRST_PAUSE),
        ([ServerError("x"), TimeoutExceededError("x"), UnreachableError("x")], 4 * FIRST_PAUSE),
        ([ServerError("x")] * 50, LONGEST_PAUSE),
        ([RateLimitedError("x", retry_after=7.0)], 7.0),
        ([RateLimitedError("x", retry_after=0.0)], 0.0),
        ([RateLimitedError("x", retry_after=-5.0)], 0.0),
        ([RateLimitedError("x")], FIRST_PAUSE),
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
        # Our own limits are asked again soon, and count as nobody's failure.
        ([LimitReachedError("x", retry_after=50.0)], LIMIT_PAUSE),
        ([LimitReachedError("x", retry_after=0.5)], 0.5),
        ([LimitReachedError("x", retry_after=0.5)] * 5 + [ServerError("x")], FIRST_PAUSE),
    ],
)
def test_the_pause(errors, pause):
    clock = Clock()
    breaker = Breaker(clock)
    for error in errors:
        breaker.failed(error)
    assert paused(breaker, clock) == pytest.approx(pause, abs=0.01)
    assert breaker.error is errors[-1]


def test_a_success_closes_it_and_starts_the_count_anew():
    clock = Clock()
    breaker = Breaker(clock)
    assert not breaker.open
    for _ in range(5):
        breaker.failed(ServerError("x"))
    breaker.succeeded()
    assert not breaker.open
    assert breaker.error is None
    breaker.failed(ServerError("x"))
    assert paused(breaker, clock) == pytest.approx(FIRST_PAUSE, abs=0.01)


def test_it_closes_by_itself_and_remembers_the_failures():
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed(ServerError("x"))
    clock.now += FIRST_PAUSE
    assert not breaker.open
    breaker.failed(ServerError("x"))
    assert paused(breaker, clock) == pytest.approx(2 * FIRST_PAUSE, abs=0.01)


def test_after_a_rest_one_request_tries_and_the_others_wait_for_what_becomes_of_it():
    clock = Clock()
    breaker = Breaker(clock)
    assert all(breaker.claim() for _ in range(3))
    breaker.failed(ServerError("x"))
    assert not breaker.claim()
    clock.now += FIRST_PAUSE
    assert [breaker.claim() for _ in range(3)] == [True, False, False]
    breaker.abandoned()
    assert [breaker.claim() for _ in range(2)] == [True, False]
    breaker.failed(ServerError("x"))
    clock.now += FIRST_PAUSE
    assert not breaker.claim()
    clock.now += FIRST_PAUSE
    assert breaker.claim()
    breaker.succeeded()
    assert all(breaker.claim() for _ in range(3))


def test_a_probe_that_nobody_reports_on_is_given_up():
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed(ServerError("x"))
    clock.now += FIRST_PAUSE
    assert breaker.claim()
    clock.now += PROBE_PATIENCE - 0.1
    assert not breaker.claim()
    clock.now += 0.2
    assert breaker.claim()
