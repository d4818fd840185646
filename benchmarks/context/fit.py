"""Learn the weights of `foretype.context.expectation` from the positions of some repositories.

    python -m benchmarks.context.fit CLONE...

Prints them. An example is one name that the collectors offer at one position and that a window of about 2,000 tokens
does not show; it is positive where the true line holds it. Logistic regression by Newton's method, ridge 1; of the
negatives every 25th is taken and counts 25 times.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from foretype.context.collecting import COLLECTORS
from foretype.context.expectation import BY_HAND, FEATURES, features
from foretype.context.identifiers import identifiers

from . import positions
from .git import Clone
from .indexed import scene_of
from .view import World

_EVERY = 25
_RIDGE = 1.0
_STEPS = 25
_ABOVE, _BELOW = 5_000, 1_500
"""Characters around the cursor whose names count as shown."""

LEARNED = [name for name in FEATURES if name not in BY_HAND]


class Example(NamedTuple):
    """A name: the values of its features and a last 1 for the bias, whether it was needed, how often it counts."""

    values: list[float]
    needed: bool
    weight: float


def examples(clone: Clone) -> Iterator[Example]:
    """The names at each frozen position of a repository."""
    sample, world, pick = positions.load(clone), World(clone), random.Random(1)
    learned = [FEATURES.index(name) for name in LEARNED]
    for position in sample.positions if sample else ():
        view = world.view(position)
        scene, moment = scene_of(view), view.moment
        shown = set(identifiers(moment.before[-_ABOVE:] + moment.after[:_BELOW], moment.language_id))
        found = [snippet for collector in COLLECTORS for snippet in collector(scene)]
        for name, values in features(scene, found).items():
            needed = name in moment.names
            if name not in shown and (needed or pick.randrange(_EVERY) == 0):
                yield Example([*(values[at] for at in learned), 1.0], needed, 1.0 if needed else _EVERY)
    world.close()


def fit(found: list[Example]) -> list[float]:
    """The weights, the bias last."""
    size = len(found[0].values)
    weights = [0.0] * size
    for _ in range(_STEPS):
        slope = [-_RIDGE * weight for weight in weights[:-1]] + [0.0]
        bend = [[_RIDGE * (row == column) for column in range(size)] for row in range(size)]
        for one in found:
            likely = 1 / (1 + math.exp(-sum(w * x for w, x in zip(weights, one.values, strict=True))))
            error, curve = one.weight * (one.needed - likely), one.weight * likely * (1 - likely)
            filled = [(at, value) for at, value in enumerate(one.values) if value]
            for row, value in filled:
                slope[row] += error * value
                for column, other in filled:
                    bend[row][column] += curve * value * other
        step = _solved(bend, slope)
        weights = [weight + more for weight, more in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-5:
            break
    return weights


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gaussian elimination; the matrix is positive definite."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for at in range(size):
        for other in range(at + 1, size):
            factor = rows[other][at] / rows[at][at]
            rows[other] = [value - factor * above for value, above in zip(rows[other], rows[at], strict=True)]
    found = [0.0] * size
    for at in reversed(range(size)):
        known = sum(rows[at][other] * found[other] for other in range(at + 1, size))
        found[at] = (rows[at][size] - known) / rows[at][at]
    return found


def main() -> None:
    """Read the command line and learn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", nargs="+", type=Path, metavar="CLONE")
    found = [one for path in parser.parse_args().clones for one in examples(Clone(path))]
    weights = fit(found)
    print(f"{len(found)} examples, {sum(one.needed for one in found)} of them needed")
    for name, weight in zip([*LEARNED, "bias"], weights, strict=True):
        print(f"{name!r}: {weight:.2f},")


if __name__ == "__main__":
    main()
