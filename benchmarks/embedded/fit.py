"""Fit the engine's confidence to development repositories, and write it down as `embedded/model.py`.

    python -m benchmarks.embedded.fit REPOSITORY...      needs numpy, which nothing else here does

The model is a sum of oblivious trees, grown by gradient boosting on the log-loss (Friedman 2001; trees whose
levels share one split each as in CatBoost, Prokhorenkova et al. 2018): every candidate at every cursor is one
example.  What is printed was predicted for each repository by a model that had not seen it.  Those predictions
also say how far the likeliest of several candidates is overrated, which the last step takes back (Platt 1999).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import foretype.embedded.model
from foretype.embedded.ranking import FEATURES

from . import positions
from .git import Repository
from .measure import answers, build, same

TREES, DEPTH, RATE, PENALTY, BINS = 110, 4, 0.12, 20.0, 32
_TREE = tuple[list[tuple[int, float]], "np.ndarray"]


@dataclass(frozen=True)
class Examples:
    """One row for each candidate."""

    values: np.ndarray
    right: np.ndarray
    refused: np.ndarray
    repository: np.ndarray
    cursor: np.ndarray
    cursors: int


def gather(paths: list[Path]) -> Examples:
    """Ask the engine for every frozen position of the repositories."""
    rows: list[list[float]] = []
    marks: list[tuple[bool, bool, int, int]] = []
    cursor = 0
    for number, path in enumerate(paths):
        repository = Repository(path)
        sample = positions.load(repository)
        if sample is None:
            raise SystemExit(f"no frozen positions for {path}")
        for answer in answers(repository, sample, build(repository, sample.index).segments):
            for verdict in answer.verdicts:
                rows.append(verdict.features)
                right = same(verdict.case.candidate.text, answer.expected)
                marks.append((right, verdict.refusal is not None, number, cursor))
            cursor += 1
        repository.close()
        print(f"{sample.name}: {len(rows)} candidates so far", flush=True)
    columns = np.array(marks).T
    return Examples(np.array(rows), columns[0], columns[1] > 0, columns[2], columns[3], cursor)


def boost(values: np.ndarray, right: np.ndarray) -> tuple[float, list[_TREE]]:
    """The log odds of all examples together, and the trees that correct them."""
    cuts = np.linspace(0, 1, BINS + 1)[1:-1]
    # Rounded upwards, so that a value that occurs often stays on the lower side of itself.
    edges = [np.unique(np.ceil(np.quantile(column, cuts) * 1e4) / 1e4) for column in values.T]
    binned = [np.searchsorted(edge, column) for edge, column in zip(edges, values.T, strict=True)]
    base = float(np.log(right.mean() / (1 - right.mean())))
    odds = np.full(len(right), base)
    trees: list[_TREE] = []
    while len(trees) < TREES:
        chance = 1 / (1 + np.exp(-odds))
        gradient, curvature = right - chance, chance * (1 - chance)
        leaf = np.zeros(len(right), np.int64)
        splits = []
        for _ in range(DEPTH):
            feature, place = _best_split(binned, edges, leaf, (gradient, curvature))
            splits.append((feature, float(edges[feature][place])))
            leaf = leaf * 2 + (values[:, feature] > splits[-1][1])
        sums = [np.bincount(leaf, part, 1 << DEPTH) for part in (gradient, curvature)]
        leaves = np.round(RATE * sums[0] / (sums[1] + PENALTY), 3)
        odds += leaves[leaf]
        trees.append((splits, leaves))
    return base, trees


def _best_split(
    binned: list[np.ndarray], edges: list[np.ndarray], leaf: np.ndarray, slopes: tuple[np.ndarray, np.ndarray]
) -> tuple[int, int]:
    best = (-1.0, 0, 0)
    leaves = int(leaf.max()) + 1
    for feature, column in enumerate(binned):
        if not len(edges[feature]):
            continue
        key = leaf * BINS + column
        left, whole = [], []
        for part in slopes:
            sums = np.bincount(key, part, leaves * BINS).reshape(leaves, BINS)
            left.append(sums.cumsum(1)[:, : len(edges[feature])])
            whole.append(sums.sum(1, keepdims=True))
        gains = left[0] ** 2 / (left[1] + PENALTY) + (whole[0] - left[0]) ** 2 / (whole[1] - left[1] + PENALTY)
        gain = gains.sum(0)
        place = int(gain.argmax())
        best = max(best, (float(gain[place]), feature, place))
    return best[1], best[2]


def log_odds(base: float, trees: list[_TREE], values: np.ndarray) -> np.ndarray:
    """What the model makes of examples."""
    odds = np.full(len(values), base)
    for splits, leaves in trees:
        leaf = np.zeros(len(values), np.int64)
        for feature, threshold in splits:
            leaf = leaf * 2 + (values[:, feature] > threshold)
        odds += leaves[leaf]
    return odds


def unseen(examples: Examples) -> np.ndarray:
    """Log odds of every example by a model of the other repositories."""
    odds = np.zeros(len(examples.right))
    for number in range(int(examples.repository.max()) + 1):
        out = examples.repository == number
        odds[out] = log_odds(*boost(examples.values[~out], examples.right[~out]), examples.values[out])
    return odds


def offered(examples: Examples, odds: np.ndarray) -> np.ndarray:
    """The numbers of the examples that would be offered: the likeliest at each cursor, the most likely first."""
    best: dict[int, int] = {}
    for number in np.argsort(-odds):
        if not examples.refused[number]:
            best.setdefault(int(examples.cursor[number]), int(number))
    return np.array(list(best.values()))


def calibrate(odds: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Factor and offset that make log odds of offered candidates fit (Newton's method on the log-loss)."""
    inputs = np.stack([odds, np.ones(len(odds))], 1)
    found = np.array([1.0, 0.0])
    for _ in range(20):
        chance = 1 / (1 + np.exp(-inputs @ found))
        curvature = inputs.T @ (inputs * (chance * (1 - chance))[:, None])
        found += np.linalg.solve(curvature, inputs.T @ (right - chance))
    return float(found[0]), float(found[1])


