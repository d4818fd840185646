"""Runs methods at positions, and keeps for each the recall of the line's names."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from .git import Clone
from .positions import Sample
from .recall import recall, truth_of
from .shape import Prompt, counter
from .view import View, World

Method = Callable[[View, int], Prompt]


@dataclass(slots=True)
class Scores:
    """Of one repository: by method and budget, the recall at each position."""

    repository: str
    ir: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    xr: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def measure(clone: Clone, sample: Sample, methods: Mapping[str, Method], budgets: Sequence[int]) -> Scores:
    """All methods at all positions. A prompt over its budget is an error of this benchmark, and ends it."""
    scores = Scores(sample.name)
    with closing(World(clone)) as world:
        _measure(world, sample, (methods, budgets), scores)
    return scores


def _measure(world: World, sample: Sample, what: tuple[Mapping[str, Method], Sequence[int]], scores: Scores) -> None:
    for position in sample.positions:
        view = world.view(position)
        truth, language = truth_of(view), view.moment.language_id
        for name, budget, prompt, seconds in _prompts(view, *what):
            scores.seconds[name] = scores.seconds.get(name, 0.0) + seconds
            tokens = counter().count(prompt.text)
            if tokens > budget:
                raise AssertionError(f"{name} wrote {tokens} tokens for {budget}: {position}")
            if position.drawn == "any":
                scores.ir.setdefault((name, budget), []).append(recall(prompt.text, truth.names, language))
            if truth.cross:
                scores.xr.setdefault((name, budget), []).append(recall(prompt.text, truth.cross, language))


def _prompts(
    view: View, methods: Mapping[str, Method], budgets: Sequence[int]
) -> Iterator[tuple[str, int, Prompt, float]]:
    for name, method in methods.items():
        for budget in budgets:
            began = time.perf_counter()
            prompt = method(view, budget)
            yield name, budget, prompt, time.perf_counter() - began
