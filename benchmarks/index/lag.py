"""How late the event loop is while something else goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

_TICK = 0.001  # Seconds that the probe of the event loop sleeps at a time.


@dataclass(frozen=True, slots=True)
class Lag:
    """By how many seconds the event loop was late: the 99th percentile, and the worst.

    A busy machine makes every process late. `busiest` leaves that out: the most CPU time that the loop's thread
    spent between two ticks of the probe.
    """

    p99: float
    worst: float
    busiest: float


@asynccontextmanager
async def probe() -> AsyncIterator[list[tuple[float, float]]]:
    """Collect by how many seconds the event loop is late, and its CPU seconds meanwhile."""
    late: list[tuple[float, float]] = []

    async def tick() -> None:
        while True:
            began, cpu = time.perf_counter(), time.thread_time()
            await asyncio.sleep(_TICK)
            late.append((time.perf_counter() - began - _TICK, time.thread_time() - cpu))

    task = asyncio.create_task(tick())
    try:
        yield late
    finally:
        task.cancel()


async def idle_lag() -> Lag:
    """The same machine, the same probe, nothing else in the process."""
    async with probe() as late:
        await asyncio.sleep(5.0)
    return summary(late)


def summary(late: list[tuple[float, float]]) -> Lag:
    walls, cpus = sorted(wall for wall, _ in late), sorted(cpu for _, cpu in late)
    return Lag(walls[len(walls) * 99 // 100], walls[-1], cpus[-1]) if late else Lag(0.0, 0.0, 0.0)