def write(base: float, trees: list[_TREE], fit: tuple[float, float]) -> None:
    """Replace the numbers in `model.py`."""
    file = Path(foretype.embedded.model.__file__)
    head = file.read_text().split("# Fitted numbers")[0]
    factor, offset = fit
    lines = []
    for splits, leaves in trees:
        lines.append(" ".join(f"{feature} {threshold:g}" for feature, threshold in splits))
        lines.append(" ".join(str(round(leaf * 1000)) for leaf in leaves))
    numbers = "\n".join(lines)
    file.write_text(
        f"{head}# Fitted numbers, written by `benchmarks/embedded/fit.py`.\n"
        f'_BASE, _FACTOR, _OFFSET = {base:.4f}, {factor:.4f}, {offset:.4f}\n\n_NUMBERS = """\n{numbers}\n"""\n\n'
        f"_TREES = _read(_NUMBERS)\n"
    )


def main() -> None:
    """Fit, show what the fit is worth on repositories it has not seen, and write it."""
    examples = gather([Path(path) for path in sys.argv[1:]])
    odds = unseen(examples)
    chosen = offered(examples, odds)
    right = examples.right[chosen]
    factor, offset = calibrate(odds[chosen], right)
    print(
        f"{len(FEATURES)} features, {len(odds)} candidates at {examples.cursors} cursors\nshown  precision  confidence"
    )
    for share in (0.05, 0.1, 0.14, 0.16, 0.18, 0.2, 0.25, 0.3):
        last = int(share * examples.cursors)
        confidence = 1 / (1 + np.exp(-(factor * odds[chosen[last]] + offset)))
        print(f"{share:5.2f} {right[:last].mean():10.3f} {confidence:11.3f}")
    write(*boost(examples.values, examples.right), (factor, offset))


if __name__ == "__main__":
    main()
