"""Measure the embedded engine on lines that later commits really added.

    python -m benchmarks.embedded REPOSITORY...          what the engine offers, and what it costs
    python -m benchmarks.embedded --freeze NAME REPOSITORY    choose the positions of one more repository

A repository is the path of a local clone with its history.  Positions are frozen in `positions/`; for another
repository they are chosen on the spot.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from foretype.embedded import SHOWN, VERY_CONFIDENT

from . import positions
from .git import Repository
from .measure import Answer, answers, build
from .memory import private_bytes_per_token
from .report import baseline_at_same_share, bins, shown_row, tally

DEVELOPMENT = frozenset(
    [
        "aio-libs/aiohttp",
        "caddyserver/caddy",
        "colinhacks/zod",
        "expressjs/express",
        "gin-gonic/gin",
        "microsoft/pyright",
        "pallets/flask",
        "psf/requests",
        "pydantic/pydantic",
        "python-lsp/python-lsp-server",
        "scrapy/scrapy",
        "tokio-rs/axum",
        "urfave/cli",
        "vuejs/core",
    ]
)
"""The repositories that the engine was tuned on."""

_HEAD = f"{'':44} {'cursors':>6} {'exact':>7} {'shown':>7} {'precision':>9} {'saved':>7} {'ms':>8} {'p99':>7}"


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path, metavar="REPOSITORY")
    parser.add_argument("--freeze", metavar="NAME", help="choose and save positions, measure nothing")
    parser.add_argument("--lines", type=int, default=400, help="lines for each repository that is not frozen")
    options = parser.parse_args()
    if options.freeze:
        for path in options.repositories:
            print(positions.save(positions.choose(Repository(path), options.freeze, options.lines)))
        return
    measure(options.repositories, options.lines)


def measure(paths: list[Path], lines: int) -> None:
    """Measure each repository, then all those together that the engine was not tuned on."""
    unseen: list[Answer] = []
    print(f"Shown from a confidence of {SHOWN}.  Times are CPU ms a query.\n\n{_HEAD}")
    for path in paths:
        repository = Repository(path)
        sample = positions.load(repository) or positions.choose(repository, path.name, lines)
        built = build(repository, sample.index)
        found = list(answers(repository, sample, built.segments))
        repository.close()
        tuned = sample.name in DEVELOPMENT
        _print(sample.name + (" (tuned on)" if tuned else ""), found)
        memory = private_bytes_per_token(built.segments)
        print(
            f"    index: {built.tokens:,} tokens, {built.cpu_s / built.tokens * 1e6:.2f} CPU s a million,"
            f" {built.size / built.tokens:.1f} bytes a token on disk, {memory:.1f} of private memory"
        )
        unseen += [] if tuned else found
    if unseen:
        print()
        _print("all not tuned on", unseen)
        print("\nconfidence  answers  mean conf.  right\n" + "\n".join(bins(unseen)))


def _print(name: str, found: list[Answer]) -> None:
    engine = tally(found)
    print(shown_row(name, engine))
    for start, part in ((True, "  at the line's start"), (False, "  after a third of the line")):
        print(shown_row(part, tally([answer for answer in found if answer.line_start is start])))
    print(shown_row(f"  very confident (from {VERY_CONFIDENT})", tally(found, VERY_CONFIDENT)))
    base = baseline_at_same_share(found, engine.shown)
    print(shown_row("  baseline: copy from the longest match", base))
    print(
        f"    engine / baseline: exact {engine.exact / max(base.exact, 1e-9):.2f}, precision"
        f" {engine.precision / max(base.precision, 1e-9):.2f}, saved {engine.saved / max(base.saved, 1e-9):.2f}"
    )


if __name__ == "__main__":
    main()
