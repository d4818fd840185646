"""Measure the workspace index on folders or local git repositories.

    python -m benchmarks.index FOLDER_OR_REPOSITORY...

A repository (a clone, bare or not) is measured as the tree of its HEAD, unpacked into a temporary folder. Times
depend on the machine and on what else it does, so each stands beside a plain reading of the same files.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .baseline import Reading, git_grep, read_all
from .lag import Lag, idle_lag
from .measure import Measured, measure
from .searching import WORDS

MEGA = 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path, metavar="FOLDER_OR_REPOSITORY")
    parser.add_argument("--edits", type=int, default=25, help="files edited, one after another")
    options = parser.parse_args()
    quiet = asyncio.run(idle_lag())
    for path in options.paths:
        with unpacked(path) as folder, tempfile.TemporaryDirectory() as cache:
            measured = asyncio.run(measure(folder, Path(cache), options.edits))
            show(path, measured, read_all(folder), git_grep(folder), quiet)


@contextlib.contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """A copy of the files that may be edited: of HEAD if `path` is a repository, of the folder itself otherwise."""
    with tempfile.TemporaryDirectory() as place:
        into = Path(place) / "work"
        into.mkdir()
        bare = (path / "HEAD").is_file() and (path / "objects").is_dir()
        if bare or (path / ".git").exists():
            archive = Path(place) / "tree.tar"
            subprocess.run(["git", "-C", path, "archive", "-o", archive, "HEAD"], check=True)
            subprocess.run(["tar", "x", "-f", archive, "-C", into], check=True)
        else:
            subprocess.run(["cp", "-R", f"{path}/.", into], check=True)
        yield into


def show(path: Path, found: Measured, plain: Reading, grep: Reading | None, quiet: Lag) -> None:
    first, again = found.first, found.again
    tokens = max(1, first.tokens)
    edits = sorted(found.edits)
    lag = found.lag
    rows = {
        "first build": f"{first.seconds:.2f} s wall, {first.files / first.seconds * 60:,.0f} files a minute,"
        f" first results after {first.first_results:.2f} s",
        "worker": f"{first.cpu_seconds:.2f} s CPU, {first.cpu_seconds / tokens * MEGA:.2f} s a million tokens,"
        f" at most {first.peak_bytes / MEGA:.0f} MB, {found.worker_rests / MEGA:.0f} MB when done",
        "beside reading": f"{first.cpu_seconds / plain.cpu_seconds:.1f} x the CPU of reading the same files",
        "beside git grep": "-"
        if grep is None
        else f"{first.cpu_seconds / grep.cpu_seconds:.1f} x the CPU of one search for a word",
        "on disk": f"{first.size / tokens:.1f} bytes a token, {first.size / max(1, plain.size):.1f} x the text",
        "server's memory": f"{found.private_bytes / tokens:.2f} bytes a token of its own"
        f" ({found.private_bytes / MEGA:.1f} MB), {found.resident_bytes / MEGA:.1f} MB resident with the mapped"
        f" pages, after {found.queries} queries",
        "second start": f"{again.all_seconds:.2f} s wall, {again.all_cpu_seconds:.2f} s CPU:"
        f" {again.all_cpu_seconds / first.all_cpu_seconds:.2f} x the first build",
        "one edited file": f"visible after {edits[len(edits) // 2] * 1e3:.0f} ms (median),"
        f" {edits[-1] * 1e3:.0f} ms at most of {len(edits)}",
        "event loop": f"busy for {lag.busiest * 1e3:.1f} ms CPU at one go at most; late by {lag.p99 * 1e3:.1f} ms"
        f" (p99), {lag.worst * 1e3:.1f} at most while building, with no index by {quiet.p99 * 1e3:.1f}"
        f" and {quiet.worst * 1e3:.1f}",
    }
    print(f"\n{path}: {first.files:,} files, {first.tokens:,} tokens, {first.segments} segments")
    for name, text in (rows | searching(found)).items():
        print(f"  {name:17}{text}")


def searching(found: Measured) -> dict[str, str]:
    """What is said of the search database; all times are of the same thread's clock."""
    first, searches = found.first, found.searches
    visible, wall, grep = sorted(searches.visible), searches.wall, sorted(searches.grep)
    seconds, cpu = first.all_seconds, first.all_cpu_seconds - first.cpu_seconds
    return {
        "search: build": f"{seconds:.2f} s wall for all, {searches.files / seconds * 60:,.0f} files a minute;"
        f" {cpu:.2f} s CPU beside the engine's {first.cpu_seconds:.2f}, at most {first.all_peak_bytes / MEGA:.0f} MB",
        "search: on disk": f"{searches.files:,} files, {searches.chunks:,} chunks, {searches.symbols:,} symbols,"
        f" {searches.size / MEGA:.1f} MB",
        "search: an edit": f"found after {_middle(visible) * 1e3:.0f} ms (median), {visible[-1] * 1e3:.0f} at most of"
        f" {len(visible)}; all built anew {seconds / max(1e-9, _middle(visible)):,.0f} x that",
        "search: query": f"{WORDS} weighted words: {_middle(wall) * 1e3:.1f} ms (median), {_late(wall) * 1e3:.1f}"
        f" (p95), CPU {_middle(searches.cpu) * 1e3:.1f} and {_late(searches.cpu) * 1e3:.1f}; definitions of them"
        f" {_middle(searches.definitions) * 1e3:.1f} and {_late(searches.definitions) * 1e3:.1f}",
        "search: git grep": f"{_middle(grep) * 1e3:.0f} ms for the lines with these words, unranked"
        f" ({_middle(grep) / _middle(wall):.1f} x)"
        if grep
        else "-",
        "search: loop": f"late by {searches.lag.p99 * 1e3:.1f} ms (p99), {searches.lag.worst * 1e3:.1f} at most while a"
        f" thread searches without a pause",
    }


def _middle(values: list[float]) -> float:
    return values[len(values) // 2]


def _late(values: list[float]) -> float:
    return values[len(values) * 95 // 100]


if __name__ == "__main__":
    main()
