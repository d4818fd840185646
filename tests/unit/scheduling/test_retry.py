"""What is sent again, how often and after which waits; and that nothing is after its first piece was given on."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

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
from foretype.scheduling.retry import ACTION_RETRY, GHOST_RETRY, NO_RETRY, RetryPolicy, may_help, opened

pytestmark = pytest.mark.asyncio
QUICK = RetryPolicy(attempts=3, first_wait=0.001, longest_wait=0.002)


class Server:
    """Answers with each of its scripts in turn: pieces, and errors where they are met."""

    def __init__(self, *scripts):
        self.scripts = list(scripts)
        self.sent = self.open = self.repeated = 0

    @asynccontextmanager
    async def stream(self):
        script = self.scripts[min(self.sent, len(self.scripts) - 1)]
        self.sent += 1
        self.open += 1
        try:
            if script and isinstance(script[0], ConnectionError):
                raise UnreachableError("refused")
            yield self.pieces(script)
        finally:
            self.open -= 1

    async def pieces(self, script):
        for piece in script:
            await asyncio.sleep(0)
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def ask(self, policy):
        def again():
            assert self.open == 0, "the connection of a failed attempt is closed before the next"
            self.repeated += 1

        async with opened(self.stream, policy, again) as answer:
            first = [] if answer.first is None else [answer.first]
            return first + [piece async for piece in answer.stream]


@pytest.fixture
def waits(monkeypatch):
    """The waits that are asked for, without waiting."""
    asked = []
    sleep = asyncio.sleep

    async def note(seconds):
        if isinstance(seconds, float):  # the waits; a whole 0 is a turn of the loop
            asked.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", note)
    return asked


@pytest.mark.parametrize(
    ("scripts", "policy", "sent", "result"),
    [
        ([["a", "b"]], QUICK, 1, ["a", "b"]),
        ([[]], QUICK, 1, []),
        ([[ServerError("x")], ["a"]], QUICK, 2, ["a"]),
        ([[ConnectionError()], [TimeoutExceededError("x")], ["a"]], QUICK, 3, ["a"]),
        ([[ServerError("x")]], QUICK, 3, ServerError),
        ([[ServerError("x")], ["a"]], NO_RETRY, 1, ServerError),
        ([[ServerError("x")], [ServerError("x")], ["a"]], GHOST_RETRY, 2, ServerError),
        ([[ServerError("x")], ["a"]], GHOST_RETRY, 2, ["a"]),
        ([[RateLimitedError("x")], ["a"]], QUICK, 2, ["a"]),
        ([[RateLimitedError("x")], ["a"]], GHOST_RETRY, 1, RateLimitedError),
        ([["a", StreamBrokenError("x")], ["a", "b"]], QUICK, 1, StreamBrokenError),
        ([[StreamBrokenError("x")], ["a", "b"]], QUICK, 2, ["a", "b"]),
        ([[QuotaError("x")], ["a"]], QUICK, 1, QuotaError),
        ([[AuthenticationError("x")], ["a"]], QUICK, 1, AuthenticationError),
        ([[ServerError("x")], [QuotaError("x")], ["a"]], QUICK, 2, QuotaError),
        ([[TimeoutExceededError("x")], ["a"]], ACTION_RETRY, 1, TimeoutExceededError),
        ([[ServerError("x")], [TimeoutExceededError("x")], ["a"]], ACTION_RETRY, 2, TimeoutExceededError),
        ([[TimeoutExceededError("x", status=504)], ["a"]], ACTION_RETRY, 2, ["a"]),
    ],
)
async def test_what_is_sent_again(waits, scripts, policy, sent, result):
    server = Server(*scripts)
    if isinstance(result, list):
        assert await server.ask(policy) == result
    else:
        with pytest.raises(result):
            await server.ask(policy)
    assert (server.sent, server.repeated, server.open) == (sent, sent - 1, 0)


async def test_actions_wait_at_most_four_and_then_eight_seconds(waits):
    for _ in range(50):
        with pytest.raises(ServerError):
            await Server([ServerError("x")]).ask(ACTION_RETRY)
    first, second = waits[::2], waits[1::2]
    assert all(0 <= wait <= 4 for wait in first)
    assert all(0 <= wait <= 8 for wait in second)
    assert max(second) > 4
    assert len({round(wait, 3) for wait in waits}) > 40, "full jitter"


@pytest.mark.parametrize(("asked", "expected"), [(0.0, 0.0), (2.5, 2.5), (20.0, 20.0), (-3.0, 0.0)])
async def test_what_the_server_asks_for_is_kept(waits, asked, expected):
    assert await Server([RateLimitedError("x", retry_after=asked)], ["a"]).ask(ACTION_RETRY) == ["a"]
    assert waits == [expected]


@pytest.mark.parametrize("asked", [20.1, 86_400.0, float("inf")])
async def test_a_server_that_asks_for_more_is_not_asked_again(waits, asked):
    with pytest.raises(RateLimitedError):
        await Server([RateLimitedError("x", retry_after=asked)], ["a"]).ask(ACTION_RETRY)
    assert waits == []


async def test_what_would_come_too_late_is_not_asked_for_again(waits):
    """Its repetition must begin within 0.6 s of the request; the server asks for two."""
    server = Server([RateLimitedError("x", retry_after=2.0)], ["a"])
    with pytest.raises(RateLimitedError):
        await server.ask(RetryPolicy(attempts=2, within=0.6))
    assert (server.sent, waits) == (1, [])


async def test_a_failure_that_took_too_long_is_not_repeated():
    class Slow(Server):
        async def pieces(self, script):
            await asyncio.sleep(0.05)
            raise ServerError("x")
            yield

    server = Slow(["a"])
    with pytest.raises(ServerError):
        await server.ask(RetryPolicy(attempts=2, first_wait=0.001, within=0.02))
    assert server.sent == 1


async def test_a_cancel_while_waiting_ends_it_at_once():
    server = Server([RateLimitedError("x", retry_after=15.0)], ["a"])
    task = asyncio.ensure_future(server.ask(ACTION_RETRY))
    while not server.sent or server.open:
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=1)
    assert task.cancelled()
    assert server.sent == 1


async def test_a_cancel_while_asking_closes_the_connection():
    class Hanging(Server):
        async def pieces(self, script):
            await asyncio.Event().wait()
            yield

    server = Hanging([])
    task = asyncio.ensure_future(server.ask(QUICK))
    while not server.open:
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=1)
    assert task.cancelled()
    assert server.open == 0


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ServerError("x"), True),
        (UnreachableError("x"), True),
        (TimeoutExceededError("x"), True),
        (StreamBrokenError("x"), True),
        (RateLimitedError("x"), True),
        (RateLimitedError("x", retry_after=20), True),
        (RateLimitedError("x", retry_after=21), False),
        (LimitReachedError("x", retry_after=1), False),
        (UnreachableError("a page", status=200), False),
        (QuotaError("x"), False),
        (AuthenticationError("x"), False),
        (UnknownModelError("x"), False),
        (RefusedError("x"), False),
        (ContextOverflowError("x"), False),
        (ValueError("x"), False),
    ],
)
async def test_what_may_help(error, expected):
    assert may_help(error) is expected
