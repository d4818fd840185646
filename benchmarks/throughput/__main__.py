"""The table of the founding document, side by side: one call at a time, batches of 5, 20 at once.

    python -m benchmarks.throughput [--quick]      about two minutes; --quick: one, with fewer calls

The model's server is a stub in a process of its own that needs 1.2 s for an answer and gives 2, 5 or 20 of them at
once; further requests wait in its queue. The calls go through the provider that the product uses; 20 at once through
its bulk lane (`scheduling/bulk.py`). Response times are what a call sees, its wait in the server's queue included. The
document's own figures are printed as it gives them; it says nothing of the set-up.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from foretype.models.connection import Connection
from foretype.models.openai_chat import ChatProvider
from foretype.models.provider import ChatPrompt, Endpoint, Message, ModelRequest, Provider, TimeLimits
from foretype.scheduling.bulk import run_bulk

from .slots import ANSWER

SLOTS: Final = (2, 5, 20)
BATCH, AT_ONCE = 5, 20
BAR: Final = 19.0
LIMITS: Final = TimeLimits(first_token=300.0, between_tokens=300.0, total=600.0)

DOCUMENT: Final = {"one call at a time": (1200, 2.1), "batches of 5": (380, 13.4), "20 at once": (210, 28.7)}
"""Mean response in ms, and requests a second."""


@dataclass(frozen=True, slots=True)
class Measured:
    """`seconds` of each call, and of all together; `cpu` seconds of this process, which is the client."""

    seconds: list[float]
    total: float
    cpu: float

    @property
    def mean(self) -> float:
        """Mean response in milliseconds."""
        return 1000 * sum(self.seconds) / len(self.seconds)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.seconds) / self.total


Call = Callable[[int], Awaitable[float]]
Strategy = Callable[[Call, int], Awaitable[None]]


async def one_at_a_time(call: Call, count: int) -> None:
    """Each call waits for the one before it."""
    for number in range(count):
        await call(number)


async def in_batches(call: Call, count: int) -> None:
    """Five at once; the next five when the last of them is there."""
    for start in range(0, count, BATCH):
        await asyncio.gather(*(call(number) for number in range(start, min(count, start + BATCH))))


async def at_once(call: Call, count: int) -> None:
    """Twenty under way all the time."""
    results = await run_bulk(range(count), call, concurrency=AT_ONCE)
    for result in results:
        if result.error is not None:
            raise result.error


STRATEGIES: Final[dict[str, Strategy]] = {
    "one call at a time": one_at_a_time,
    "batches of 5": in_batches,
    "20 at once": at_once,
}


def calls_for(name: str, slots: int, quick: bool) -> int:
    """As many as fill about ten seconds, or five; with 20 slots enough that the last round does not count for much."""
    if name == "one call at a time":
        return 4 if quick else 8
    if name == "batches of 5":
        return BATCH * (2 if quick or slots == 2 else 8)
    return {2: 20, 5: 40, 20: 100 if quick else 400}[slots]


async def measure(strategy: Strategy, slots: int, count: int) -> Measured:
    """Run one strategy against a server with so many slots."""
    async with model_server(slots) as url:
        connection = Connection(Endpoint(url, "stub", limits=LIMITS))
        await connection.get("/models")
        provider = ChatProvider(connection)
        seconds: list[float] = []

        async def call(number: int) -> float:
            begun = time.perf_counter()
            await ask(provider, number)
            seconds.append(time.perf_counter() - begun)
            return seconds[-1]

        begun, before = time.perf_counter(), time.process_time()
        await strategy(call, count)
        total, cpu = time.perf_counter() - begun, time.process_time() - before
        await connection.aclose()
    return Measured(seconds, total, cpu)


@asynccontextmanager
async def model_server(slots: int) -> AsyncIterator[str]:
    """The stub as a process; gives its base URL."""
    command = (sys.executable, "-m", "benchmarks.throughput.slots", str(slots))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the stub has no pipes")
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


async def ask(provider: Provider, number: int) -> str:
    """One question and its whole answer."""
    prompt = ChatPrompt((Message("system", "Answer in a line."), Message("user", f"Question {number}?")))
    async with provider.stream(ModelRequest(prompt, 64)) as answer:
        async for _ in answer:
            pass
        return answer.text


async def main(quick: bool) -> bool:
    """Print the tables; returns whether the bar is kept."""
    print(f"{'':34} {'calls':>6} {'mean response':>14} {'requests/s':>11} {'times single':>13}")
    single = DOCUMENT["one call at a time"][1]
    for name, (mean, rate) in DOCUMENT.items():
        print(f"{'founding document: ' + name:38.38} {'':>2} {mean:>11} ms {rate:>11.2f} {rate / single:>13.2f}")
    found: dict[tuple[int, str], Measured] = {}
    for slots in SLOTS:
        for name, strategy in STRATEGIES.items():
            one = found[slots, name] = await measure(strategy, slots, calls_for(name, slots, quick))
            base = found[slots, "one call at a time"].rate
            label = f"{slots} slots: {name}"
            print(
                f"{label:34} {len(one.seconds):>6} {one.mean:>11.0f} ms {one.rate:>11.2f} {one.rate / base:>13.2f}",
                flush=True,
            )
    return _judge(found[20, "one call at a time"], found[20, "20 at once"])


def _mean_ms(seconds: list[float]) -> float:
    return 1000 * sum(seconds) / max(1, len(seconds))


def _judge(single: Measured, many: Measured) -> bool:
    """Say whether the bar is kept, and where the rest of the possible 20 has gone."""
    ratio = many.rate / single.rate
    idle = 1 - sum(many.seconds) / (AT_ONCE * many.total)
    kept = ratio >= BAR
    print(f"\n20 at once: {ratio:.2f} of the possible {AT_ONCE}, bar {BAR:g}: {'met' if kept else 'NOT MET'}")
    alone, beside = single.mean - 1000 * ANSWER, many.mean - 1000 * ANSWER
    own = 1000 * many.cpu / len(many.seconds)
    first, later = _mean_ms(many.seconds[:AT_ONCE]), _mean_ms(many.seconds[AT_ONCE:])
    print(f"where the rest is, {AT_ONCE - ratio:.2f} of {AT_ONCE}:")
    print(f"  a call takes {alone:.1f} ms longer than the server when it is alone, {beside:.1f} ms with 19 beside it,")
    print(f"    {own:.1f} ms of which are the client's own processor time, mostly the SDK's: factor")
    print(f"    {single.mean / many.mean:.4f} = {AT_ONCE * (1 - single.mean / many.mean):.2f} of {AT_ONCE};")
    print(f"    those that begin together wait for each other's work: {first - 1000 * ANSWER:.1f} ms longer,")
    print(f"    those after them, which come one by one, {later - 1000 * ANSWER:.1f} ms;")
    print(f"  the 20 places are idle for {100 * idle:.2f}% of the time, from the first that ends to the last: factor")
    print(f"    {1 - idle:.4f} = {AT_ONCE * idle:.2f} of {AT_ONCE}")
    document = DOCUMENT["20 at once"][1] / DOCUMENT["one call at a time"][1]
    print(f"  the document's headline is {document:.1f} times; ours is {ratio / document:.2f} times that")
    return kept


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer calls")
    raise SystemExit(0 if asyncio.run(main(parser.parse_args().quick)) else 1)
