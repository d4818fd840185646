"""From starting the process to the answer to `initialize`, and memory before the first request; beside bare pygls.

python -m benchmarks.door.startup [RUNS]
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time

from benchmarks.door.measure import BARE, OURS, processor_time, resident
from tests.probe import Probe

BAR_RATIO = 1.3
BAR_MEMORY = 90  # MB


async def one(command: tuple[str, ...]) -> tuple[float, float, float]:
    """Milliseconds to the answer, processor milliseconds until then, and resident MB three seconds later."""
    begun = time.perf_counter()
    probe = await Probe.start(command=command)
    await probe.initialize()
    waited = (time.perf_counter() - begun) * 1000
    used = processor_time(probe.process.pid) * 1000
    await asyncio.sleep(3)
    memory = resident(probe.process.pid)
    await probe.close()
    return waited, used, memory


async def main(runs: int) -> None:
    """Take turns, so that whatever else the machine does hits both alike."""
    results: dict[tuple[str, ...], list[tuple[float, float, float]]] = {BARE: [], OURS: []}
    for _ in range(runs):
        for command, found in results.items():
            found.append(await one(command))
    print(f"start to answered `initialize`, {runs} runs in turns")
    medians = {}
    for name, command in (("bare pygls", BARE), ("foretype", OURS)):
        waited, used, memory = zip(*results[command], strict=True)
        medians[name] = statistics.median(waited)
        print(
            f"  {name:11} wall median {medians[name]:6.0f} ms (min {min(waited):.0f})   processor median "
            f"{statistics.median(used):5.0f} ms   resident after 3 s {statistics.median(memory):5.1f} MB"
        )
    ratio = medians["foretype"] / medians["bare pygls"]
    memory_mb = statistics.median(memory for _, _, memory in results[OURS])
    print(f"  bar: at most {BAR_RATIO} times: {'met' if ratio <= BAR_RATIO else 'NOT MET'} ({ratio:.2f})")
    print(f"  bar: at most {BAR_MEMORY} MB idle: {'met' if memory_mb <= BAR_MEMORY else 'NOT MET'} ({memory_mb:.1f})")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 7))
