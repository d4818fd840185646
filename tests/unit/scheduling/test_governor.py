"""Admission and accounting of single requests, with a server that is a few lines and a clock that the test turns."""

from __future__ import annotations

import asyncio

import pytest

from foretype.errors import (
    AuthenticationError,
    LimitReachedError,
    ModelError,
    RateLimitedError,
    RefusedError,
    ServerError,
    UnreachableError,
    WayRefusedError,
)
from foretype.scheduling.admission import SLOT_PATIENCE
from foretype.scheduling.governor import ACTION, BULK, GHOST_TEXT, PREFETCH, Estimate, Governor
from foretype.scheduling.ledger import LEASE, Account, LocalLedger
from foretype.scheduling.ledger_thread import LedgerThread
from foretype.scheduling.spending import Allowance
from foretype.scheduling.usage import Prices, TokenCounts, UsageBook
from tests.unit.scheduling.turning import Turned

pytestmark = pytest.mark.asyncio
SMALL = Estimate(80, 20)


class Desk:
    """A governor, and the means to send requests through it."""

    def __init__(self, **allowed):
        self.turned = Turned()
        self.thread = LedgerThread(LocalLedger(self.turned.clock))
        self.governor = Governor(
            Account("a", Allowance(**allowed)),
            self.thread,
            UsageBook(lambda: self.turned.date.date()),
            self.turned.clock,
        )
        self.governor.model = "m"

    async def send(self, purpose=GHOST_TEXT, error=None, tokens=None, headers=None, estimate=SMALL):
        async with self.governor.call(purpose, estimate) as call:
            if error is not None:
                raise error
            call.opened_at = self.governor.now
            call.tokens = tokens or TokenCounts(80, 5)
            call.headers = headers or {}
            call.first_token_ms, call.total_ms = 50.0, 90.0

    async def outcome(self, *arguments, **more):
        try:
            await self.send(*arguments, **more)
        except Exception as error:  # noqa: BLE001
            return type(error)
        return None

    def counted(self, name):
        return self.governor.book.pending().sum(name)


@pytest.fixture
def sleeps(monkeypatch):
    """Waits turn the desk's clock and take no time."""
    desks, sleep = [], asyncio.sleep

    async def turn(seconds):
        for desk in desks:
            desk.turned.turn(seconds)
        await sleep(0.001)

    monkeypatch.setattr("foretype.scheduling.admission.asyncio.sleep", turn)
    return desks


async def test_a_request_is_counted_with_what_it_cost():
    desk = Desk()
    desk.governor.prices = Prices(input=2.0, output=10.0, cached=0.5)
    await desk.send(tokens=TokenCounts(1_000, 100, cached=600))
    names = ("requests", "prompt_tokens", "completion_tokens", "cached_tokens", "failed", "estimated_tokens")
    assert [desk.counted(name) for name in names] == [1, 1_000, 100, 600, 0, 0]
    assert desk.counted("cost") == pytest.approx((400 * 2 + 600 * 0.5 + 100 * 10) / 1e6)
    assert await desk.governor.last_minute() == (1, 1_100)


async def test_ghost_text_without_room_is_refused_at_once_and_says_until_when():
    desk = Desk(requests_per_minute=2)
    for _ in range(2):
        await desk.send()
    desk.turned.turn(10)
    with pytest.raises(LimitReachedError) as caught:
        await desk.send()
    assert caught.value.retry_after == pytest.approx(50)
    assert desk.counted("requests") == 2
    assert desk.counted("refused") == 1
    facts = desk.governor.facts()
    assert isinstance(facts.error, LimitReachedError)
    assert facts.rest == pytest.approx(50)
    desk.turned.turn(20)
    assert desk.governor.facts().rest == pytest.approx(30)
    desk.turned.turn(31)
    await desk.send()
    assert desk.governor.facts().error is None


