"""From a place in a document to what the engine would type there: the way of a query, from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Literal

from .candidates import candidates
from .cursor import read_cursor
from .open_file import Chunks, OpenFile
from .ranking import confidence, features, look_around
from .refusals import CandidateCase, PlaceCase, reason_against_candidate, reason_against_place
from .segment import Segment
from .syntax import family_of
from .tokens import MAX_LINE
from .votes import take_votes

__all__ = ["SHOWN", "VERY_CONFIDENT", "Prediction", "Query", "Verdict", "complete", "judge", "predictions"]

SHOWN = 0.55
"""Confidence from which a suggestion is worth showing unasked.

On lines that later commits added it is reached at 20% of cursors, and 79% of those suggestions are exactly
right: development repositories, each predicted by a model that had not seen it (`benchmarks/embedded/fit.py`).
"""

VERY_CONFIDENT = 0.8
"""Confidence from which a model need not be asked: reached at 9% of cursors, right in 90% (measured as above)."""


@dataclass(frozen=True, slots=True)
class Query:
    """A place in a document."""

    chunks: Chunks
    """The document's lines, with their ends, in tuples whose identity says that they are unchanged."""
    line: int
    """From 0."""
    column: int
    """In code points, from 0."""
    path: str | None
    """As the segments spell it; this file's older text in the segments is not asked."""
    language_id: str
    """The LSP's identifier of the language."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """A rest of line."""

    text: str
    """To be inserted at the cursor; never empty, never more than one line."""
    replaces: int
    """Code points right of the cursor that the text covers (brackets and the like that an editor closed)."""
    confidence: float
    """The probability that it is exactly right, 0 to 1."""
    origin: Literal["open file", "workspace"]
    source_path: str | None
    """The file that it is copied from; None for the open file."""
    renamed: bool
    """Names were exchanged on the way."""
    line: str
    """The whole line as it would be, stripped: what to put into `rejected` when the user does not want it."""


@dataclass(frozen=True, slots=True)
class _HiddenAnd:
    """The hidden paths of one segment and one more."""

    hidden: Container[str]
    path: str | None

    def __contains__(self, path: object) -> bool:
        return path == self.path or path in self.hidden


def _hidden(query: Query, segments: Sequence[Segment], hidden: Sequence[Container[str]]) -> list[Container[str]]:
    """The document itself is hidden in every segment: it is open, and asked as it is now."""
    given = list(hidden) or [()] * len(segments)
    return [_HiddenAnd(each, query.path) for each in given]


def complete(
    query: Query,
    open_file: OpenFile,
    segments: Sequence[Segment] = (),
    hidden: Sequence[Container[str]] = (),
    rejected: Container[str] = (),
) -> Prediction | None:
    """The likeliest rest of the line, whatever its confidence, or None.  Compare it with `SHOWN`.

    `hidden[i]` are paths of `segments[i]` that must not vote: edited since, or deleted. An edited file is hidden
    where its old text is and counts in the segment that has the new one; without `hidden` all count.
    `rejected` are lines (`Prediction.line`) that the user just refused here.
    """
    found = predictions(query, open_file, segments, hidden, rejected)
    return found[0] if found else None


def predictions(
    query: Query,
    open_file: OpenFile,
    segments: Sequence[Segment] = (),
    hidden: Sequence[Container[str]] = (),
    rejected: Container[str] = (),
) -> list[Prediction]:
    """Up to six different rests of the line, likeliest first, for a user who asked to choose."""
    judged = judge(query, open_file, segments, _hidden(query, segments, hidden), rejected)
    found = [_prediction(verdict) for verdict in judged if verdict.refusal is None]
    return sorted(found, key=lambda prediction: -prediction.confidence)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the engine thinks of one candidate: for `predictions`, for fitting the model, and for the curious."""

    case: CandidateCase
    features: list[float]
    confidence: float
    """0 for a candidate that is refused."""
    refusal: str | None
    """Why it is not offered."""


def judge(
    query: Query,
    open_file: OpenFile,
    segments: Sequence[Segment],
    hidden: Sequence[Container[str]],
    rejected: Container[str] = (),
) -> list[Verdict]:
    """All candidates of a place, best-voted first, also those that must not be offered."""
    around = open_file.surroundings(query.chunks, query.line)
    if len(around.text) > MAX_LINE:
        return []  # nobody wrote it by hand, and to read it would take a second for a million characters
    cursor = read_cursor(open_file, around, query.column)
    family = family_of(query.language_id)
    state = open_file.syntax_before(family, query.chunks, around.line)
    if reason_against_place(PlaceCase(cursor, family, state)) is not None:
        return []
    found = candidates(cursor, take_votes(cursor, segments, hidden))
    scene = look_around(cursor, open_file.encoder)
    verdicts = []
    for candidate in found:
        case = CandidateCase(cursor, scene, candidate, family, fit(candidate.text, cursor.right), rejected)
        values, refusal = features(scene, candidate), reason_against_candidate(case)
        verdicts.append(Verdict(case, values, 0.0 if refusal else confidence(values), refusal))
    return verdicts


def _prediction(verdict: Verdict) -> Prediction:
    case, candidate = verdict.case, verdict.case.candidate
    text, replaces = case.fitted or (candidate.text, 0)
    return Prediction(
        text=text,
        replaces=replaces,
        confidence=verdict.confidence,
        origin="open file" if candidate.path is None else "workspace",
        source_path=candidate.path,
        renamed=candidate.renamed,
        line=case.line,
    )


_CLOSERS = re.compile(r"[\s)\]}>\"'`;,:]*")


def fit(text: str, right: str) -> tuple[str, int] | None:
    """Fit a rest of line to what stands right of the cursor: (text, code points it replaces), or None.

    If the rest ends with what stands there, its head is inserted.  If only closing signs stand there and
    the rest has them too, in this order, it replaces them.  Anything else is a conflict.
    """
    tail = right.strip()
    if not tail:
        return text, 0
    rest = text.rstrip()
    if rest.endswith(tail):
        head = rest[: len(rest) - len(tail)]
        return (head.rstrip() if right[0].isspace() else head), 0
    signs = iter(rest)
    if _CLOSERS.fullmatch(tail) and all(sign.isspace() or sign in signs for sign in tail):
        return text, len(right.rstrip())
    return None
