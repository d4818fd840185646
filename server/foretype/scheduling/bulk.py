"""Many requests at once, for work that nobody waits for at the keyboard: bounded, with progress, and nothing lost.

It knows nothing of models: `work` asks them, on the bulk lane. A limit that is reached is waited for, as often as that
may help; other failures are tried again a few times and then listed, or end all where no item could do better.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from foretype.errors import (
    AuthenticationError,
    ForetypeError,
    LimitReachedError,
    MisconfiguredError,
    ModelError,
    QuotaError,
    RateLimitedError,
    UnknownModelError,
    UnreachableError,
)

Item = TypeVar("Item")
T = TypeVar("T")
V = TypeVar("V")

ATTEMPTS: Final = 3
"""For each item, not counting those that only met a limit."""

MOST_REFUSALS: Final = 12
"""Limits met in a row, with nothing that got through in between, that end all: about four minutes for a server that
says 7 s each time. Nothing is lost by it, since what was done is kept, and who waits learns what is wrong."""

LONGEST_WAIT: Final = 60.0
"""Seconds between two attempts after a limit that does not say how long it lasts; the wait doubles until then."""

LONGEST_ASKED_WAIT: Final = 3600.0
"""Seconds. A server that asks for more is asked again after this time."""

_FIRST_WAIT: Final = 1.0

_ENDS_ALL: Final = (AuthenticationError, MisconfiguredError, QuotaError, UnknownModelError, UnreachableError)
"""What the next item would meet too, where it is the error of an item's last attempt: the rest is not sent any more."""


@dataclass(frozen=True, slots=True)
class Result(Generic[Item, T]):
    """What became of one item: a value, or the error of the last attempt. `seconds` from its first attempt on."""

    item: Item
    value: T | None = None
    error: ForetypeError | None = None
    attempts: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress(Generic[Item, T]):
    """How far it is: `done` of `total` items, of which `failed` did; `latest` is the one that was just done."""

    done: int
    total: int
    failed: int
    latest: Result[Item, T]


async def run_bulk(
    items: Sequence[Item],
    work: Callable[[Item], Awaitable[T]],
    *,
    concurrency: int,
    progress: Callable[[Progress[Item, T]], None] = lambda _: None,
    waiting: Callable[[float], None] = lambda _: None,
) -> list[Result[Item, T]]:
    """Do the work for every item, so many at once; the results are in the items' order.

    Cancelling it cancels what is under way; what was done till then went to `progress`. Errors that are not ours end
    everything and are raised. `waiting` is told the seconds whenever all wait for a limit.
    """
    run = _Run(list(items), work, progress, waiting)
    workers = [asyncio.ensure_future(run.worker()) for _ in range(max(1, min(concurrency, len(items))))]
    try:
        await asyncio.gather(*workers)
    finally:
        for one in workers:
            one.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return [result for result in run.results if result is not None]


class _Run(Generic[Item, T]):
    """One call of `run_bulk`: its workers take the next item until there is none."""

    def __init__(
        self,
        items: list[Item],
        work: Callable[[Item], Awaitable[T]],
        progress: Callable[[Progress[Item, T]], None],
        waiting: Callable[[float], None],
    ) -> None:
        self._items = items
        self._work = work
        self._progress = progress
        self._waiting = waiting
        self._given_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._next = iter(range(len(items)))
        self._done = self._failed = 0
        self._hopeless: ForetypeError | None = None
        self._not_before = 0.0
        self._limits_met = 0
        self.results: list[Result[Item, T] | None] = [None] * len(items)

    async def worker(self) -> None:
        """Do items until there are no more."""
        for number in self._next:
            item = self._items[number]
            if self._hopeless is not None:
                result: Result[Item, T] = Result(item, error=self._hopeless)
            else:
                result = await self._do(item)
            self.results[number] = result
            self._done += 1
            self._failed += result.error is not None
            self._progress(Progress(self._done, len(self._items), self._failed, result))

    async def _do(self, item: Item) -> Result[Item, T]:
        began = time.monotonic()
        sent = failures = 0
        while True:
            await self._wait_for_all()
            if self._hopeless is not None:
                return Result(item, error=self._hopeless, attempts=sent, seconds=time.monotonic() - began)
            sent += 1
            try:
                value = await self._unless_given_up(self._work(item))
            except RateLimitedError as error:
                self._limit_met(error)
            except ForetypeError as error:
                failures += 1
                if not (isinstance(error, ModelError) and error.retry) or failures >= ATTEMPTS:
                    self._hopeless = error if isinstance(error, _ENDS_ALL) else self._hopeless
                    return Result(item, error=error, attempts=sent, seconds=time.monotonic() - began)
                await asyncio.sleep(random.uniform(0, _FIRST_WAIT * 2**failures))  # noqa: S311  jitter, no secret
            else:
                self._limits_met = 0
                return Result(item, value, attempts=sent, seconds=time.monotonic() - began)

    def _limit_met(self, error: RateLimitedError) -> None:
        """One worker met a limit: all wait, as long as the server says or longer each time."""
        if self._hopeless is not None:
            return
        now = time.monotonic()
        counts = now >= self._not_before  # those that were sent side by side met the same limit
        self._limits_met += counts
        if self._limits_met >= MOST_REFUSALS and not isinstance(error, LimitReachedError):
            self._give_up(error)
            return
        wait = error.retry_after
        if wait is None or not wait > 0:
            wait = min(LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(10, self._limits_met - 1))
        wait = min(wait, LONGEST_ASKED_WAIT)
        self._not_before = max(self._not_before, now + wait)
        if counts:
            self._waiting(wait)

    def _give_up(self, error: RateLimitedError) -> None:
        """Nothing gets through: the rest is not sent, and whoever waits, here or for his turn, does so no more."""
        said = f"Given up after {self._limits_met} refusals in a row: {error.message}"
        self._hopeless = RateLimitedError(said, error.remedy, status=error.status)
        if not self._given_up.done():
            self._given_up.set_result(None)

    async def _unless_given_up(self, awaitable: Awaitable[V]) -> V:
        """What comes of it; raises the reason for giving up where that comes first."""
        task = asyncio.ensure_future(awaitable)
        try:
            await asyncio.wait((task, self._given_up), return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait((task,))
        if task.cancelled() and self._hopeless is not None:
            raise self._hopeless
        return task.result()

    async def _wait_for_all(self) -> None:
        """Until the limit is over; then one after another, so that not all meet it again together."""
        while (wait := self._not_before - time.monotonic()) > 0:
            if self._hopeless is not None:
                return
            pause = asyncio.sleep(wait + random.uniform(0, 0.1 + wait * 0.05))  # noqa: S311  jitter, no secret
            with suppress(RateLimitedError):
                await self._unless_given_up(pause)
