"""Tables: means over repositories, with intervals from drawing whole repositories again and again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import fmean
from typing import Literal

from .measure import Scores

_DRAWS = 2_000


def table(scores: Sequence[Scores], methods: Sequence[str], budgets: Sequence[int]) -> str:
    """One row for each method: IR and XR at each budget, the mean of the repositories' means."""
    head = f"{'':24}" + "".join(f"{f'IR@{budget}':>9}" for budget in budgets)
    rows = [head + "  " + "".join(f"{f'XR@{budget}':>18}" for budget in budgets)]
    for method in methods:
        ir = "".join(f"{fmean(means(scores, method, budget, 'ir')):9.3f}" for budget in budgets)
        xr = "".join(f"{with_interval(means(scores, method, budget, 'xr')):>18}" for budget in budgets)
        rows.append(f"{method:24}{ir}  {xr}")
    return "\n".join(rows)


def gain(scores: Sequence[Scores], ours: str, others: Sequence[str], budgets: Sequence[int]) -> str:
    """How far we are ahead of the best other method at each budget, with the interval of the paired difference."""
    rows = []
    for kind in KINDS:
        for budget in budgets:
            found = {name: means(scores, name, budget, kind) for name in (ours, *others)}
            best = max(others, key=lambda name: fmean(found[name]))
            ahead = [left - right for left, right in zip(found[ours], found[best], strict=True)]
            rows.append(f"{kind.upper()}@{budget}: {with_interval(ahead, '+.3f')} ahead of {best}")
    return "\n".join(rows)


def added(scores: Sequence[Scores], whole: str, others: Sequence[str], budget: int) -> str:
    """What each part adds, one row for each method that lacks one: the paired differences, with their intervals."""
    rows = [f"{'the whole is ahead of':24}{'IR':>26}{'XR':>26}"]
    for name in others:
        row = f"{name:24}"
        for kind in KINDS:
            pairs = zip(means(scores, whole, budget, kind), means(scores, name, budget, kind), strict=True)
            row += f"{with_interval([left - right for left, right in pairs], '+.3f'):>26}"
        rows.append(row)
    return "\n".join(rows)


Kind = Literal["ir", "xr"]
KINDS: tuple[Kind, ...] = ("ir", "xr")


def means(scores: Sequence[Scores], method: str, budget: int, kind: Kind) -> list[float]:
    """Of each repository the mean over its positions."""
    found = [one.ir if kind == "ir" else one.xr for one in scores]
    return [fmean(one[method, budget]) for one in found if one.get((method, budget))]


def with_interval(values: Sequence[float], form: str = ".3f") -> str:
    """The mean and its 95 % interval under a bootstrap whose clusters are the repositories."""
    draw = random.Random(5)
    drawn = sorted(fmean(draw.choices(values, k=len(values))) for _ in range(_DRAWS if len(values) > 1 else 1))
    low, high = drawn[int(len(drawn) * 0.025)], drawn[int(len(drawn) * 0.975)]
    if low == high:
        return f"{fmean(values):{form}}"
    return f"{fmean(values):{form}} [{low:{form}},{high:{form}}]".replace("0.", ".")
