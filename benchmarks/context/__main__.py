"""Measure what prompts hold of what the next line needs, on lines that commits really added.

    python -m benchmarks.context CLONE...                   all methods, side by side
    python -m benchmarks.context --without CLONE...         ours, and ours without each collector
    python -m benchmarks.context --freeze NAME CLONE        choose the positions of one more repository

A clone is the path of a local clone (bare or not) with its history. IR is the share of the true line's identifiers
(three characters or more, no keywords) that stand in the prompt, at lines drawn at random; XR the share of those that
stand in other files only, at lines that have such. Prompts are counted exactly by cl100k_base.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from foretype.context.collecting import COLLECTORS

from . import positions
from .git import Clone
from .measure import Method, Scores, measure
from .methods import cody, continue_dev, llama_vim, ours, plain, tabby, zed
from .positions import Sample
from .report import added, gain, table

BUDGETS = (1_024, 2_048, 4_096, 8_192)

METHODS: Mapping[str, Method] = {
    "prefix": plain.prefix_only,
    "prefix and suffix": plain.prefix_and_suffix,
    "like Tabby": tabby.tabby,
    "like Continue": continue_dev.continue_dev,
    "like Cody": cody.cody,
    "like llama.vim": llama_vim.llama_vim,
    "BM25, like Zed": zed.bm25,
    "Foretype": ours.ours,
}

TUNED_ON = frozenset(
    [
        "aio-libs/aiohttp",
        "caddyserver/caddy",
        "colinhacks/zod",
        "gin-gonic/gin",
        "junit-team/junit4",
        "pallets/flask",
        "scrapy/scrapy",
        "tokio-rs/axum",
    ]
)
"""Repositories on which the judgement of names was learned and everything was tried. The others are blind."""


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", nargs="+", type=Path, metavar="CLONE")
    parser.add_argument("--freeze", metavar="NAME", help="choose and save positions, measure nothing")
    parser.add_argument("--without", action="store_true", help="leave out one collector at a time")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take every Nth position")
    parser.add_argument("--any", type=int, default=40, help="lines at random, for --freeze")
    parser.add_argument("--cross", type=int, default=60, help="lines that need another file, for --freeze")
    options = parser.parse_args()
    if options.freeze:
        chosen = positions.choose(Clone(options.clones[0]), options.freeze, (options.any, options.cross))
        print(positions.save(chosen))
        return
    if options.without:
        methods: dict[str, Method] = {"Foretype": ours.ours}
        methods |= {f"without {one.__name__}": ours.without(one.__name__) for one in COLLECTORS}
        run(options.clones, methods, (2_048,), options.every)
    else:
        run(options.clones, METHODS, BUDGETS, options.every)


def run(clones: list[Path], methods: Mapping[str, Method], budgets: tuple[int, ...], every: int = 1) -> None:
    """Measure each repository, then all blind ones together."""
    blind: list[Scores] = []
    tuned: list[Scores] = []
    for path in clones:
        clone = Clone(path)
        sample = positions.load(clone)
        if sample is None:
            print(f"{path}: no frozen positions")
            continue
        scores = measure(clone, Sample(sample.name, sample.positions[::every]), methods, budgets)
        known = sample.name in TUNED_ON
        (tuned if known else blind).append(scores)
        counts = f"{_count(scores.ir)} lines for IR, {_count(scores.xr)} for XR"
        print(f"\n{sample.name}{' (tuned on)' if known else ''}: {counts}", flush=True)
        print(table([scores], list(methods), budgets), flush=True)
        clone.close()
    for label, found in (("tuned on", tuned), ("blind", blind)):
        if found:
            lines = (
                f"{sum(_count(one.ir) for one in found)} lines for IR, {sum(_count(one.xr) for one in found)} for XR"
            )
            print(f"\nAll {len(found)} {label}, {lines}; [95 % interval by repository]")
            print(table(found, list(methods), budgets))
            others = [name for name in methods if name != "Foretype"]
            if len(budgets) == 1:
                print(added(found, "Foretype", others, budgets[0]), flush=True)
            else:
                print(gain(found, "Foretype", others, budgets), flush=True)


def _count(found: Mapping[tuple[str, int], list[float]]) -> int:
    return len(next(iter(found.values()), []))


if __name__ == "__main__":
    main()