async def test_what_the_user_waits_for_waits_as_long_as_it_may(sleeps):
    desk = Desk(requests_per_minute=1)
    sleeps.append(desk)
    await desk.send()
    desk.turned.turn(51)
    await desk.send(ACTION)
    desk.turned.turn(40)
    assert await desk.outcome(ACTION) is LimitReachedError


async def test_who_waits_behind_others_waits_no_longer_than_they(sleeps):
    desk = Desk(requests_per_minute=1)
    sleeps.append(desk)
    await desk.send()
    began = desk.turned.seconds
    assert await asyncio.gather(*(desk.outcome(ACTION) for _ in range(4))) == [LimitReachedError] * 4
    assert desk.turned.seconds - began <= ACTION.patience


async def test_bulk_work_waits_for_its_turn_and_loses_nothing(sleeps):
    desk = Desk(requests_per_minute=4)
    sleeps.append(desk)
    began = desk.turned.seconds
    await asyncio.gather(*(desk.send(BULK) for _ in range(9)))
    assert desk.counted("requests") == 9
    # Three of four a minute, since nobody types: the rest waits for the third minute.
    assert 120 <= desk.turned.seconds - began < 140


async def test_a_request_that_can_never_have_room_is_told_apart(sleeps):
    desk = Desk(tokens_per_minute=1_000)
    for purpose in (GHOST_TEXT, ACTION, BULK):
        assert await desk.outcome(purpose, estimate=Estimate(2_000, 1)) is RefusedError


async def test_what_could_not_be_sent_costs_nothing():
    desk = Desk(requests_per_minute=1)
    assert await desk.outcome(error=UnreachableError("x")) is UnreachableError
    assert await desk.governor.last_minute() == (0, 0)
    assert desk.counted("requests") == 0
    assert desk.counted("failed") == 1


async def test_an_answer_that_nobody_counted_is_estimated():
    desk = Desk()
    async with desk.governor.call(GHOST_TEXT, Estimate(80, 20)) as call:
        call.opened_at = desk.governor.now
        call.characters = 31
    assert await desk.governor.last_minute() == (1, 91)
    assert desk.counted("estimated_tokens") == 91


async def test_estimates_learn_from_a_server_that_counts_more():
    desk = Desk(tokens_per_minute=1_000)
    await desk.send(tokens=TokenCounts(120, 0), estimate=Estimate(80, 0))
    desk.turned.turn(61)
    # 400 tokens by our count are 600 by the server's: two do not fit a thousand.
    await desk.send(tokens=TokenCounts(600, 0), estimate=Estimate(400, 0))
    assert await desk.outcome(estimate=Estimate(400, 0)) is LimitReachedError


@pytest.mark.parametrize(
    ("error", "then"),
    [
        (ServerError("x"), ServerError),
        (RateLimitedError("x", retry_after=30), RateLimitedError),
        (AuthenticationError("x"), AuthenticationError),
        # Another way of asking, or another text, may do.
        (WayRefusedError("x"), None),
        (RefusedError("x"), None),
    ],
)
async def test_an_endpoint_that_fails_is_left_alone(error, then):
    desk = Desk()
    assert await desk.outcome(error=error) is type(error)
    assert await desk.outcome() is then


async def test_the_endpoint_says_by_itself_when_asking_would_be_in_vain():
    desk = Desk(requests_per_minute=2)
    assert desk.governor.resting is None
    await desk.outcome(error=ServerError("x"))
    assert isinstance(desk.governor.resting, ServerError)
    desk.turned.turn(0.3)
    assert desk.governor.resting is None
    await desk.send()
    assert await desk.outcome() is LimitReachedError
    # Until the ledger is worth asking again; room may come before it is due.
    assert isinstance(desk.governor.resting, LimitReachedError)
    desk.turned.turn(0.3)
    assert desk.governor.resting is None


async def test_what_no_way_of_asking_helps_against_rests_the_endpoint():
    desk = Desk()
    desk.governor.declined(ServerError("x"))
    assert desk.governor.resting is None, "the call itself has told of it"
    desk.governor.declined(WayRefusedError("x"))
    assert isinstance(desk.governor.resting, WayRefusedError)
    assert await desk.outcome() is WayRefusedError
    assert desk.counted("requests") == 0


