"""From answers to figures."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from foretype.embedded import SHOWN

from .measure import Answer, same

__all__ = ["Tally", "baseline_at_same_share", "bins", "shown_row", "tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Figures over some answers; shares are between 0 and 1."""

    cursors: int
    exact: float
    """Cursors at which the likeliest candidate is the rest of the line."""
    shown: float
    precision: float
    saved: float
    """Characters of right suggestions over all characters asked for."""
    median_ms: float
    p99_ms: float


def tally(answers: Sequence[Answer], threshold: float = SHOWN) -> Tally:
    """The engine's figures at a threshold."""
    outcomes = [(answer, answer.best) for answer in answers]
    right = [best is not None and same(best.case.candidate.text, answer.expected) for answer, best in outcomes]
    shown = [best is not None and best.confidence >= threshold for _, best in outcomes]
    hits = [one and other for one, other in zip(right, shown, strict=True)]
    return _tally(answers, right, (shown, hits), [answer.cpu_ms for answer in answers])


def baseline_at_same_share(answers: Sequence[Answer], shown: float) -> Tally:
    """The baseline's figures, showing its longest matches at (as nearly as they allow) the same share of cursors."""
    right = [same(answer.baseline[0], answer.expected) for answer in answers]
    order = sorted(range(len(answers)), key=lambda at: -answers[at].baseline[1] if answers[at].baseline[0] else 0)
    first = set(order[: round(shown * len(answers))])
    marks = [at in first and bool(answers[at].baseline[0]) for at in range(len(answers))]
    hits = [one and other for one, other in zip(right, marks, strict=True)]
    return _tally(answers, right, (marks, hits), [answer.baseline_ms for answer in answers])


def _tally(
    answers: Sequence[Answer], right: list[bool], offers: tuple[list[bool], list[bool]], times: list[float]
) -> Tally:
    shown, hits = offers
    lengths = [len(answer.expected.strip()) for answer in answers]
    return Tally(
        cursors=len(answers),
        exact=sum(right) / len(answers),
        shown=sum(shown) / len(answers),
        precision=sum(hits) / max(1, sum(shown)),
        saved=sum(size for size, hit in zip(lengths, hits, strict=True) if hit) / sum(lengths),
        median_ms=statistics.median(times),
        p99_ms=sorted(times)[int(len(times) * 0.99)],
    )


def shown_row(name: str, one: Tally) -> str:
    """One line of the table."""
    return (
        f"{name:44} {one.cursors:6} {one.exact:7.3f} {one.shown:7.3f} {one.precision:9.3f} {one.saved:7.3f}"
        f" {one.median_ms:8.2f} {one.p99_ms:7.2f}"
    )


def bins(answers: Sequence[Answer]) -> list[str]:
    """For bins of confidence: how many answers, their mean confidence, and how often they were right."""
    edges = (0.0, 0.1, 0.2, 0.35, 0.5, 0.57, 0.65, 0.8, 0.9, 1.01)
    rows = []
    for low, high in pairwise(edges):
        found = [(answer, best) for answer in answers if (best := answer.best) and low <= best.confidence < high]
        if found:
            right = sum(same(best.case.candidate.text, answer.expected) for answer, best in found)
            mean = statistics.mean(best.confidence for _, best in found)
            rows.append(f"{low:5.2f}-{min(high, 1.0):4.2f} {len(found):6} {mean:10.3f} {right / len(found):9.3f}")
    return rows
