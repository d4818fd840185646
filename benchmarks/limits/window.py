"""One window: a process that asks for ghost text as somebody types, now and then for an action, and does bulk work.

Started by the benchmark, which reads one JSON line per request from standard output.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import time
from pathlib import Path

from foretype.errors import LimitReachedError, ModelError
from foretype.features.metered import MeteredProvider
from foretype.models.connection import Connection
from foretype.models.openai_chat import ChatProvider
from foretype.models.provider import ChatPrompt, Endpoint, Message, ModelRequest, Provider
from foretype.scheduling.bulk import run_bulk
from foretype.scheduling.governor import ACTION, BULK, GHOST_TEXT, Purpose
from foretype.scheduling.meters import Meters
from foretype.scheduling.spending import Allowance

GHOST_EVERY = 4.0
ACTION_EVERY = 15.0
"""Seconds on average. Three windows ask for 45 suggestions and 12 actions a minute, where 30 requests are allowed."""

PROMPT_WORDS = {"ghost": 400, "action": 500, "bulk": 700}
BULK_AT_ONCE = 5


class Window:
    """Asks through the governor, or, for comparison, without one."""

    def __init__(self, connection: Connection, meters: Meters | None, allowance: Allowance) -> None:
        self._bare = ChatProvider(connection)
        self._metered: MeteredProvider | None = None
        if meters is not None:
            self._metered = MeteredProvider(self._bare, meters.governor(connection.endpoint.base_url, allowance))

    async def ask(self, kind: str, purpose: Purpose) -> None:
        """One request; says what became of it, and how long it waited before it was sent."""
        provider: Provider = self._bare if self._metered is None else self._metered.for_purpose(purpose)
        request = ModelRequest(ChatPrompt((Message("user", "word " * PROMPT_WORDS[kind]),)), max_tokens=64)
        began = time.perf_counter()
        try:
            async with provider.stream(request) as answer:
                async for _ in answer:
                    pass
                sent_for = answer.report.total_ms or 0.0
            wait = (time.perf_counter() - began) * 1000 - sent_for
            say(kind, "answered", max(0.0, wait))
        except asyncio.CancelledError:
            say(kind, "cut off", (time.perf_counter() - began) * 1000)
            raise
        except LimitReachedError:
            say(kind, "not sent", (time.perf_counter() - began) * 1000)
            if kind == "bulk":
                raise
        except ModelError as error:
            say(kind, str(error.status), (time.perf_counter() - began) * 1000)
            if kind == "bulk":
                raise


def say(kind: str, outcome: str, milliseconds: float) -> None:
    """To whoever reads our standard output."""
    print(json.dumps({"kind": kind, "outcome": outcome, "ms": milliseconds}), flush=True)


async def repeat(window: Window, kind: str, purpose: Purpose, every: float) -> None:
    """Ask again and again, at random moments, whether or not the one before was answered."""
    running: set[asyncio.Task[None]] = set()
    while True:
        await asyncio.sleep(random.uniform(0.5, 1.5) * every)
        task = asyncio.ensure_future(window.ask(kind, purpose))
        running.add(task)
        task.add_done_callback(running.discard)


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("state", type=Path)
    parser.add_argument("seconds", type=float)
    parser.add_argument("seed", type=int)
    parser.add_argument("limits", help="requests,tokens; 0,0 for none")
    options = parser.parse_args()
    random.seed(options.seed)
    requests, tokens = map(int, options.limits.split(","))
    meters = Meters(options.state) if requests else None
    connection = Connection(Endpoint(options.url, "stub"))
    await connection.client()
    window = Window(connection, meters, Allowance(requests, tokens))
    print("ready", flush=True)
    work = run_bulk(
        list(itertools.repeat("bulk", 1_000)), lambda kind: window.ask(kind, BULK), concurrency=BULK_AT_ONCE
    )
    asking = (repeat(window, "ghost", GHOST_TEXT, GHOST_EVERY), repeat(window, "action", ACTION, ACTION_EVERY), work)
    tasks = [asyncio.ensure_future(one) for one in asking]
    await asyncio.wait(tasks, timeout=options.seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if meters is not None:
        await meters.close()
    await connection.aclose()


if __name__ == "__main__":
    asyncio.run(main())
