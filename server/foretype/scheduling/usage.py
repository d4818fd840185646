"""What asking has cost and what came of it, as numbers in memory: counters, and latencies as histograms.

Only numbers are kept, by day and model: no text, no path, no address. Constant time for each, no I/O.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

Stage = Literal["gate", "prompt", "wait", "first_token", "total", "answer"]
"""Where time goes: deciding whether to ask, making the prompt, waiting for room within the limits; from sending to the
first token and to the end; and from the editor's request to our answer, whoever gave it."""

STAGES: Final[tuple[Stage, ...]] = ("gate", "prompt", "wait", "first_token", "total", "answer")

RATIO: Final = 1.1
"""Between two neighbouring steps of a histogram: a percentile read from it is less than 5% off."""

SMALLEST_MS: Final = 0.01
_MOST_STEPS: Final = 220
"""The last step is over two hours."""

MOST_MODELS: Final = 40
"""Models that are counted by name in one sitting; what comes after is counted together."""

OTHER: Final = "(others)"

CounterKey = tuple[str, str, str]
"""Day (2026-11-22), model ("" for what no model did), name of the counter."""

HistogramKey = tuple[str, str, Stage]


@dataclass(frozen=True, slots=True)
class Prices:
    """Of one model, in any currency per million tokens."""

    input: float = 0.0
    output: float = 0.0
    cached: float | None = None

    def cost(self, tokens: TokenCounts) -> float:
        """What one answer costs."""
        cached = min(tokens.cached or 0, tokens.prompt)
        at_cached = self.input if self.cached is None else self.cached
        return ((tokens.prompt - cached) * self.input + cached * at_cached + tokens.completion * self.output) / 1e6


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """Tokens of one answer; `estimated` where the server did not say."""

    prompt: int
    completion: int
    cached: int | None = None
    estimated: bool = False

    @property
    def all(self) -> int:
        """What limits count."""
        return self.prompt + self.completion


@dataclass(slots=True)
class Totals:
    """Numbers by day and model. Adding two of them loses nothing, so they can be kept anywhere and joined later."""

    counters: dict[CounterKey, float] = field(default_factory=dict)
    histograms: dict[HistogramKey, Counter[int]] = field(default_factory=dict)
    learned: dict[str, float] = field(default_factory=dict)
    """What the learned gate knows, of all days together; see learned_gate.py."""

    def __bool__(self) -> bool:
        return bool(self.counters or self.histograms or self.learned)

    def add(self, more: Totals) -> None:
        """Take in other numbers."""
        for key, value in more.counters.items():
            self.counters[key] = self.counters.get(key, 0) + value
        for place, steps in more.histograms.items():
            self.histograms.setdefault(place, Counter()).update(steps)
        for name, value in more.learned.items():
            self.learned[name] = self.learned.get(name, 0.0) + value

    def over_days(self) -> Totals:
        """The same numbers, all days in one: of a year of them every further sum would go through them all again."""
        found = Totals(learned=dict(self.learned))
        for (_, model, name), value in self.counters.items():
            key = ("", model, name)
            found.counters[key] = found.counters.get(key, 0) + value
        for (_, model, stage), steps in self.histograms.items():
            found.histograms.setdefault(("", model, stage), Counter()).update(steps)
        return found

    def models(self) -> list[str]:
        """The models that there is anything about, by name."""
        return sorted({key[1] for key in (*self.counters, *self.histograms)})

    def sum(self, name: str, model: str | None = None) -> float:
        """A counter over all days, of one model or of all."""
        return sum(
            value for (_, of, counter), value in self.counters.items() if counter == name and model in (None, of)
        )

    def by_suffix(self, prefix: str) -> Mapping[str, int]:
        """The counters `prefix.x` as x to their sums over all days and models."""
        found: Counter[str] = Counter()
        for (_, _, name), value in self.counters.items():
            head, _, tail = name.partition(".")
            if head == prefix and tail:
                found[tail] += int(value)
        return dict(sorted(found.items()))

    def steps(self, stage: Stage) -> Counter[int]:
        """A histogram over all days and models."""
        joined: Counter[int] = Counter()
        for (_, _, of), steps in self.histograms.items():
            if of == stage:
                joined.update(steps)
        return joined


class UsageBook:
    """Counts what happens now. What was taken out with `drain` and could not be kept goes back in with `restore`."""

    def __init__(self, today: Callable[[], date] = date.today, changed: Callable[[], None] = lambda: None) -> None:
        self._today = today
        self._changed = changed
        self._totals = Totals()
        self._models: set[str] = set()

    def count(self, name: str, number: float = 1, model: str = "") -> None:
        """Add to a counter; names with a point belong together: `shown.model`, `shown.embedded`."""
        if number:
            key = (self._today().isoformat(), self._known(model), name)
            self._totals.counters[key] = self._totals.counters.get(key, 0) + number
            self._changed()

    def observe(self, stage: Stage, milliseconds: float, model: str = "") -> None:
        """Take in how long something took."""
        if math.isfinite(milliseconds) and milliseconds >= 0:
            key = (self._today().isoformat(), self._known(model), stage)
            self._totals.histograms.setdefault(key, Counter())[step_of(milliseconds)] += 1
            self._changed()

    def learn(self, numbers: Mapping[str, float]) -> None:
        """Add to what the learned gate knows."""
        self._totals.add(Totals(learned=dict(numbers)))
        self._changed()

    def drain(self) -> Totals:
        """All that was counted since the last time."""
        totals, self._totals = self._totals, Totals()
        return totals

    def restore(self, totals: Totals) -> None:
        """Put back what could not be written."""
        totals.add(self._totals)
        self._totals = totals

    def pending(self) -> Totals:
        """A copy of what has not been drained."""
        copy = Totals()
        copy.add(self._totals)
        return copy

    def _known(self, model: str) -> str:
        """Names are the server's to give; there may be only so many of them."""
        if model in self._models:
            return model
        name = storable(model[:100])
        if name in self._models or len(self._models) < MOST_MODELS:
            self._models.add(name)
            return name
        return OTHER


def storable(name: str) -> str:
    """A name as files can hold it: whatever says it, it may have halves of characters."""
    return name.encode("utf-8", "replace").decode("utf-8")


def step_of(milliseconds: float) -> int:
    """The step of a histogram that a duration falls into."""
    if milliseconds <= SMALLEST_MS:
        return 0
    return min(_MOST_STEPS, 1 + int(math.log(milliseconds / SMALLEST_MS, RATIO)))


def percentile(steps: Mapping[int, int], share: float) -> float | None:
    """Milliseconds below which this share (0 to 1) of the durations lies; None without any."""
    total = sum(steps.values())
    if not total:
        return None
    seen = 0
    for step in sorted(steps):
        seen += steps[step]
        if seen >= share * total:
            break
    return float(SMALLEST_MS * RATIO ** (step - 0.5)) if step else SMALLEST_MS
