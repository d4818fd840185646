"""The model's server for the throughput table, as a process of its own: `python -m benchmarks.throughput.slots COUNT`.

It needs 1.2 s for an answer and gives COUNT of them at once; further requests wait in its queue, in the order in which
they came. Prints its port, then serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import heapq
import sys
from typing import Final

from tests.stub import Received, Reply, StubServer
from tests.stub.replies import chat

ANSWER: Final = 1.2
"""Seconds for an answer, as in the founding document's "one call at a time"."""


class Slots:
    """Answers when a slot has been free for the time that an answer takes."""

    def __init__(self, count: int) -> None:
        self._free_at = [0.0] * count

    def __call__(self, request: Received) -> Reply:
        """The reply to a request."""
        begins = max(request.at, heapq.heappop(self._free_at))
        heapq.heappush(self._free_at, begins + ANSWER)
        return chat(["one ", "short ", "answer"]).slowly(0.0, begins + ANSWER - request.at)


async def main(count: int) -> None:
    """Serve."""
    async with StubServer(Slots(count)) as stub:
        print(stub.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