async def test_ghost_text_is_sent_again_only_while_all_was_well():
    desk = Desk()
    assert desk.governor.policy(GHOST_TEXT).attempts == 2
    await desk.outcome(error=ServerError("x"))
    assert desk.governor.policy(GHOST_TEXT).attempts == 1
    assert desk.governor.policy(ACTION).attempts == 3
    desk.turned.turn(0.3)
    await desk.send()
    assert desk.governor.policy(GHOST_TEXT).attempts == 2


async def test_a_server_that_hangs_while_somebody_types_is_noticed():
    desk = Desk()

    async def given_up():
        async with desk.governor.call(GHOST_TEXT, SMALL):
            desk.turned.turn(1)  # the next key

    for _ in range(4):
        await given_up()
        assert desk.governor.facts().unanswered == 0
    for _ in range(3):
        await given_up()
    assert desk.governor.facts().unanswered == pytest.approx(7)
    desk.turned.turn(600)  # nobody types, so nothing is known
    assert desk.governor.facts().unanswered == pytest.approx(7)
    await desk.send()
    assert desk.governor.facts().unanswered == 0


async def test_others_need_not_wait_for_the_end_of_an_answer_that_has_begun():
    desk = Desk()
    await desk.outcome(error=ServerError("x"))
    desk.turned.turn(0.3)
    async with desk.governor.call(GHOST_TEXT, SMALL) as call:
        desk.governor.answering()
        assert await desk.outcome() is None
        call.first_token_ms = 5.0


async def test_ghost_text_waits_a_moment_for_the_request_before_it_to_end():
    desk = Desk(concurrent=1)
    first, sent = asyncio.Event(), asyncio.Event()

    async def hold():
        async with desk.governor.call(GHOST_TEXT, SMALL):
            sent.set()
            await first.wait()

    held = asyncio.ensure_future(hold())
    await sent.wait()
    second = asyncio.ensure_future(desk.outcome())
    while not desk.governor.facts().busy:
        await asyncio.sleep(0.001)
    assert desk.governor.resting is None
    first.set()
    await held
    assert await second is None
    assert desk.counted("refused") == 0


async def test_where_no_place_comes_free_ghost_text_is_refused_and_nothing_is_wrong():
    desk = Desk(concurrent=1)
    async with desk.governor.call(GHOST_TEXT, SMALL):
        second = asyncio.ensure_future(desk.outcome())
        while not desk.governor.facts().busy:
            await asyncio.sleep(0.001)
        desk.turned.turn(SLOT_PATIENCE)
        assert await second is LimitReachedError
        assert desk.governor.facts().error is None
        assert desk.governor.resting is None


async def test_after_the_rest_one_request_tries():
    desk = Desk()
    await desk.outcome(error=ServerError("x"))
    desk.turned.turn(3)
    async with desk.governor.call(GHOST_TEXT, SMALL) as call:
        assert await desk.outcome() is ServerError, "the one under way tries for all"
        call.first_token_ms = 5.0
    assert await desk.outcome() is None


async def test_a_probe_that_is_cancelled_leaves_the_place_to_the_next():
    desk = Desk()
    await desk.outcome(error=ServerError("x"))
    desk.turned.turn(3)

    sent = asyncio.Event()

    async def hang():
        async with desk.governor.call(GHOST_TEXT, SMALL):
            sent.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(hang())
    await sent.wait()
    assert await desk.outcome() is ServerError
    task.cancel()
    await asyncio.wait([task])
    assert await desk.outcome() is None


async def test_a_pause_that_the_server_asks_for_holds_for_every_lane():
    desk = Desk()
    other = Governor(desk.governor.account, desk.thread, desk.governor.book, desk.turned.clock)
    await desk.outcome(error=RateLimitedError("x", retry_after=30))
    for purpose in (GHOST_TEXT, PREFETCH, ACTION):
        with pytest.raises(LimitReachedError):
            async with other.call(purpose, SMALL):
                raise AssertionError("sent")
    desk.turned.turn(31)
    async with other.call(GHOST_TEXT, SMALL):
        pass


