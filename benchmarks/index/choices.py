"""How the search's constants were chosen: what searches find under others.

    python -m benchmarks.index.choices FOLDER_OR_REPOSITORY

At random lines of code the 30 names nearest to the line are searched for, the line itself not. Counted are the names
of the line that stand nowhere else in its file, and how many of them the chunks found first bring, 7,000 characters of
them (about 2,000 tokens). The line's own file is left out of the answers.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import foretype.repository.search.chunks as chunks_module
import foretype.repository.search.reader as reader_module
from foretype.repository.options import IndexOptions
from foretype.repository.read import read_source
from foretype.repository.search.reader import SearchReader
from foretype.repository.search.writer import SearchWriter
from foretype.repository.walk import Walker

from .__main__ import unpacked

_NAME = re.compile(r"[^\W\d]\w{2,}")
_SUFFIXES = (".py", ".js", ".ts", ".go", ".rs", ".java", ".rb")
_CHARACTERS = 7_000


@dataclass(frozen=True, slots=True)
class Place:
    """A line: its file, the weighted names around it, and those of its names that other files must bring."""

    path: str
    around: dict[str, float]
    missing: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, metavar="FOLDER_OR_REPOSITORY")
    parser.add_argument("--places", type=int, default=400)
    options = parser.parse_args()
    with unpacked(options.path) as folder:
        texts = read(folder)
        places = choose(texts, options.places)
        print(f"{len(texts):,} files, {len(places)} places with {sum(len(p.missing) for p in places)} names to find")
        usual = chunks_module.TARGET, chunks_module.LONGEST
        for sizes in ((10, 30), (20, 40), usual, (60, 80)):
            chunks_module.TARGET, chunks_module.LONGEST = sizes  # type: ignore[misc]
            with tempfile.TemporaryDirectory() as place:
                write(texts, Path(place))
                show(f"chunks of {sizes[0]} lines, {sizes[1]} at most", places, Path(place))
                if sizes == usual:
                    budget = reader_module._MOST_ROWS
                    for rows in (3_000, 10_000, 40_000, 10**9):
                        reader_module._MOST_ROWS = rows  # type: ignore[misc]
                        show(f"  the same, {rows:,} rows ranked" if rows < 10**9 else "  all rows", places, Path(place))
                    reader_module._MOST_ROWS = budget  # type: ignore[misc]


def read(folder: Path) -> dict[str, str]:
    options = IndexOptions()
    found = {
        each.path: read_source(folder / each.path, options.max_file_bytes) for each in Walker(folder, options).files()
    }
    return {path: reading.text for path, reading in found.items() if not reading.reason}


def choose(texts: dict[str, str], count: int) -> list[Place]:
    rng = random.Random(5)
    names = {path: Counter(_NAME.findall(text)) for path, text in texts.items()}
    files = Counter(name for found in names.values() for name in found)
    paths = sorted(
        path for path in texts if path.endswith(_SUFFIXES) and "test" not in path and len(texts[path]) > 1_500
    )
    found: list[Place] = []
    for _ in range(count * 500 if paths else 0):
        path = rng.choice(paths)
        lines = texts[path].split("\n")
        at = rng.randrange(len(lines))
        here = Counter(_NAME.findall(lines[at]))
        missing = tuple(name for name in here if names[path][name] == here[name] and files[name] > 1)
        if missing and not lines[at].lstrip().startswith(("#", "//", "*", "import", "from", "use ")):
            found.append(Place(path, around(lines, at), missing))
        if len(found) == count:
            break
    return found


def around(lines: list[str], at: int) -> dict[str, float]:
    weights: dict[str, float] = {}
    for number in range(max(0, at - 20), min(len(lines), at + 20)):
        for name in _NAME.findall(lines[number]) if number != at else ():
            weights[name] = max(weights.get(name, 0.0), 1 / (1 + abs(number - at) / 10))
    return dict(sorted(weights.items(), key=lambda item: -item[1])[:30])


def write(texts: dict[str, str], folder: Path) -> None:
    writer = SearchWriter(folder)
    writer.open()
    for path, text in texts.items():
        writer.put(path, path, text)
    writer.commit()
    writer.close()


def show(name: str, places: list[Place], folder: Path) -> None:
    reader, seconds, hits = SearchReader(folder), [], 0
    for place in places:
        began = time.thread_time()
        found = reader.search(place.around, 30, {place.path})
        seconds.append(time.thread_time() - began)
        room, seen = _CHARACTERS, set()
        for chunk in found:
            room -= len(chunk.text)
            if room < 0:
                break
            seen.update(_NAME.findall(chunk.text))
        hits += sum(each in seen for each in place.missing)
    reader.close()
    total = sum(len(place.missing) for place in places)
    seconds.sort()
    milliseconds = (
        f"{seconds[len(seconds) // 2] * 1e3:.1f} ms CPU (median), {seconds[len(seconds) * 95 // 100] * 1e3:.1f}"
    )
    print(f"{name:34} {hits / max(1, total):.3f} found, {milliseconds} (p95)", flush=True)


if __name__ == "__main__":
    main()
