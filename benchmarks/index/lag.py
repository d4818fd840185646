"""How late the event loop is while something else goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

_TICK = 0.001  # Seconds that the probe of the event loop sleeps at a time.


_SCHEDULED = Path("/proc/thread-self/schedstat")

Tick = tuple[float, float, float]
"""Seconds: by how many a tick was late, CPU of the event loop's thread, and what other threads can have caused."""


@dataclass(frozen=True, slots=True)
class Lag:
    """By how many seconds the event loop was late: the 99th percentile, and the worst.

    A busy machine makes every process late. `busiest` leaves that out: the most CPU time that the loop's thread
    spent between two ticks of the probe. `threads` is the worst that other threads of this process can have caused, by
    holding the interpreter: of a lateness without the time that the loop's thread worked, or waited for a core (as
    Linux tells it), not more than the CPU time that the others spent meanwhile.
    """

    p99: float
    worst: float
    busiest: float
    threads: float


@asynccontextmanager
async def probe() -> AsyncIterator[list[Tick]]:
    """Collect by how many seconds the event loop is late, and the CPU seconds meanwhile."""
    late: list[Tick] = []

    async def tick() -> None:
        while True:
            began, cpu, all_cpu, starved = time.perf_counter(), time.thread_time(), time.process_time(), _starved()
            await asyncio.sleep(_TICK)
            wall = time.perf_counter() - began - _TICK
            busy, others = time.thread_time() - cpu, time.process_time() - all_cpu
            late.append((wall, busy, max(0.0, min(wall - busy - (_starved() - starved), others - busy))))

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


def summary(late: list[Tick]) -> Lag:
    if not late:
        return Lag(0.0, 0.0, 0.0, 0.0)
    walls = sorted(wall for wall, _, _ in late)
    busiest, threads = max(cpu for _, cpu, _ in late), max(held for _, _, held in late)
    return Lag(walls[len(walls) * 99 // 100], walls[-1], busiest, threads)


def _starved() -> float:
    """Seconds that this thread could have run and got no core; 0 where the system does not tell."""
    try:
        return int(_SCHEDULED.read_bytes().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0