async def test_what_the_headers_say_is_left_is_kept_to():
    desk = Desk()
    headers = {"x-ratelimit-remaining-requests": "1", "x-ratelimit-limit-requests": "60"}
    await desk.send(headers={**headers, "x-ratelimit-reset-requests": "59s"})
    desk.turned.turn(0.5)
    await desk.send()
    assert await desk.outcome() is LimitReachedError


def left(remaining: int) -> dict[str, str]:
    """Headers of a server that gives all back in a minute."""
    return {
        "x-ratelimit-remaining-req-minute": str(remaining),
        "x-ratelimit-limit-req-minute": "60",
        "ratelimit-reset": "60",
    }


@pytest.mark.parametrize("headers", [{}, left(0)], ids=["silent", "nothing left"])
async def test_headers_are_as_old_as_the_beginning_of_their_answer(headers):
    """A long answer that ends after others were sent says nothing of those."""
    desk = Desk()
    async with desk.governor.call(GHOST_TEXT, SMALL) as long:
        long.opened_at, long.headers = desk.governor.now, left(1)
        desk.turned.turn(5)
        await desk.send(headers=headers)
        desk.turned.turn(5)
        long.first_token_ms = long.total_ms = 1.0
    with pytest.raises(LimitReachedError) as caught:
        await desk.send()
    assert caught.value.retry_after == pytest.approx(55 if headers else 50)


async def test_a_refusal_that_says_only_what_is_left_is_kept_to_as_well():
    """Azure sends no Retry-After: to ask again in 2, 4 and 8 seconds would be refused, and counted."""
    desk = Desk()
    refusal = RateLimitedError("x", headers={**left(0), "ratelimit-reset": "20"})
    assert await desk.outcome(error=refusal) is RateLimitedError
    asked = []
    for _ in range(8):
        desk.turned.turn(2.4)
        asked.append(await desk.outcome())
    assert set(asked) == {LimitReachedError}
    desk.turned.turn(1)
    assert await desk.outcome() is None


async def test_a_cancelled_wait_for_room_leaves_no_entry():
    desk = Desk(requests_per_minute=1)
    for _ in range(20):
        task = asyncio.ensure_future(desk.send())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    assert await desk.outcome() is None


async def test_an_answer_that_takes_longer_than_a_lease_keeps_its_place(monkeypatch):
    """The user may allow an hour, and one request at once: a slow machine of their own."""
    monkeypatch.setattr("foretype.scheduling.governor.RENEWED_AFTER", 0.001)
    desk = Desk(concurrent=1)
    async with desk.governor.call(ACTION, SMALL):
        for _ in range(30):
            desk.turned.turn(LEASE / 2)
            await asyncio.sleep(0.01)
        waiting = asyncio.ensure_future(desk.outcome())
        await asyncio.sleep(0.01)
        desk.turned.turn(SLOT_PATIENCE)
        assert await waiting is LimitReachedError
    assert await desk.outcome() is None


async def test_the_status_is_told_when_an_answer_takes_long(monkeypatch):
    monkeypatch.setattr("foretype.scheduling.governor.BUSY_AFTER", 0.001)
    desk, seen, told = Desk(), [], asyncio.Event()
    desk.governor.changed = lambda: (seen.append(desk.governor.facts().busy), told.set())
    async with desk.governor.call(GHOST_TEXT, SMALL):
        await told.wait()
    assert seen == [True, False]


async def test_once_the_session_has_ended_nothing_is_sent_and_nobody_is_harmed():
    desk = Desk()
    async with desk.governor.call(GHOST_TEXT, SMALL):
        await desk.thread.close()
    assert await desk.outcome() is ModelError
    assert await desk.governor.last_minute() == (0, 0)
