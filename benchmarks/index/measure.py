"""One folder: first build, queries, edits, second start, all as the server does them."""

from __future__ import annotations

import gc
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from foretype.embedded import OpenFile, Query, predictions
from foretype.repository.index import WorkspaceIndex
from foretype.repository.messages import Cost
from foretype.repository.snapshot import IndexStatus

from .lag import Lag, probe, summary
from .searching import Searches, measure_search

QUERIES = 200
SEARCHES = 200


@dataclass(frozen=True, slots=True)
class Build:
    """From the start of the worker until the embedded engine's part is complete. Seconds and bytes.

    The `all_` fields are until it has nothing left to do: the search database is complete, too.
    """

    files: int
    tokens: int
    segments: int
    size: int
    first_results: float
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    all_seconds: float
    all_cpu_seconds: float
    all_peak_bytes: int


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything about one folder. `private_bytes` and `resident_bytes` are growths of this process."""

    first: Build
    again: Build
    edits: list[float]
    private_bytes: int
    resident_bytes: int
    worker_rests: int
    queries: int
    lag: Lag
    searches: Searches


async def measure(folder: Path, cache: Path, edits: int) -> Measured:
    """Measure a folder that may be edited."""
    warm_up()
    gc.collect()
    before = memory()
    async with probe() as late:
        index, first = await build(folder, cache)
    queries = ask(index, folder)
    gc.collect()
    after = memory()
    rests = memory(index.worker_pid)[1]
    times = [await edit(index, folder, number) for number in range(edits)]
    searches = await measure_search(index, folder, SEARCHES, edits)
    await index.close()
    index, again = await build(folder, cache)
    await index.close()
    own, resident = after[0] - before[0], after[1] - before[1]
    return Measured(first, again, times, own, resident, rests, queries, summary(late), searches)


async def build(folder: Path, cache: Path) -> tuple[WorkspaceIndex, Build]:
    first_results = engine_seconds = 0.0
    engine_cost = Cost()
    began = time.perf_counter()

    def note() -> None:
        nonlocal first_results, engine_seconds, engine_cost
        if not first_results and index.snapshot().segments:
            first_results = time.perf_counter() - began
        if not engine_seconds and index.snapshot().complete and index.status.cost != Cost():
            engine_seconds, engine_cost = time.perf_counter() - began, index.status.cost

    index = WorkspaceIndex(folder, cache, on_change=note)
    await index.start()
    status: IndexStatus = await index.settled()
    seconds = time.perf_counter() - began
    cost = status.cost
    return index, Build(
        *(status.files, status.tokens, status.segments, status.size, first_results),
        *(engine_seconds, engine_cost.cpu_seconds, engine_cost.peak_bytes),
        *(seconds, cost.cpu_seconds, cost.peak_bytes),
    )


async def edit(index: WorkspaceIndex, folder: Path, number: int) -> float:
    """Seconds from the saving of one file until its new text is in the snapshot."""
    files = sorted({path for segment in index.snapshot().segments[:1] for path in segment.paths})
    path = folder / files[number * len(files) // 40 % len(files)]
    word = f"edited_number_{number}"
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{word} = {number}\n")
    began = time.perf_counter()
    index.file_changed(str(path))
    await index.settled()
    seconds = time.perf_counter() - began
    name = index.relative(str(path))
    snapshot = index.snapshot()
    homes = [
        segment
        for segment, hidden in zip(snapshot.segments, snapshot.hidden, strict=True)
        if name in segment.paths and name not in hidden
    ]
    texts = {home.text_of(line) for home in homes for line in range(len(home.index.bounds) - 1)}
    if len(homes) != 1 or f"{word} = {number}" not in texts:
        raise SystemExit(f"the edit of {name} is not in the index")
    return seconds


def ask(index: WorkspaceIndex, folder: Path) -> int:
    """Ask the engine at random places of random files, so that the mapped pages are really used."""
    rng = random.Random(1)
    snapshot = index.snapshot()
    paths = [path for segment in snapshot.segments for path in segment.paths]
    for _ in range(QUERIES if paths else 0):
        path = rng.choice(paths)
        lines = tuple((folder / path).read_text("utf-8", "replace").splitlines(keepends=True))
        line = rng.randrange(len(lines)) if lines else 0
        query = Query((lines,), line, len(lines[line]) // 2 if lines else 0, path, "python")
        predictions(query, OpenFile(), snapshot.segments, snapshot.hidden)
    return QUERIES if paths else 0


def warm_up() -> None:
    """Let the engine import and compile all that it needs, which is no memory of the index."""
    lines = ("value = other(1)\n",) * 40
    predictions(Query((lines,), 20, 5, None, "python"), OpenFile())


def memory(pid: int | None = None) -> tuple[int, int]:
    """(private, resident) bytes of a process on Linux; (0, 0) elsewhere."""
    if sys.platform != "linux":
        return 0, 0
    lines = Path(f"/proc/{pid or 'self'}/status").read_text("ascii", "replace").splitlines()
    fields = {line.partition(":")[0]: line.split()[1] for line in lines if line.startswith(("RssAnon", "VmRSS"))}
    return int(fields["RssAnon"]) * 1024, int(fields["VmRSS"]) * 1024
