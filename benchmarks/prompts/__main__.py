"""Prompts while somebody types: how much of each repeats the one before, how full it is, and what writing it takes.

    python -m benchmarks.prompts FOLDER_OR_REPOSITORY [--tokens 2048] [--keys 200]

The folder (or the tree of a repository's HEAD) is indexed, its largest source file opened, and keys are typed in its
middle while candidates are gathered as in the server. Beside Foretype's prompts stand those that keep nothing from one
to the next, and the same with the snippets shuffled.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
from pathlib import Path

from benchmarks.index.__main__ import unpacked
from foretype.lsp.workspaces import Plan, Workspaces
from foretype.models import families
from foretype.models.registry import Choice

from .naive import shuffled, sliding
from .session import Session, large_file, typing

WAYS = {
    "Qwen Coder": Choice("fim", families.QWEN, ""),
    "StarCoder": Choice("fim", families.STARCODER, ""),
    "Code Llama (comments)": Choice("fim", families.CODE_LLAMA, ""),
    "chat": Choice("chat", None, ""),
    "Codestral (suffix first)": Choice("fim", families.CODESTRAL, ""),
    "Mellum (suffix first)": Choice("fim", families.MELLUM, ""),
}
BASELINES = {"nothing kept": sliding, "shuffled": shuffled}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, metavar="FOLDER_OR_REPOSITORY")
    parser.add_argument("--tokens", type=int, default=2048)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--only", default="", help="part of the name of the way of asking")
    options = parser.parse_args()
    with unpacked(options.path) as folder, tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        asyncio.run(_all(folder, options))


async def _all(folder: Path, options: argparse.Namespace) -> None:
    workspaces = Workspaces()
    workspaces.add([folder.as_uri()])
    await workspaces.apply(Plan(True, ()))
    (index,) = workspaces.indexes
    status = await index.settled()
    path = large_file(folder)
    print(f"{status.files:,} files indexed; {options.keys} keys in the middle of {path.relative_to(folder)}")
    print(f"({path.stat().st_size / 1000:.0f} kB); prompts of {options.tokens:,} tokens at most")
    for name, choice in WAYS.items():
        if options.only in name:
            show(name, await typing(workspaces, path, choice, (options.tokens, options.keys), BASELINES))
    await workspaces.close()


def show(name: str, found: Session) -> None:
    print(f"\n{name}")
    for baseline, shares in found.heads.items():
        ordered = sorted(shares)
        print(
            f"  repeats the prompt before, {baseline + ':':14}{statistics.median(shares):6.1%} in the median,"
            f" {statistics.fmean(shares):6.1%} in the mean, {ordered[len(ordered) // 10]:6.1%} at 1 key of 10"
        )
    print(f"  full: {statistics.fmean(found.used):.1%} in the mean, {min(found.used):.1%} at least")
    print(f"  snippets: {statistics.fmean(found.snippets):.1f} of {statistics.fmean(found.offered):.0f} offered")
    for what, times in (("wall", sorted(found.wall)), ("CPU", sorted(found.cpu))):
        print(
            f"  written on the event loop in {times[len(times) // 2]:.1f} ms {what} (p50),"
            f" {times[len(times) * 95 // 100]:.1f} (p95), {times[-1]:.1f} at most"
        )
    print(f"  event loop: busy for {found.lag.busiest * 1e3:.1f} ms CPU at one go at most (this benchmark included)")


if __name__ == "__main__":
    main()
