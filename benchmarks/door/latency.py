"""inlineCompletion from the embedded engine, request to answer, while typing real code into files of many sizes.

    python -m benchmarks.door.latency [FOLDER]

Types lines of a file back in, key by key, with a request at each key as editors send it (the change, then the
request); once with a quiet machine and once while the workspace index of FOLDER (by default the standard library) is
being built. The baseline is a bare pygls server that answers the same requests with nothing.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path

from benchmarks.door.measure import BARE, OURS, quantile, spread, stdlib_lines
from tests.probe import Probe

SIZES = (200, 1_000, 2_500, 5_000)
LINES_TYPED = 25
BAR_P50, BAR_P99 = 5.0, 15.0  # milliseconds


class Typist:
    """Types lines of a file into the hole that it left there."""

    def __init__(self, probe: Probe, size: int, seed: int) -> None:
        self.probe, self.random = probe, random.Random(seed)
        self.lines = stdlib_lines(size)
        self.uri = f"file:///typed/{size}_{seed}.py"
        self.version = 1
        self.times: list[float] = []
        self.shown = 0

    async def run(self) -> None:
        """Type, and measure each answer."""
        first = self.random.randrange(len(self.lines) // 3, len(self.lines) - LINES_TYPED - 1)
        typed = self.lines[first : first + LINES_TYPED]
        self.probe.open(self.uri, "".join([*self.lines[:first], *self.lines[first + LINES_TYPED :]]))
        for offset, line in enumerate(typed):
            self._change(first + offset, 0, "\n")
            indent = len(line) - len(line.lstrip())
            if indent:
                self._change(first + offset, 0, line[:indent])
            for column in range(indent, len(line.rstrip())):
                self._change(first + offset, column, line[column])
                await self._ask(first + offset, column + 1)

    def _change(self, line: int, column: int, text: str) -> None:
        self.version += 1
        self.probe.insert(self.uri, self.version, line, column, text)

    async def _ask(self, line: int, column: int) -> None:
        begun = time.perf_counter()
        response = await self.probe.begin_inline(self.uri, line, column)
        self.times.append((response["_at"] - begun) * 1000)
        self.shown += bool(response["result"] and response["result"]["items"])
        await asyncio.sleep(0.002)  # a fast typist would leave 80 ms; this lets the server's own work run


async def measure(command: tuple[str, ...], folder: Path | None) -> dict[int, list[float]]:
    """Milliseconds for every size; with a folder, its index is built meanwhile."""
    found: dict[int, list[float]] = {}
    with tempfile.TemporaryDirectory() as place:
        environment = {f"XDG_{kind}_HOME": place for kind in ("CONFIG", "CACHE", "STATE")}
        probe = await Probe.start(command=command, env=environment)
        folders = [{"uri": folder.as_uri(), "name": "w"}] if folder else None
        await probe.initialize(workspaceFolders=folders)
        for size in SIZES:
            typist = Typist(probe, size, size)
            await typist.run()
            found[size] = typist.times
        await probe.close()
    return found


def all_of(times: dict[int, list[float]]) -> list[float]:
    """The times of all sizes."""
    return list(chain.from_iterable(times.values()))


async def main(folder: Path) -> None:
    """Print all."""
    bare = await measure(BARE, None)
    quiet = await measure(OURS, None)
    building = await measure(OURS, folder)
    print("inlineCompletion, request to answer, ms")
    for size in SIZES:
        print(f"  {size:5,} lines  bare pygls        {spread(bare[size])}")
        print(f"  {size:5,} lines  foretype          {spread(quiet[size])}")
        print(f"  {size:5,} lines  while indexing    {spread(building[size])}")
    ratio = statistics.median(all_of(quiet)) / statistics.median(all_of(bare))
    print(f"  median beside bare pygls answering nothing: {ratio:.1f} times")
    for name, times in (("quiet", all_of(quiet)), ("while indexing", all_of(building))):
        p50, p99 = statistics.median(times), quantile(times, 0.99)
        met = p50 <= BAR_P50 and p99 <= BAR_P99
        print(f"  bar, {name}: p50 at most 5, p99 at most 15: {'met' if met else 'NOT MET'} ({p50:.2f}, {p99:.2f})")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.__file__)).resolve()))
