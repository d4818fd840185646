"""Every question to one endpoint passes here: admission before it, accounting after it.

Limits, breaker and usage meet in this place only. It knows neither prompts nor providers; what an answer reports comes
in as plain numbers. Nothing here blocks the event loop: the ledger works in a thread.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from foretype.errors import (
    ContextOverflowError,
    MisconfiguredError,
    ModelError,
    RateLimitedError,
    RefusedError,
    ServerError,
    StreamBrokenError,
    TimeoutExceededError,
    UnknownModelError,
    UnreachableError,
)
from foretype.scheduling.admission import Admission
from foretype.scheduling.breaker import Breaker
from foretype.scheduling.health import SLOW_AFTER, Facts
from foretype.scheduling.ledger import LEASE, Account, Clock, Settlement
from foretype.scheduling.ledger_thread import LedgerThread
from foretype.scheduling.rate_headers import gauges_in
from foretype.scheduling.retry import ACTION_RETRY, GHOST_RETRY, NO_RETRY, RetryPolicy
from foretype.scheduling.spending import Lane, Wish
from foretype.scheduling.usage import Prices, TokenCounts, UsageBook

BUSY_AFTER: Final = 0.4
"""Seconds that a request is under way before the status says so; most suggestions are there by then."""

RENEWED_AFTER: Final = LEASE / 3
"""Seconds between two words to the ledger that a request is still under way."""

CHARACTERS_PER_TOKEN: Final = 3
"""Fewer than any common tokenizer gets out of code, for answers whose tokens nobody counted."""

_MAY_HAVE_COST: Final = (ServerError, TimeoutExceededError, StreamBrokenError)
"""Failures of a server that may have read the prompt; with the others it did not begin."""

_OF_THE_REQUEST: Final = (UnknownModelError, RefusedError, ContextOverflowError)
"""Failures that say nothing of the endpoint: it may answer when it is asked in another way."""

_REMEMBERED: Final = 8
"""Answers by which estimates are corrected."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a request is for: who goes first, how many seconds it may wait for room, and what a failure means."""

    lane: Lane
    patience: float
    retry: RetryPolicy


GHOST_TEXT: Final = Purpose("interactive", 0.0, GHOST_RETRY)
PREFETCH: Final = Purpose("prefetch", 0.0, NO_RETRY)
ACTION: Final = Purpose("interactive", 10.0, ACTION_RETRY)
BULK: Final = Purpose("bulk", math.inf, NO_RETRY)
"""Bulk work repeats whole items by itself, see bulk.py."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens that a request may cost: those of its prompt, and at most so many of the answer."""

    prompt: int
    answer: int


