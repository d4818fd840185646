"""Type real text through the real server, and count what the person got and what it cost.

    python -m benchmarks.typing [REPOSITORY...]           both profiles, about two and a half minutes each
    python -m benchmarks.typing --profile fast --keys 200     quicker
    python -m benchmarks.typing --large                       into a document of 50,000 lines
    python -m benchmarks.typing --editor neovim               asks after a pause of 200 ms, cancels nothing
    python -m benchmarks.typing --policy debounce             the naive policy alone
    python -m benchmarks.typing --freeze NAME REPOSITORY      choose the text of one more repository

A repository is the path of a local clone with its history, by default the one of this project. What is typed are lines
that commits added (`positions.py`), by a simulated person (`person.py`, `tempo.py`) in a simulated editor
(`editor.py`); the model is a stub that knows the true text and has a clock (`model.py`). The server is the real one,
over its standard input and output. The naive policy types the same beside it, on a stub of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.door.measure import stdlib_lines
from benchmarks.embedded.git import Repository

from . import positions, report, trace
from .figures import figures_of, spread
from .log import Log
from .model import FAST, HOSTED, Pace
from .page import Page
from .person import ACCEPTS
from .session import Plan, play, write_workspace

LARGE = 50_000
PROFILES = {pace.name: pace for pace in (FAST, HOSTED)}
OWN = Path(__file__).resolve().parents[2]


def main() -> None:
    """Read the command line and measure."""
    options = _arguments()
    if options.freeze:
        for path in options.repositories:
            print(positions.save(positions.choose(Repository(path), options.freeze)))
        return
    load = os.getloadavg()[0]
    quiet = "" if load < 0.5 * (os.cpu_count() or 1) else "  (not quiet: times and processor time are upper bounds)"
    print(f"load of the machine: {load:.1f} on {os.cpu_count()} processors{quiet}\n{report.PEERS}\n")
    missed: list[str] = []
    for profile in ("fast", "hosted") if options.profile == "both" else (options.profile,):
        missed += [f"{profile}: {name}" for name in asyncio.run(_profile(PROFILES[profile], options))]
    print("bars not met: " + ("; ".join(missed) or "none"))
    raise SystemExit(1 if missed else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="*", type=Path, default=[OWN], metavar="REPOSITORY")
    parser.add_argument("--profile", choices=[*PROFILES, "both"], default="both")
    parser.add_argument("--keys", type=int, default=1200, help="keys for each profile, over all sessions")
    parser.add_argument("--sessions", type=int, default=2, help="persons who type at the same time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--editor", choices=["vscode", "neovim"], default="vscode")
    parser.add_argument("--policy", choices=["both", "server", "debounce"], default="both")
    parser.add_argument(
        "--model",
        default="qwen2.5-coder",
        help="the configured name, which decides how it is asked; none: the engine alone",
    )
    parser.add_argument("--accepts", type=float, default=ACCEPTS, help="share of lines with a suggestion taken")
    parser.add_argument("--large", action="store_true", help=f"every document has {LARGE:,} lines")
    parser.add_argument("--verbose", action="store_true", help="show every damaging edit, popup and error")
    parser.add_argument("--trace", action="store_true", help="print the sessions key by key")
    parser.add_argument("--freeze", metavar="NAME", help="choose and save text, measure nothing")
    return parser.parse_args()


async def _profile(pace: Pace, options: argparse.Namespace) -> list[str]:
    """Measure one profile and print it; returns the names of the bars that were not kept."""
    plan = Plan(pace, max(1, options.keys // options.sessions), options.seed, options.editor, options.model)
    plan = replace(plan, accepts=options.accepts)
    with tempfile.TemporaryDirectory() as place:
        seats = [_seat(options, number, Path(place)) for number in range(options.sessions)]
        plans = [replace(plan, seed=options.seed * 1000 + number) for number in range(options.sessions)]
        games = []
        if options.policy != "debounce":
            games += [play(_pages(options, seat), one, seat.folder) for seat, one in zip(seats, plans, strict=True)]
        if options.policy != "server":
            games += [
                play(_pages(options, seat), one, seat.folder, naive=True)
                for seat, one in zip(seats, plans, strict=True)
            ]
        late: list[float] = []
        watch = asyncio.get_running_loop().create_task(_lateness(late))
        logs = await asyncio.gather(*games)
        watch.cancel()
    size = options.sessions if options.policy == "both" else len(logs)
    ours, naive = figures_of(logs[:size]), figures_of(logs[size:]) if logs[size:] else None
    where = f"{options.editor}, {options.model}" + (f", {LARGE:,} lines" if options.large else "")
    names = ", ".join(sorted({seat.sample.repository for seat in seats}))
    print(f"{names}; {where}; seed {options.seed}; takes {options.accepts:g}")
    timers = spread(late)
    print(f"timers of this process meanwhile: p50 {timers.p50:.1f}, p95 {timers.p95:.1f} ms late (the machine's share)")
    print("\n".join(report.table(pace.name, ours, naive)) + "\n", flush=True)
    if options.trace:
        print("\n".join(line for log in logs[:size] for line in trace.lines(log)))
    if options.verbose:
        _print_incidents(logs[:size])
    return report.unmet(pace.name, ours) if options.policy != "debounce" else []


async def _lateness(late: list[float]) -> None:
    """How late a timer is, again and again: what an unquiet machine adds to every time here."""
    clock = asyncio.get_running_loop().time
    while True:
        due = clock() + 0.05
        await asyncio.sleep(0.05)
        late.append(clock() - due)


class _Seat:
    """Where one person works: a repository, its workspace on disk, and which of its runs are typed."""

    def __init__(self, repository: Repository, sample: positions.Sample, folder: Path) -> None:
        self.repository, self.sample, self.folder = repository, sample, folder
        self.runs: Sequence[positions.Run] = sample.runs


def _seat(options: argparse.Namespace, number: int, place: Path) -> _Seat:
    paths = options.repositories
    repository = Repository(paths[number % len(paths)])
    sample = positions.load(repository) or positions.choose(repository, Path(paths[number % len(paths)]).name)
    seat = _Seat(repository, sample, place / f"{number}" / "workspace")
    write_workspace(repository, sample.index, seat.folder)
    runs = list(sample.runs)
    random.Random(f"{options.seed} {number} runs").shuffle(runs)
    seat.runs = runs
    return seat


def _pages(options: argparse.Namespace, seat: _Seat) -> list[Page]:
    """The documents, made anew: they are typed into. Of a file that comes twice only the first run is typed."""
    pages: dict[str, Page] = {}
    for run in seat.runs:
        page = positions.page_of(seat.repository, run, seat.folder)
        if "<|fim_" in page.text:
            continue  # a file about prompts: the stub cannot tell its marks from the prompt's own
        if options.large and page.language != "python":
            continue  # the rest of the document is Python, with another indentation than its own
        pages.setdefault(page.uri, _enlarged(page) if options.large else page)
    return list(pages.values())


def _enlarged(page: Page) -> Page:
    """The same place in the middle of a document of 50,000 lines; the rest is Python's standard library."""
    own = page.head.count("\n") + page.tail.count("\n")
    lines = stdlib_lines(LARGE - own)
    half = len(lines) // 2
    head, tail = "".join(lines[:half]) + page.head, page.tail.rstrip("\n") + "\n" + "".join(lines[half:])
    return Page(page.uri, page.language, head, page.target, tail)


def _print_incidents(logs: Sequence[Log]) -> None:
    for log in logs:
        for incident in (*log.damages, *log.popups, *log.errors):
            print("  " + incident)


if __name__ == "__main__":
    main()
