"""`foretype index`: brings the index of a folder up to date, and says what is in it, what is not, and what it cost."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from foretype.cli.config import add_setting_arguments, print_problems, printable, resolve_arguments
from foretype.errors import ConfigurationError
from foretype.repository.index import WorkspaceIndex
from foretype.repository.options import IndexOptions
from foretype.repository.search.reader import SearchReader
from foretype.repository.search.values import Chunk, SearchCounts, Symbol
from foretype.repository.skip import REASONS
from foretype.repository.snapshot import IndexStatus
from foretype.settings.paths import cache_dir
from foretype.text.wording import counted

_MOST_FOUND: Final = 8
_SHOWN_LINES: Final = 3  # Of each chunk that a search finds.


@dataclasses.dataclass(frozen=True, slots=True)
class Search:
    """What a search found: definitions of the words, then chunks, and the seconds that it took."""

    symbols: list[Symbol]
    chunks: list[Chunk]
    seconds: float


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """What came of it: the folder, where its index lies, and the seconds of wall time that it took."""

    workspace: Path
    folder: str
    seconds: float
    status: IndexStatus
    counts: SearchCounts
    search: Search | None


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `index`."""
    parser = subparsers.add_parser(
        "index",
        help="build and show the index of a folder",
        description="Brings the index of a workspace folder up to date, as the server does by itself, and shows it.",
        epilog="Exits with 0, with 1 if the index could not be built, 2 on bad usage.",
    )
    parser.add_argument("path", metavar="FOLDER", type=Path, nargs="?", help="default: this folder")
    parser.add_argument("--rebuild", action="store_true", help="build all of it anew")
    parser.add_argument(
        "--search",
        metavar="WORD",
        nargs="+",
        help="then search it, as suggestions do, and show what is found; FOLDER, if any, stands before",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_setting_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Build and print; 1 where the index could not be built, 2 where FOLDER is no folder."""
    path = _folder(args)
    if not path.is_dir():
        print(f"foretype index: {printable(str(path))} is not a folder.", file=sys.stderr)
        return 2
    workspace = path.resolve()
    resolved = resolve_arguments(args, workspace)
    print_problems("index", resolved)
    try:
        report = asyncio.run(_build(workspace, cache_dir(), IndexOptions(exclude=resolved.settings.exclude), args))
    except ConfigurationError as error:
        print(f"foretype index: {printable(str(error))}", file=sys.stderr)
        return 1
    lines = json.dumps(_values(report), indent=2).splitlines() if args.json else _text(report)
    for line in lines:
        print(printable(line))
    return 1 if report.status.error else 0


def _folder(args: argparse.Namespace) -> Path:
    """The folder that is meant; one behind the words of `--search` is told from a word by its separator or dots."""
    words = args.search or []
    if args.path is not None or len(words) < 2:
        return args.path or Path()
    looks_so = words[-1] in (".", "..") or any(sign in words[-1] for sign in (os.sep, os.altsep) if sign)
    return Path(words.pop()) if looks_so and Path(words[-1]).is_dir() else Path()


async def _build(workspace: Path, cache: Path, options: IndexOptions, args: argparse.Namespace) -> Report:
    began = time.monotonic()
    progress = _Progress()
    index = WorkspaceIndex(workspace, cache, options, lambda: progress.show(index.status))
    try:
        await index.start(rebuild=args.rebuild)
        status = await index.settled()
        seconds = time.monotonic() - began
        progress.clear()
        search = _search(index.search, " ".join(args.search).split()) if args.search else None
        return Report(workspace, index.folder, seconds, status, index.search.counts(), search)
    finally:
        await index.close()
        progress.clear()


def _search(reader: SearchReader, words: list[str]) -> Search:
    began = time.perf_counter()
    symbols = reader.definitions(words, _MOST_FOUND)
    chunks = reader.search(dict.fromkeys(words, 1.0), _MOST_FOUND)
    return Search(symbols, chunks, time.perf_counter() - began)


class _Progress:
    """One line on a terminal that is written over; nothing where standard error is not a terminal."""

    def __init__(self) -> None:
        self._shown = 0

    def show(self, status: IndexStatus) -> None:
        text = f"{counted(status.looked_at, 'file')} looked at, {counted(status.tokens, 'token')} indexed"
        if status.search_waiting:
            text += f", {counted(status.search_waiting, 'file')} to be made searchable"
        if sys.stderr.isatty() and status.building:
            sys.stderr.write(f"\r{text:{self._shown}}")
            sys.stderr.flush()
            self._shown = len(text)

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write(f"\r{'':{self._shown}}\r")
            sys.stderr.flush()
            self._shown = 0


def _text(report: Report) -> Iterator[str]:
    status = report.status
    yield f"Workspace:   {report.workspace}"
    yield f"Index:       {report.folder or '-'}"
    yield f"Indexed:     {counted(status.files, 'file')}, {counted(status.tokens, 'token')}"
    yield f"On disk:     {status.size / 1e6:.1f} MB in {counted(status.segments, 'segment')}"
    counts = report.counts
    found = ", ".join(counted(*each) for each in _searchable(counts))
    yield f"Searchable:  {found}, {counts.size / 1e6:.1f} MB"
    yield f"Time:        {report.seconds:.1f} s, of which {status.cost.cpu_seconds:.1f} s CPU in the worker"
    if status.cost.peak_bytes:
        yield f"Memory:      {status.cost.peak_bytes / 1e6:.0f} MB at most in the worker"
    if status.skipped:
        yield "Left out:"
    for reason, count in sorted(status.skipped.items(), key=lambda item: -item[1]):
        yield f"  {count:9,}  {REASONS.get(reason, reason)}"
    if status.truncated:
        yield "The folder is larger than what is indexed at most; the deepest files are missing."
    if not status.builder:
        yield "An editor has this folder open; its server keeps the index, and this is its state."
    for error in filter(None, (status.error, status.search_error)):
        yield f"error: {error}"
    if report.search is not None:
        yield from _found(report.search)


def _searchable(counts: SearchCounts) -> tuple[tuple[int, str], ...]:
    return (counts.files, "file"), (counts.chunks, "chunk"), (counts.symbols, "symbol")


def _found(search: Search) -> Iterator[str]:
    yield ""
    yield f"Found in {search.seconds * 1e3:.0f} ms:"
    for symbol in search.symbols:
        inside = f" in {symbol.container}" if symbol.container else ""
        yield f"  {symbol.path}:{symbol.start + 1}  {symbol.kind} {symbol.name}{inside}"
    for chunk in search.chunks:
        yield f"  {chunk.path}:{chunk.start + 1}-{chunk.end}  ({chunk.score:.1f})"
        lines = [line for line in chunk.text.split("\n") if line.strip()]
        for line in lines[:_SHOWN_LINES]:
            yield f"      {line[:100]}"
    if not search.symbols and not search.chunks:
        yield "  nothing"


def _values(report: Report) -> dict[str, Any]:
    status = report.status
    return {
        "workspace": str(report.workspace),
        "index": report.folder,
        "files": status.files,
        "tokens": status.tokens,
        "bytes": status.size,
        "segments": status.segments,
        "complete": status.complete,
        "truncated": status.truncated,
        "builder": status.builder,
        "skipped": dict(status.skipped),
        "seconds": round(report.seconds, 3),
        "worker_cpu_seconds": status.cost.cpu_seconds,
        "worker_peak_bytes": status.cost.peak_bytes,
        "error": status.error,
        "search": {
            "files": report.counts.files,
            "chunks": report.counts.chunks,
            "symbols": report.counts.symbols,
            "bytes": report.counts.size,
            "error": status.search_error,
        },
        **({} if report.search is None else {"found": dataclasses.asdict(report.search)}),
    }
