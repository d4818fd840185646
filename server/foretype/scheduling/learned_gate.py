"""Whether this user is likely to take what a model would say here: a logistic regression over eleven features.

It learns from this user's own acceptances only, on this machine, and withholds nothing before they bear it out: see
`LearnedGate`. Pure arithmetic on numbers; who asks by hand never comes here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from foretype.scheduling.usage import storable
from foretype.text.document import Document
from foretype.text.positions import Position

PUBLISHED: Final[Mapping[str, float]] = {
    "label": 0.997,
    "blank after": 0.700,
    "ln age": -0.174,
    "ln line": -0.230,
    "ln trimmed": 0.134,
    "share": 0.419,
}
"""Where the weights begin: those of GitHub Copilot's filter as arXiv 2405.14753 reports them. The rest (the document's
size, the offset, languages and characters, of which the paper gives a range only) begin at 0."""

MOST_LOST: Final = 0.04
"""The share of acceptances that the gate may cost by its evidence: an upper estimate, (lost + 2) / (all + 4) as Agresti
and Coull count, so that few acceptances prove little. With none lost, 46 are the first that bear it out."""

LEAST_SAVED: Final = 0.10
"""The share of requests that it must save; for less it is not worth one suggestion that is missed."""

LEAST_DECLINED: Final = 40

EXPLORED: Final = 8
"""Every so manieth request that would be withheld is sent nevertheless: people change, and what is never shown is
never accepted. It counts for all of them."""

MEMORY: Final = 600.0
"""Suggestions over which the evidence is kept: the weight of what is older fades."""

_RATE: Final = 0.12
_HEAVIEST: Final = 6.0
_LARGEST: Final = 1e6
_STEPS: Final = 48
_STEP: Final = 0.25
"""Scores (logarithms of odds) are kept in steps of this size, from -6 to 6."""

Features = dict[str, float]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gate says of a place. `passes`: ask. `counts_for`: requests that this one stands for."""

    features: Features
    score: float
    passes: bool
    counts_for: float = 1.0


