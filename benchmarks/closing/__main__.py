"""Measure the time from the cause to the model's server seeing its connection closed.

    python -m benchmarks.closing [--runs 100]

The server is a stub in the same process, so both moments are read from one clock. Causes: a task is cancelled
while text streams, a task is cancelled before the first byte (the model still reads the prompt), the caller
leaves the answer early, and a stop string ends it.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from foretype.models.connection import Connection
from foretype.models.openai_chat import ChatProvider
from foretype.models.provider import ChatPrompt, Endpoint, Message, ModelRequest, Provider
from tests.stub import Reply, StubServer
from tests.stub.replies import chat, hang

BAR_MS = 50.0
REQUEST = ModelRequest(ChatPrompt((Message("user", "x = 1\n" * 1000),)), max_tokens=256)
STREAM = chat(["piece "] * 10_000).slowly(0.005)
Cause = Callable[[Provider, StubServer], Awaitable[float]]


async def cancelled_while_streaming(provider: Provider, _: StubServer) -> float:
    """The moment at which a task in the middle of an answer is cancelled."""
    streaming = asyncio.Event()

    async def read() -> None:
        async with provider.stream(REQUEST) as answer:
            async for _ in answer:
                streaming.set()

    task = asyncio.create_task(read())
    await streaming.wait()
    return await _cancel(task)


async def cancelled_before_the_first_byte(provider: Provider, stub: StubServer) -> float:
    """The moment at which a task that waits for an answer is cancelled."""
    number = len(stub.asked)

    async def wait() -> None:
        async with provider.stream(REQUEST):
            pass

    task = asyncio.create_task(wait())
    await stub.request(number)
    return await _cancel(task)


async def left_early(provider: Provider, _: StubServer) -> float:
    """The moment at which the reader has read enough."""
    async with provider.stream(REQUEST) as answer:
        async for _delta in answer:
            break
        return asyncio.get_running_loop().time()


async def ended_by_a_stop(provider: Provider, _: StubServer) -> float:
    """The moment at which a stop string that the server ignores has come."""
    async with provider.stream(replace(REQUEST, stop=("piece piece",))) as answer:
        async for _delta in answer:
            pass
        return asyncio.get_running_loop().time()


async def _cancel(task: asyncio.Task[None]) -> float:
    moment = asyncio.get_running_loop().time()
    task.cancel()
    await asyncio.wait([task])
    return moment


CAUSES: dict[str, tuple[Cause, Reply]] = {
    "cancelled while streaming": (cancelled_while_streaming, STREAM),
    "cancelled before the first byte": (cancelled_before_the_first_byte, hang()),
    "left early": (left_early, STREAM),
    "ended by a stop string": (ended_by_a_stop, STREAM),
}


async def measure(cause: Cause, reply: Reply, runs: int) -> list[float]:
    """Milliseconds from cause to close, sorted."""
    async with StubServer(reply) as stub:
        connection = Connection(Endpoint(stub.url, "stub"))
        await connection.get("/models")
        times = []
        for number in range(runs):
            moment = await cause(ChatProvider(connection), stub)
            request = stub.asked[number]
            await asyncio.wait_for(request.left.wait(), 10)
            assert request.closed_at is not None
            times.append((request.closed_at - moment) * 1000)
        await connection.aclose()
    return sorted(times)


def main() -> None:
    """Measure every cause and say whether the bar is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100)
    runs = parser.parse_args().runs
    kept = True
    print(f"{'cause':34} {'runs':>5} {'median':>10} {'p95':>10} {'max':>10}   bar: {BAR_MS:g} ms median")
    for name, (cause, reply) in CAUSES.items():
        times = asyncio.run(measure(cause, reply, runs))
        median, late = times[len(times) // 2], times[int(len(times) * 0.95)]
        kept = kept and median <= BAR_MS
        print(f"{name:34} {len(times):5} {median:7.2f} ms {late:7.2f} ms {times[-1]:7.2f} ms")
    raise SystemExit(0 if kept else 1)


if __name__ == "__main__":
    main()
