"""When a request that failed is sent again. Never after a piece of its answer was given on: that would be shown twice.

The policies are for tenacity, which is loaded with the first failure that may be tried again.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from foretype.errors import (
    ContextOverflowError,
    LimitReachedError,
    ModelError,
    RateLimitedError,
    TimeoutExceededError,
    UnreachableError,
)

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")
A_co = TypeVar("A_co", covariant=True)

LONGEST_ASKED_WAIT: Final = 20.0
"""Seconds. Nobody waits longer before a screen; a server that asks for more is not asked again."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a request is sent at most, and how long the waits in between are.

    The wait before the n-th repetition is a random part of `first_wait` * 2^(n-1), at most `longest_wait`, or what the
    server asks for; none begins that would end later than `within` seconds after the request. `limits`: whether
    a server that takes no more for now is asked again; `silence`: whether one is that did not begin to answer in time.
    """

    attempts: int
    first_wait: float = 0.5
    longest_wait: float = 10.0
    within: float = math.inf
    limits: bool = True
    silence: bool = True


ACTION_RETRY: Final = RetryPolicy(attempts=3, first_wait=4.0, longest_wait=10.0, silence=False)
"""For what the user waits for before the screen: chat, code actions. Who has waited in vain for as long as the settings
say is told so, and not made to wait three times as long."""

GHOST_RETRY: Final = RetryPolicy(attempts=2, first_wait=0.1, longest_wait=0.25, within=0.6, limits=False)
"""For what must come before the next key: a suggestion for a place that the cursor has left is useless."""

NO_RETRY: Final = RetryPolicy(attempts=1)


class Pieces(Protocol[A_co]):
    """An answer: its pieces, one after another."""

    def __aiter__(self) -> AsyncIterator[A_co]: ...


S = TypeVar("S", bound=Pieces[object])


@dataclass(slots=True)
class Opened(Generic[S]):
    """An answer whose first piece is there (None: it ended without one). It stands before what `stream` still gives."""

    stream: S
    first: object | None


Open = Callable[[], AbstractAsyncContextManager[S]]


@asynccontextmanager
async def opened(
    open_stream: Open[S], policy: RetryPolicy, repeated: Callable[[], None] = lambda: None
) -> AsyncIterator[Opened[S]]:
    """Open a stream and wait for its first piece; sent again by the policy where that fails with a `ModelError`.

    `repeated` is called before each repetition.
    """
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        try:
            answer = await _attempt(open_stream, stack)
        except ModelError as error:
            left = policy.within - (time.monotonic() - began)
            too_much = isinstance(error, RateLimitedError) and not policy.limits
            if policy.attempts < 2 or left <= 0 or too_much or _is_silence(error, policy) or not may_help(error):
                raise
            answer = await _again(open_stream, stack, replace(policy, within=left), error, repeated)
        yield answer


async def _attempt(open_stream: Open[S], stack: AsyncExitStack) -> Opened[S]:
    """One attempt; where it fails, its connection is closed before anything else happens."""
    async with AsyncExitStack() as own:
        stream = await own.enter_async_context(open_stream())
        first = await anext(aiter(stream), None)
        stack.push_async_exit(own.pop_all())
        return Opened(stream, first)


async def _again(
    open_stream: Open[S], stack: AsyncExitStack, policy: RetryPolicy, failed: ModelError, repeated: Callable[[], None]
) -> Opened[S]:
    """The second and further attempts. The first failure counts as tenacity's first attempt."""
    from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, stop_before_delay

    stop = stop_after_attempt(policy.attempts)
    retrying = AsyncRetrying(
        retry=retry_if_exception(lambda error: may_help(error) and not _is_silence(error, policy)),
        wait=_Wait(policy),
        stop=stop if policy.within == math.inf else stop | stop_before_delay(policy.within),
        reraise=True,
    )
    async for attempt in retrying:
        with attempt:
            if attempt.retry_state.attempt_number == 1:
                raise failed
            repeated()
            return await _attempt(open_stream, stack)
    raise AssertionError("the last attempt either returns or raises")


def _is_silence(error: BaseException, policy: RetryPolicy) -> bool:
    """Whether our own time limit has ended it, and the policy does not ask again then."""
    return isinstance(error, TimeoutExceededError) and error.status is None and not policy.silence


def may_help(error: BaseException) -> bool:
    """Whether the same request can succeed in a moment, without the user doing anything."""
    if not isinstance(error, ModelError) or not error.retry or isinstance(error, ContextOverflowError):
        return False
    if isinstance(error, LimitReachedError):
        return False  # whoever counts for us has waited already, as long as this request can
    if isinstance(error, UnreachableError) and error.status is not None:
        return False  # a log-in page, a redirection, a proxy: it will say the same again
    if isinstance(error, RateLimitedError) and error.retry_after is not None:
        return error.retry_after <= LONGEST_ASKED_WAIT
    return True


class _Wait:
    """What the server asks for, else full jitter (the AWS Architecture Blog's "Exponential Backoff and Jitter")."""

    def __init__(self, policy: RetryPolicy) -> None:
        from tenacity import wait_random_exponential

        self._jitter = wait_random_exponential(multiplier=policy.first_wait, max=policy.longest_wait)

    def __call__(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        asked = error.retry_after if isinstance(error, RateLimitedError) else None
        return self._jitter(state) if asked is None else max(0.0, asked)
