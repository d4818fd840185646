"""Searches in a workspace's database as prompts ask for them, and the same words looked for without any index."""

from __future__ import annotations

import asyncio
import random
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from foretype.repository.index import WorkspaceIndex
from foretype.repository.search.reader import SearchReader

from .lag import Lag, probe, summary

WORDS = 30
_AROUND = 20  # Lines above and below a place, whose names are asked for.
_NAME = re.compile(r"[^\W\d]\w{2,}")


@dataclass(frozen=True, slots=True)
class Searches:
    """Seconds of each search (wall and CPU of its thread), of each definition look-up, and of one scan by git grep.

    `lag` is the event loop's while a thread searches without a pause; `visible` are the seconds from the saving of a
    file until a search finds what is new in it.
    """

    wall: list[float]
    cpu: list[float]
    definitions: list[float]
    grep: list[float]
    visible: list[float]
    lag: Lag
    files: int
    chunks: int
    symbols: int
    size: int


async def measure_search(index: WorkspaceIndex, folder: Path, count: int, edits: int) -> Searches:
    """Measure an index that is complete, on a folder that may be edited."""
    questions = list(_questions(folder, count))
    async with probe() as late:
        wall, cpu, definitions = await asyncio.to_thread(_ask, index.search, questions)
    grep = [_grep(folder, words) for words, _ in questions[:5]]
    visible = [await _edit(index, folder, path, number) for number, (_, path) in enumerate(questions[:edits])]
    counts = index.search.counts()
    lag = summary(late)
    return Searches(
        *(wall, cpu, definitions, [seconds for seconds in grep if seconds is not None], visible, lag),
        *(counts.files, counts.chunks, counts.symbols, counts.size),
    )


def _questions(folder: Path, count: int) -> list[tuple[dict[str, float], str]]:
    # The names around random lines, nearer ones heavier; the file itself is left out of the answer.
    rng, suffixes = random.Random(2), {".py", ".js", ".ts", ".go", ".rs", ".java", ".rb", ".c", ".cpp"}
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in suffixes and path.stat().st_size > 1_000]
    found: list[tuple[dict[str, float], str]] = []
    while paths and len(found) < count:
        path = rng.choice(paths)
        lines = path.read_text("utf-8", "replace").split("\n")
        line = rng.randrange(len(lines))
        weights: dict[str, float] = {}
        for number in range(max(0, line - _AROUND), min(len(lines), line + _AROUND)):
            for name in _NAME.findall(lines[number]):
                weights[name] = max(weights.get(name, 0.0), 1 / (1 + abs(number - line) / 10))
        heaviest = sorted(weights.items(), key=lambda item: -item[1])[:WORDS]
        if len(heaviest) == WORDS:
            found.append((dict(heaviest), path.relative_to(folder).as_posix()))
    return found


def _ask(
    reader: SearchReader, questions: list[tuple[dict[str, float], str]]
) -> tuple[list[float], list[float], list[float]]:
    wall, cpu, definitions = [], [], []
    for words, path in questions:
        began, used = time.perf_counter(), time.thread_time()
        reader.search(words, 24, {path})
        wall.append(time.perf_counter() - began)
        cpu.append(time.thread_time() - used)
        began = time.perf_counter()
        reader.definitions(list(words), 40)
        definitions.append(time.perf_counter() - began)
    return sorted(wall), sorted(cpu), sorted(definitions)


def _grep(folder: Path, words: dict[str, float]) -> float | None:
    # Finding the lines is less than ranking the chunks that they are in, and takes a core of its own.
    patterns = [argument for word in words for argument in ("-e", word)]
    command = ["git", "grep", "--no-index", "--exclude-standard", "-I", "-c", "-w", "-F", *patterns]
    began = time.perf_counter()
    try:
        subprocess.run(command, cwd=folder, check=False, capture_output=True)
    except FileNotFoundError:
        return None
    return time.perf_counter() - began


async def _edit(index: WorkspaceIndex, folder: Path, name: str, number: int) -> float:
    word = "zqedit" + "".join(chr(97 + int(digit)) for digit in str(number))  # One word, of no parts.
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(f"\n{word} = {number}\n")
    began = time.perf_counter()
    index.file_changed(str(folder / name))
    while not await asyncio.to_thread(index.search.search, {word: 9.0}, 1) and time.perf_counter() - began < 60:
        await asyncio.sleep(0.005)
    seconds = time.perf_counter() - began
    found = await asyncio.to_thread(index.search.search, {word: 9.0}, 1)
    if not found or word not in found[0].text:
        raise SystemExit(f"the edit of {name} cannot be found")
    await index.settled()
    return seconds
