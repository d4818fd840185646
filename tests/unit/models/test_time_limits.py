"""Time limits: each of them ends a stream by itself, and keep-alives do not put it off.

The limits are short and the servers' pauses long, so these tests say what happens, not how fast.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from foretype.errors import TimeoutExceededError, UnreachableError
from foretype.models.connection import Connection
from foretype.models.deadline import Deadline
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


class TestDeadline:
    async def test_raises_when_the_time_is_over(self) -> None:
        with pytest.raises(asyncio.TimeoutError), Deadline(asyncio.get_running_loop().time() + 0.01):
            await asyncio.sleep(30)

    async def test_does_nothing_in_time(self) -> None:
        with Deadline(asyncio.get_running_loop().time() + 30):
            await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def test_leaves_no_cancellation_behind(self) -> None:
        task = asyncio.current_task()
        with pytest.raises(asyncio.TimeoutError), Deadline(asyncio.get_running_loop().time()):
            await asyncio.sleep(30)
        assert task is not None
        assert not getattr(task, "cancelling", int)()
        await asyncio.sleep(0)

    @pytest.mark.parametrize("cancelled_first", [True, False])
    async def test_a_cancellation_from_outside_is_never_lost(self, cancelled_first: bool) -> None:
        reached = []

        async def run() -> None:
            try:
                with Deadline(asyncio.get_running_loop().time() + 60) as deadline:
                    deadlines.append(deadline)
                    await asyncio.sleep(30)
            except asyncio.TimeoutError:
                reached.append("timeout")
            await asyncio.sleep(0)
            reached.append("went on")

        deadlines: list[Deadline] = []
        task = asyncio.create_task(run())
        await asyncio.sleep(0)
        for cancel in (task.cancel, deadlines[0]._expire)[:: 1 if cancelled_first else -1]:
            cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert "went on" not in reached