@dataclass(slots=True)
class Call:
    """One request under way, filled in by whoever sends it."""

    estimate: Estimate
    began_at: float = 0.0
    opened_at: float | None = None
    characters: int = 0
    tokens: TokenCounts | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    first_token_ms: float | None = None
    total_ms: float | None = None
    error: ModelError | None = None

    def cost(self) -> TokenCounts:
        """The tokens that it cost, as the server counted them or else by what came."""
        if self.tokens is not None:
            return self.tokens
        if self.error is not None and self.opened_at is None and not isinstance(self.error, _MAY_HAVE_COST):
            return TokenCounts(0, 0, estimated=True)
        return TokenCounts(self.estimate.prompt, -(-self.characters // CHARACTERS_PER_TOKEN), estimated=True)


class Governor:
    """One endpoint's. `changed` is called when what `facts` says has become different."""

    def __init__(self, account: Account, ledger: LedgerThread, book: UsageBook, clock: Clock | None = None) -> None:
        self.account = account
        self.model = ""
        self.prices: Prices | None = None
        self.book = book
        self.changed: Callable[[], None] = lambda: None
        self._clock = clock or Clock()
        self.breaker = Breaker(self._clock.now)
        self._ledger = ledger
        self._admission = Admission(account, self.breaker, ledger, self._clock)
        self._first_tokens: deque[float] = deque(maxlen=SLOW_AFTER)
        self._corrections: deque[float] = deque([1.0], maxlen=_REMEMBERED)
        self._busy = 0
        self._given_up = 0
        self._unanswered_since = self._given_up_at = 0.0

    def facts(self) -> Facts:
        """How things are, for the status."""
        error: ModelError | None = self.breaker.error
        rest = self.breaker.rest
        if error is None:
            error, rest = self._admission.in_the_way
        unanswered = self._given_up_at - self._unanswered_since if self._given_up >= SLOW_AFTER else 0.0
        busy = self._busy > 0 or self._admission.crowded
        return Facts("", error, rest, tuple(self._first_tokens), unanswered, busy)

    @property
    def resting(self) -> ModelError | None:
        """Why asking now would be in vain; None where the endpoint can be asked."""
        return self._admission.resting

    @property
    def rest(self) -> float:
        """Seconds for which asking would be in vain."""
        return self._admission.rest

    def policy(self, purpose: Purpose) -> RetryPolicy:
        """When a request is sent again. While the endpoint fails, ghost text is not: the next key asks anyway."""
        return NO_RETRY if purpose.patience <= 0 and self.breaker.failing else purpose.retry

    def answering(self) -> None:
        """An answer has begun: where it is the one request that tries, the others need not wait for its end."""
        self.breaker.abandoned()

    def declined(self, error: ModelError) -> None:
        """No other way of asking has helped: the endpoint is left alone, since it would decline the next one too."""
        if isinstance(error, _OF_THE_REQUEST):
            self.breaker.failed(error)

    @property
    def now(self) -> float:
        """The clock that calls are timed by, in seconds."""
        return self._clock.now()

    def repeats(self) -> None:
        """A request that failed is about to be sent again."""
        self.breaker.retried()
        self.book.count("repeated", model=self.model)

    async def last_minute(self) -> tuple[int, int]:
        """Requests and tokens of the last minute, of all windows."""
        return await self._ledger.last_minute(self.account)

    @asynccontextmanager
    async def call(self, purpose: Purpose, estimate: Estimate) -> AsyncIterator[Call]:
        """Wait for room as long as the purpose allows, then let the request be sent; account for it afterwards.

        Raises LimitReachedError where there is no room in time, RefusedError where there never is, and the error of
        an endpoint that is left alone for now.
        """
        began = self._clock.now()
        corrected = math.ceil(estimate.prompt * max(self._corrections))
        try:
            entry = await self._admission.enter(Wish(purpose.lane, corrected + estimate.answer), purpose.patience)
        except ModelError:
            self.book.count("refused", model=self.model)
            raise
        self.book.observe("wait", (self._clock.now() - began) * 1000, self.model)
        call = Call(estimate, self._clock.now())
        try:
            with self._busy_in_a_while(), self._under_way(entry):
                yield call
        except ModelError as error:
            call.error = error
            raise
        finally:
            self._account_for(call, entry, purpose)

    @contextmanager
    def _under_way(self, entry: int) -> Iterator[None]:
        """What takes longer than a lease keeps its place."""
        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle | None = None

        def renew() -> None:
            nonlocal timer
            if timer is not None:
                self._ledger.renew(self.account, entry)
            timer = loop.call_later(RENEWED_AFTER, renew)

        renew()
        try:
            yield
        finally:
            if timer is not None:
                timer.cancel()

    @contextmanager
    def _busy_in_a_while(self) -> Iterator[None]:
        """Only what takes long is worth a sign."""
        long: list[bool] = []

        def tell() -> None:
            long.append(True)
            self._busy += 1
            self.changed()

        timer = asyncio.get_running_loop().call_later(BUSY_AFTER, tell)
        try:
            yield
        finally:
            timer.cancel()
            self._busy -= len(long)

    # Accounting

    def _account_for(self, call: Call, entry: int, purpose: Purpose) -> None:
        """Without waiting, since it also runs in a task that is being cancelled; the ledger follows in its thread."""
        cost = call.cost()
        sent = not (isinstance(call.error, (UnreachableError, MisconfiguredError)) and call.error.status is None)
        self._ledger.settle(self.account, entry, Settlement(cost.all, call.opened_at, sent))
        self._admission.one_ended()
        self._learn(call)
        if isinstance(call.error, RateLimitedError) and call.error.retry_after is not None:
            self._ledger.pause(self.account, call.error.retry_after)
        self._judge(call, purpose)
        self._count(call, cost, sent)
        if call.error is None or purpose.retry.attempts < 2:
            self.changed()  # what is sent again may be all right in a moment; features/metered.py tells if it is not

    def _learn(self, call: Call) -> None:
        """Take in what its headers say. They came when the answer began: what was sent since is not in them."""
        since = 0.0 if call.opened_at is None else max(0.0, self._clock.now() - call.opened_at)
        wall = self._clock.today() - timedelta(seconds=since)
        headers = call.error.headers if isinstance(call.error, RateLimitedError) else call.headers
        if gauges := gauges_in(headers, self._clock.now() - since, wall):
            self._ledger.learn(self.account, gauges)

    def _judge(self, call: Call, purpose: Purpose) -> None:
        if call.error is None and call.first_token_ms is None and call.total_ms is None:
            self.breaker.abandoned()
            self._unanswered_since = self._unanswered_since if self._given_up else call.began_at
            self._given_up += 1
            self._given_up_at = self._clock.now()  # a pause behind it says nothing of the server
            return
        self._given_up = 0
        if call.error is not None and not isinstance(call.error, _OF_THE_REQUEST):
            self.breaker.failed(call.error)
            return
        if call.first_token_ms is None and call.total_ms is None:
            self.breaker.abandoned()
            return
        self.breaker.succeeded()
        if call.first_token_ms is not None and purpose.lane != "bulk":
            self._first_tokens.append(call.first_token_ms)
        if call.tokens is not None and call.estimate.prompt:
            self._corrections.append(min(2.0, max(1.0, call.tokens.prompt / call.estimate.prompt)))

    def _count(self, call: Call, cost: TokenCounts, sent: bool) -> None:
        count, model = self.book.count, self.model
        if call.error is not None:
            count("failed", model=model)
        if not sent:
            return
        count("requests", model=model)
        count("prompt_tokens", cost.prompt, model)
        count("completion_tokens", cost.completion, model)
        count("cached_tokens", cost.cached or 0, model)
        if cost.estimated:
            count("estimated_tokens", cost.all, model)
        if self.prices is not None:
            count("cost", self.prices.cost(cost), model)
        if call.first_token_ms is not None:
            self.book.observe("first_token", call.first_token_ms, model)
        if call.total_ms is not None:
            self.book.observe("total", call.total_ms, model)
