"""Time limits: each of them ends a stream by itself, and keep-alives do not put it off.

The limits are short and the servers' pauses long, so these tests say what happens, not how fast.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

import pytest

from foretype.errors import TimeoutExceededError, UnreachableError
from foretype.models.connection import Connection
from foretype.models.deadline import until
from foretype.models.openai_chat import ChatProvider
from foretype.models.provider import TimeLimits
from tests.stub import Reply, StubServer, replies
from tests.stub.replies import SSE, Pause, Shape, chat
from tests.unit.models.asking import CHAT, ask_stub, endpoint

pytestmark = pytest.mark.asyncio

KEEP_ALIVES = [step for _ in range(500) for step in (b": keep-alive\n\n", Pause(0.01))]
LONG = TimeLimits(connect=5, first_token=60, between_tokens=60, total=60)
ALIVE = Reply(headers=SSE, steps=KEEP_ALIVES)
STUCK = Reply(headers=SSE, steps=[chat(["a"]).steps[1], *KEEP_ALIVES])


@pytest.mark.parametrize(
    ("limits", "reply", "text", "why"),
    [
        (replace(LONG, first_token=0.1), replies.hang(30), "", "did not begin to answer within 0.1 s"),
        (replace(LONG, total=0.1), replies.hang(30), "", "did not begin to answer"),
        (replace(LONG, first_token=0.1), ALIVE, "", "did not begin within 0.1 s"),
        (replace(LONG, between_tokens=0.1), STUCK, "a", "stood still for 0.1 s"),
        (replace(LONG, total=0.3), chat(["a"] * 1000).slowly(0.01), None, "was not complete within 0.3 s"),
    ],
)  # fmt: skip
async def test_each_limit(limits: TimeLimits, reply: Reply, text: str | None, why: str) -> None:
    async with StubServer(reply) as stub:
        outcome = await ask_stub(stub, replace(CHAT, limits=limits))
        assert isinstance(outcome.error, TimeoutExceededError)
        assert why in outcome.error.message
        assert outcome.text == text if text is not None else outcome.text.strip("a") == ""
        await stub.asked[0].left.wait()


async def test_a_missing_end_mark_does_not_hold_up_a_whole_answer() -> None:
    reply = chat(["a"], Shape(usage="none", done=False))
    async with StubServer(replace(reply, steps=[*reply.steps, *KEEP_ALIVES])) as stub:
        outcome = await ask_stub(stub)
    assert (outcome.text, outcome.error) == ("a", None)


async def test_nothing_listens() -> None:
    async with StubServer() as stub:
        pass
    outcome = await ask_stub(stub)
    assert isinstance(outcome.error, UnreachableError)
    assert f"127.0.0.1:{stub.port}" in outcome.error.message


@pytest.mark.parametrize("reply", [replies.hang(30), chat(["a", "b"]).slowly(5)])
async def test_a_cancelled_task_closes_the_connection(reply: Reply) -> None:
    async with StubServer(reply) as stub:
        connection = Connection(endpoint(stub))

        async def run() -> None:
            async with ChatProvider(connection).stream(CHAT) as answer:
                async for _ in answer:
                    pass

        task = asyncio.create_task(run())
        request = await stub.request()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(request.left.wait(), 5)
        await connection.aclose()


async def test_leaving_early_closes_the_connection() -> None:
    async with StubServer(chat(["a"] * 1000).slowly(0.05)) as stub:
        connection = Connection(endpoint(stub))
        async with ChatProvider(connection).stream(CHAT) as answer:
            async for _ in answer:
                break
        await asyncio.wait_for(stub.asked[0].left.wait(), 5)
        with pytest.raises(ZeroDivisionError):
            async with ChatProvider(connection).stream(CHAT):
                raise ZeroDivisionError
        await asyncio.wait_for(stub.asked[1].left.wait(), 5)
        await connection.aclose()


class TestUntil:
    async def test_a_result_in_time(self) -> None:
        assert await until(now() + 30, asyncio.sleep(0, "done")) == "done"

    async def test_an_error_in_time(self) -> None:
        async def fail() -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await until(now() + 30, fail())

    @pytest.mark.parametrize("seconds", [0.01, 0, -1])
    async def test_raises_and_leaves_nothing_behind(self, seconds: float) -> None:
        ended = []

        async def hold() -> None:
            try:
                await asyncio.sleep(30)
            finally:
                ended.append(True)

        with pytest.raises(asyncio.TimeoutError):
            await until(now() + seconds, hold())
        assert ended or seconds <= 0
        await asyncio.sleep(0)

    @pytest.mark.parametrize("seconds", [60, 0.0])
    async def test_a_cancellation_from_outside_is_never_lost(self, seconds: float) -> None:
        reached = []

        async def run() -> None:
            with contextlib.suppress(asyncio.TimeoutError):
                await until(now() + seconds, asyncio.sleep(30))
            reached.append("went on")
            await asyncio.sleep(0)
            reached.append("and on")

        task = asyncio.create_task(run())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert "and on" not in reached


def now() -> float:
    return asyncio.get_running_loop().time()
