"""Many items at once: bounded, in order, nothing lost, and ended when asked to."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from foretype.errors import QuotaError, RateLimitedError, RefusedError, ServerError, UnreachableError
from foretype.scheduling import bulk
from foretype.scheduling.bulk import ATTEMPTS, MOST_REFUSALS, run_bulk

pytestmark = pytest.mark.asyncio


class Work:
    """Doubles numbers; `failures` are raised by the attempts at an item, one after another."""

    def __init__(self, **failures):
        self.failures = {int(item.removeprefix("at")): iter(errors) for item, errors in failures.items()}
        self.running = self.most = 0
        self.calls = []

    async def __call__(self, item):
        self.calls.append(item)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            error = next(self.failures.get(item, iter(())), None)
            if error is not None:
                raise error
            return item * 2
        finally:
            self.running -= 1


@pytest.fixture
def time_flies(monkeypatch):
    """Waits take no time; returns them."""
    waits, now, sleep = [], itertools.count(), asyncio.sleep
    clock = [0.0]

    async def skip(seconds):
        if seconds:
            waits.append(seconds)
            clock[0] += seconds
        await sleep(0)

    monkeypatch.setattr(bulk.asyncio, "sleep", skip)
    monkeypatch.setattr(bulk.time, "monotonic", lambda: clock[0] + next(now) * 1e-9)
    return waits


async def test_results_come_in_order_and_no_more_run_at_once_than_allowed():
    work = Work()
    results = await run_bulk(list(range(50)), work, concurrency=7)
    assert [(one.item, one.value, one.attempts) for one in results] == [(n, n * 2, 1) for n in range(50)]
    assert work.most == 7


@pytest.mark.parametrize(("items", "concurrency"), [([], 5), ([1], 0), ([1, 2], 99)])
async def test_odd_numbers(items, concurrency):
    results = await run_bulk(items, Work(), concurrency=concurrency)
    assert [one.value for one in results] == [item * 2 for item in items]


async def test_a_limit_is_waited_for_by_all_and_nothing_is_lost(time_flies):
    limits = [RateLimitedError("x", retry_after=30.0)] * 6 + [RateLimitedError("x")] * 4
    work = Work(at3=limits, at4=limits[:2])
    results = await run_bulk(list(range(8)), work, concurrency=3)
    assert [one.value for one in results] == [n * 2 for n in range(8)]
    assert [one.attempts for one in results][3:5] == [11, 3]
    assert sum(time_flies) >= 6 * 30


async def test_limits_without_end_are_given_up_and_what_was_done_stays(time_flies):
    told = []
    limits = {f"at{item}": [RateLimitedError("No more for 7 s.", retry_after=7.0)] * 99 for item in range(3, 40)}
    work = Work(**limits)
    results = await run_bulk(list(range(40)), work, concurrency=2, waiting=told.append)
    assert [one.value for one in results[:3]] == [0, 2, 4]
    assert {str(one.error) for one in results[3:]} == {"Given up after 12 refusals in a row: No more for 7 s."}
    assert told == [7.0] * (MOST_REFUSALS - 1)
    assert len(work.calls) <= 3 + 2 * MOST_REFUSALS


async def test_who_has_a_request_under_way_does_not_wait_on_when_all_is_given_up(time_flies):
    ended = []

    async def work(item):
        if item:
            raise RateLimitedError("no more")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(item)

    results = await run_bulk([0, 1, 2], work, concurrency=2)
    assert all(isinstance(one.error, RateLimitedError) for one in results)
    assert ended == [0]


async def test_what_gets_through_in_between_begins_the_count_anew(time_flies):
    limits = [RateLimitedError("x", retry_after=1.0)] * (MOST_REFUSALS - 1)
    results = await run_bulk([1, 2, 3], Work(at1=limits, at2=limits, at3=limits), concurrency=1)
    assert [one.value for one in results] == [2, 4, 6]


@pytest.mark.parametrize("wait", [None, 0.0, -1.0, float("nan"), float("inf"), 86_400.0])
async def test_a_limit_that_does_not_say_how_long_it_lasts_or_says_too_much(time_flies, wait):
    results = await run_bulk([1], Work(at1=[RateLimitedError("x", retry_after=wait)] * 3), concurrency=1)
    assert results[0].value == 2
    assert sum(time_flies) < 3 * 3_800
    assert sum(time_flies) > 1


async def test_failures_are_tried_again_and_then_listed(time_flies):
    work = Work(at1=[ServerError("a")] * 2, at2=[ServerError("b")] * 9, at3=[RefusedError("c")])
    results = await run_bulk(list(range(5)), work, concurrency=2)
    assert [str(one.error) if one.error else one.value for one in results] == [0, 2, "b", "c", 8]
    assert [one.attempts for one in results] == [1, 3, ATTEMPTS, 1, 1]


async def test_what_no_item_would_survive_ends_all_of_it():
    work = Work(at2=[QuotaError("no credit")])
    results = await run_bulk(list(range(40)), work, concurrency=2)
    assert len(results) == 40
    assert results[0].value == 0
    assert all(isinstance(one.error, QuotaError) for one in results[5:])
    assert len(work.calls) <= 5


async def test_a_server_that_cannot_be_reached_ends_all_of_it_once_an_item_has_tried_in_vain(time_flies):
    away = {f"at{item}": [UnreachableError("away")] * ATTEMPTS for item in range(40)}
    work = Work(**away)
    results = await run_bulk(list(range(40)), work, concurrency=2)
    assert all(isinstance(one.error, UnreachableError) for one in results)
    assert len(work.calls) <= 2 * ATTEMPTS


async def test_a_server_that_is_away_for_a_moment_ends_nothing(time_flies):
    work = Work(at1=[UnreachableError("away")] * (ATTEMPTS - 1))
    results = await run_bulk([0, 1, 2], work, concurrency=1)
    assert [one.value for one in results] == [0, 2, 4]


async def test_progress_is_told_after_each_item():
    seen = []
    work = Work(at1=[RefusedError("no")])
    await run_bulk([0, 1, 2], work, concurrency=1, progress=lambda one: seen.append((one.done, one.total, one.failed)))
    assert seen == [(1, 3, 0), (2, 3, 1), (3, 3, 1)]


async def test_cancelling_ends_what_is_under_way_and_begins_nothing_more():
    begun, ended, done = [], [], []

    async def work(item):
        begun.append(item)
        try:
            if item < 2:
                return item
            await asyncio.Event().wait()
        finally:
            ended.append(item)

    progress = lambda one: done.append(one.latest.item)  # noqa: E731
    task = asyncio.ensure_future(run_bulk(list(range(9)), work, concurrency=3, progress=progress))
    while len(begun) < 5:
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert sorted(begun) == sorted(ended) == [0, 1, 2, 3, 4]
    assert done == [0, 1]


async def test_a_mistake_of_ours_is_raised_and_ends_the_others():
    ended = []

    async def work(item):
        try:
            if item == 1:
                raise ZeroDivisionError
            await asyncio.Event().wait()
        finally:
            ended.append(item)

    with pytest.raises(ZeroDivisionError):
        await run_bulk([0, 1, 2], work, concurrency=3)
    assert sorted(ended) == [0, 1, 2]
