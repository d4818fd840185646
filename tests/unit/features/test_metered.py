"""A provider behind the governor: what the status is told when a request has failed for good."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from foretype.errors import ModelError, ServerError
from foretype.features.metered import MeteredProvider
from foretype.models.provider import ChatPrompt, Delta, Message, ModelRequest, Report
from foretype.scheduling.governor import Governor, Purpose
from foretype.scheduling.ledger import Account, LocalLedger
from foretype.scheduling.ledger_thread import LedgerThread
from foretype.scheduling.retry import RetryPolicy
from foretype.scheduling.usage import UsageBook

pytestmark = pytest.mark.asyncio
PATIENT = Purpose("interactive", 1.0, RetryPolicy(attempts=2, first_wait=0.001, longest_wait=0.001))
QUESTION = ModelRequest(ChatPrompt((Message("user", "why"),)), max_tokens=8)


class Answered:
    """An answer that is one piece, or an error behind it."""

    report = Report(first_token_ms=1.0, total_ms=2.0)

    def __init__(self, error: ModelError | None) -> None:
        self._error = error
        self.text = ""

    def __aiter__(self) -> Answered:
        return self

    async def __anext__(self) -> Delta:
        if not self.text:
            self.text = "so"
            return Delta("so")
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration


class Scripted:
    """A provider that does what its script says, one entry a request: an error at once, or an answer."""

    mode = "chat"
    accepts = ChatPrompt

    def __init__(self, *script: Any) -> None:
        self._script = list(script)

    @asynccontextmanager
    async def stream(self, _: ModelRequest) -> AsyncIterator[Answered]:
        now = self._script.pop(0)
        if isinstance(now, ModelError):
            raise now
        yield now


async def told(*script: Any) -> list[type[Exception] | None]:
    """What the status heard of the endpoint, in order."""
    governor = Governor(Account("a"), LedgerThread(LocalLedger()), UsageBook())
    seen: list[type[Exception] | None] = []
    governor.changed = lambda: seen.append(type(error) if (error := governor.facts().error) is not None else None)
    provider = MeteredProvider(Scripted(*script), governor, purpose=PATIENT)  # type: ignore[arg-type]
    try:
        async with provider.stream(QUESTION) as answer:
            async for _ in answer:
                pass
    except ModelError:
        pass
    return seen


async def test_a_failure_that_was_made_good_is_not_told():
    assert await told(ServerError("x"), Answered(None)) == [None]


async def test_one_that_was_not_is_told_once():
    assert await told(ServerError("x"), ServerError("x")) == [ServerError]


async def test_so_is_one_in_the_middle_of_an_answer():
    assert await told(Answered(ServerError("x"))) == [ServerError]