class LearnedGate:
    """`numbers` is all that it knows, for keeping: weights, their learning rates, and how earlier scores came out.

    `changes` are what was learned since the last call of `drain`; several windows' can be added to each other.
    """

    def __init__(self) -> None:
        self.numbers: dict[str, float] = {}
        self.threshold: float | None = None
        """The score below which nothing is asked; None while the evidence does not bear any. See `_threshold`."""
        self._changes: dict[str, float] = {}
        self._label = 0.0
        self._labelled_at: float | None = None
        self._withheld = 0

    def load(self, kept: Mapping[str, float]) -> None:
        """Take on what was kept, adding it to what was learned meanwhile; numbers that make no sense are left out."""
        for name, value in kept.items():
            if math.isfinite(value) and abs(value) < _LARGEST:
                self.numbers[name] = self.numbers.get(name, 0.0) + value
        self.threshold = self._threshold()

    def drain(self) -> dict[str, float]:
        """What was learned since the last time."""
        changes, self._changes = self._changes, {}
        return changes

    def judge(self, document: Document, position: Position, now: float) -> Judgement:
        """Whether asking here is worth it; `now` in seconds of a clock that only grows."""
        features = dict(self._features(document, position, now))
        score = self._score(features)
        if self.threshold is None or score >= self.threshold:
            return Judgement(features, score, passes=True)
        self._withheld += 1
        if self._withheld % EXPLORED == 0:
            return Judgement(features, score, passes=True, counts_for=float(EXPLORED))
        return Judgement(features, score, passes=False)

    def learn(self, judgement: Judgement, accepted: bool, now: float) -> None:
        """A suggestion that this judgement let through was accepted, or was read and was not."""
        self._remember(judgement, accepted)
        gap = float(accepted) - _chance(self._score(judgement.features))
        for name, value in judgement.features.items():
            slope = gap * value
            self._add(f"g {name}", slope * slope)  # AdaGrad: the more a weight has learned, the less it moves
            rate = _RATE / math.sqrt(1e-3 + max(0.0, self.numbers[f"g {name}"]))
            weight = self._weight(name)
            moved = max(-_HEAVIEST, min(_HEAVIEST, weight + rate * slope))
            self._add(f"w {name}", moved - weight)
        self._label, self._labelled_at = float(accepted), now
        self.threshold = self._threshold()

    def _threshold(self) -> float | None:
        """The highest score at which the acceptances that would have been missed are at most `MOST_LOST` of all.

        Every suggestion was scored before it was learned from. None where it would not even save `LEAST_SAVED` of the
        requests.
        """
        taken, declined = self._evidence("taken"), self._evidence("declined")
        if sum(declined) < LEAST_DECLINED:
            return None
        lost = saved = 0.0
        found: float | None = None
        everything = sum(taken) + sum(declined)
        for step in range(_STEPS):
            lost += taken[step]
            saved += taken[step] + declined[step]
            if (lost + 2) / (sum(taken) + 4) > MOST_LOST:
                break
            if saved >= LEAST_SAVED * everything:
                found = (step + 1 - _STEPS / 2) * _STEP
        return found

    @property
    def evidence(self) -> tuple[float, float]:
        """Suggestions that were accepted and that were not, of late; what they prove is in `threshold`."""
        return sum(self._evidence("taken")), sum(self._evidence("declined"))

    # The model

    def _features(self, document: Document, position: Position, now: float) -> Iterator[tuple[str, float]]:
        lines, line = document.lines, document.line(position.line)
        typed = line[: position.column]
        trimmed = typed.rstrip()
        share = (position.line + 1) / len(lines)
        age = 3_600.0 if self._labelled_at is None else max(0.0, now - self._labelled_at)
        yield "one", 1.0
        yield "label", self._label
        yield "blank after", float(not line[position.column :].strip())
        yield "ln age", math.log1p(age)
        yield "ln line", math.log1p(len(typed))
        yield "ln trimmed", math.log1p(len(trimmed))
        yield "ln document", math.log1p(lines.size) / 10
        yield "ln offset", math.log1p(lines.size * share) / 10
        yield "share", share
        yield f"language {storable(document.language_id[:24])}", 1.0
        yield f"last {_kind(typed[-1:])}", 1.0
        yield f"trimmed {_kind(trimmed[-1:])}", 1.0

    def _score(self, features: Features) -> float:
        return sum(self._weight(name) * value for name, value in features.items())

    def _weight(self, name: str) -> float:
        return PUBLISHED.get(name, 0.0) + self.numbers.get(f"w {name}", 0.0)

    # The evidence

    def _remember(self, judgement: Judgement, accepted: bool) -> None:
        fading = 1.0 / MEMORY
        for name in [name for name in self.numbers if name.startswith(("taken ", "declined "))]:
            self._add(name, -fading * self.numbers[name])
        step = min(_STEPS - 1, max(0, int(judgement.score / _STEP + _STEPS / 2)))
        self._add(f"{'taken' if accepted else 'declined'} {step}", judgement.counts_for)

    def _evidence(self, label: str) -> list[float]:
        return [max(0.0, self.numbers.get(f"{label} {step}", 0.0)) for step in range(_STEPS)]

    def _add(self, name: str, value: float) -> None:
        self.numbers[name] = self.numbers.get(name, 0.0) + value
        self._changes[name] = self._changes.get(name, 0.0) + value


def _chance(score: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))


def _kind(character: str) -> str:
    """A character as far as it tells one place from another; nothing of a text can be read from it."""
    if not character:
        return "none"
    if character.isspace():
        return "blank"
    if character.isalpha() or character == "_":
        return "letter"
    if character.isdigit():
        return "digit"
    return character if character.isascii() else "other"
