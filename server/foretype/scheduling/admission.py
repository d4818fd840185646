"""Whether, and when, one request to one endpoint may be sent: the breaker first, then the ledger.

Waits as long as the request may, in the order of asking; says what is in the way. Accounts for nothing: governor.py.
"""

from __future__ import annotations

import asyncio
import math
import random
from contextlib import suppress
from typing import Final

from foretype.errors import LimitReachedError, ModelError, RefusedError
from foretype.scheduling.breaker import Breaker
from foretype.scheduling.ledger import Account, Clock
from foretype.scheduling.ledger_thread import LedgerThread
from foretype.scheduling.spending import LOOK_AGAIN, NEVER, Lane, Refusal, Wish

POLL: Final = 1.0
"""Seconds. Who waits for room looks again this often: requests mostly cost less than they might have, so that room
comes early."""

SLOT_PATIENCE: Final = 0.4
"""Seconds that even ghost text waits where only requests under way are in its way: mostly they belong to the key
before, and are being closed."""

_SLOT_POLL: Final = 0.03
"""Seconds. Requests of this window are seen to end, those of others are not."""


class Admission:
    """One endpoint's. What it is refused by is remembered until it is over."""

    def __init__(self, account: Account, breaker: Breaker, ledger: LedgerThread, clock: Clock) -> None:
        self._account = account
        self._breaker = breaker
        self._ledger = ledger
        self._clock = clock
        self._turns: dict[Lane, asyncio.Lock] = {}
        self._refused: LimitReachedError | None = None
        self._refused_until = 0.0
        self._look_again_at = 0.0
        self._crowded_at = -math.inf
        self._ended = asyncio.Event()

    async def enter(self, wish: Wish, patience: float) -> int:
        """The number of the ledger's entry, once there is room; waits for so many seconds at most.

        Raises LimitReachedError where there is no room in time, RefusedError where there never is, and the error of
        an endpoint that is left alone for now.
        """
        until = self._clock.now() + patience
        if patience <= 0:
            return await self._admit(wish, until)
        # In the order of asking; only the first of each lane keeps looking.
        async with self._turns.setdefault(wish.lane, asyncio.Lock()):
            return await self._admit(wish, until)

    def one_ended(self) -> None:
        """A request under way has ended: there may be a place."""
        self._ended.set()

    @property
    def in_the_way(self) -> tuple[LimitReachedError | None, float]:
        """What the last request was refused by, and for how many seconds that lasts."""
        return self._refused, max(0.0, self._refused_until - self._clock.now())

    @property
    def crowded(self) -> bool:
        """Whether there was no place a moment ago, only because of the requests under way."""
        return self._clock.now() < self._crowded_at + SLOT_PATIENCE

    @property
    def resting(self) -> ModelError | None:
        """Why asking now would be in vain; None where the endpoint can be asked."""
        if self._breaker.open:
            return self._breaker.error
        return self._refused if self._clock.now() < self._look_again_at else None

    @property
    def rest(self) -> float:
        """Seconds for which asking would be in vain."""
        return max(self._breaker.rest, self._look_again_at - self._clock.now(), 0.0)

    async def _admit(self, wish: Wish, until: float) -> int:
        began = self._clock.now()
        while True:
            wait, error = max(self._breaker.rest, LOOK_AGAIN), self._breaker.error
            if self._breaker.claim():
                answer = await self._ask_ledger(wish)
                if isinstance(answer, int):
                    self._refused, self._crowded_at = None, -math.inf
                    return answer
                wait, error = answer.wait, self._no_room(answer)
                if answer.crowded and self._clock.now() < began + SLOT_PATIENCE:
                    await self._until_one_ended()
                    continue
            if error is None or not error.retry or self._clock.now() + wait > until:
                raise error or LimitReachedError("The endpoint is being tried.", retry_after=wait)
            await asyncio.sleep(min(wait, POLL) + random.uniform(0, 0.05))  # noqa: S311  jitter, no secret

    async def _until_one_ended(self) -> None:
        self._ended.clear()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._ended.wait(), _SLOT_POLL)

    async def _ask_ledger(self, wish: Wish) -> int | Refusal:
        try:
            answer = await self._ledger.admit(self._account, wish)
        except BaseException:
            self._breaker.abandoned()
            raise
        if isinstance(answer, Refusal):
            self._breaker.abandoned()
        return answer

    def _no_room(self, refused: Refusal) -> ModelError:
        if refused.wait == NEVER:
            return RefusedError(refused.reason, "Raise `limits.tokens_per_minute`, or lower `context.max_tokens`.")
        now, error = self._clock.now(), LimitReachedError(refused.reason, retry_after=refused.wait)
        if refused.crowded:
            self._crowded_at = now  # over in a moment, and nothing to tell anybody of
        else:
            self._refused, self._refused_until = error, now + refused.wait
            self._look_again_at = now + min(LOOK_AGAIN, refused.wait)
        return error
