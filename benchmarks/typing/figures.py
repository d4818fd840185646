"""From what happened to figures. Shares are between 0 and 1, times in milliseconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from benchmarks.door.measure import quantile

from .causes import misses, waste_of
from .log import Key, Log, Question
from .model import Writing

NAN: Final = float("nan")


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle and the slow end of some times, in milliseconds."""

    count: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What a profile showed, over all its sessions."""

    keys: int
    characters: int
    accepted: int
    chances: int
    """Lines on which a right suggestion was there that is worth taking."""
    possible: float
    """Share of keys at which the document agreed with the true text, so that something right could show."""
    shown: float
    right: float
    requests: float
    """To the model, per 1,000 keys."""
    ahead: float
    """Of these, for places at which the caret was not when they were made."""
    tokens: int
    never_shown: float
    waste: Mapping[str, float]
    """The share of tokens that were never shown by cause (causes.py)."""
    missed: Mapping[str, float]
    """The share of keys at which something right could have been on the screen and was not, by cause."""
    through: float
    """Of the keys that were typed through a suggestion: answered without the model before the next key fell."""
    through_keys: int
    key_to_request: Spread
    added: Spread
    """From the model's writing of what was shown to the answer's arrival."""
    behind_line: Spread
    """The same from the end of the first line on: what waiting for more than a line adds."""
    cpu: float
    """Milliseconds of the server's processor time for each key."""
    damages: int
    wrong: float
    """Share of keys at which something showed that was not what was typed next, though it could have been."""
    popups: int
    errors: int

    @property
    def keys_per_100(self) -> float:
        """Keys for each 100 characters that stand in the documents at the end."""
        return 100 * self.keys / max(1, self.characters)


def figures_of(logs: Sequence[Log]) -> Figures:
    """Count sessions together."""
    keys = [key for log in logs for key in log.keys]
    possible = [key for key in keys if key.possible]
    writings = [writing for log in logs for writing in log.writings]
    waits = [_key_to_request(log.keys, writing) for log in logs for writing in log.writings]
    throughs = [in_time for log in logs for in_time in _throughs(log)]
    times = [time for log in logs for time in _added(log)]
    tokens = sum(len(writing.times) for writing in writings)
    waste = sum((count for log in logs for count in wasted(log)), Counter[str]())
    cpu = [log.cpu for log in logs if log.cpu is not None]
    count = max(1, len(keys))
    return Figures(
        keys=len(keys),
        characters=sum(log.characters for log in logs),
        accepted=sum(log.accepted for log in logs),
        chances=sum(log.chances for log in logs),
        possible=len(possible) / count,
        shown=sum(key.shown for key in keys) / count,
        right=sum(key.right for key in keys) / count,
        requests=1000 * len(writings) / count,
        ahead=1000 * sum(wait is None for wait in waits) / count,
        tokens=tokens,
        never_shown=waste.total() / tokens if tokens else NAN,
        waste={cause: count / tokens for cause, count in waste.items()},
        missed=misses(logs),
        through=sum(throughs) / len(throughs) if throughs else NAN,
        through_keys=len(throughs),
        key_to_request=spread(wait for wait in waits if wait is not None),
        added=spread(time for time, _ in times),
        behind_line=spread(time for _, time in times),
        cpu=1000 * sum(cpu) / count if cpu else NAN,
        damages=sum(len(log.damages) for log in logs),
        wrong=sum(key.shown and not key.right for key in possible) / count,
        popups=sum(len(log.popups) for log in logs),
        errors=sum(len(log.errors) for log in logs),
    )


def spread(seconds: Iterable[float]) -> Spread:
    """The spread of times that are given in seconds."""
    times = [second * 1000 for second in seconds]
    return Spread(len(times), quantile(times, 0.5), quantile(times, 0.95)) if times else Spread(0, NAN, NAN)


def source_of(question: Question, writings: Iterable[Writing]) -> Writing | None:
    """The newest writing from which an answer can have been made, None where none had said it by then."""
    found = [writing for writing in writings if _said(question, writing) is not None]
    return max(found, key=lambda writing: writing.at, default=None)


def _said(question: Question, writing: Writing) -> float | None:
    """When a writing had said what an answer showed; None if it had not when the answer came."""
    offset = question.place - writing.start
    if writing.page is not question.key.page or not question.text or question.answered_at is None or offset < 0:
        return None
    if not writing.text[offset:].startswith(question.text.rstrip()):
        return None
    known = writing.known_at(offset + len(question.text.rstrip()))
    return known if known is not None and known <= question.answered_at else None


def _key_to_request(keys: Sequence[Key], writing: Writing) -> float | None:
    """Seconds from the key that led to the place that was asked for; None where the caret was not there (yet)."""
    before = [key for key in keys if key.at <= writing.at and key.page is writing.page and key.place == writing.start]
    if not before and writing.page is None:
        before = [key for key in keys if key.at <= writing.at]
    return writing.at - before[-1].at if before else None


def _throughs(log: Log) -> Iterable[bool]:
    """For each key that was typed through: whether its answer was in time, true to the rest, and not a new one."""
    answers = {id(question.key): question for question in log.questions}
    for key, following in pairwise(log.keys):
        question = answers.get(id(key))
        if not key.left or question is None:
            continue
        text = question.text
        fits = bool(text) and (text.startswith(key.left) or key.left.startswith(text))
        in_time = question.answered_at is not None and question.answered_at <= following.at
        source = source_of(question, log.writings)
        yield fits and in_time and (source is None or source.at <= key.at)


def _added(log: Log) -> Iterable[tuple[float, float]]:
    """For each answer that waited for the model: seconds behind the text it shows, and behind its first line."""
    for question in log.questions:
        if (times := added_to(question, log.writings)) is not None:
            yield times


def added_to(question: Question, writings: Iterable[Writing]) -> tuple[float, float] | None:
    """The same for one answer; None for one that did not have to wait for the model."""
    writing = source_of(question, writings)
    if writing is None or question.answered_at is None:
        return None
    said = _said(question, writing)
    offset = question.place - writing.start
    lead = len(question.text) - len(question.text.lstrip())
    first = question.text[lead:].partition("\n")[0]
    line = writing.known_at(offset + lead + len(first))
    if said is None or line is None or said <= question.key.at:
        return None
    return question.answered_at - said, question.answered_at - max(line, question.key.at)


def wasted(log: Log) -> list[Counter[str]]:
    """For each writing how many of its tokens were never on the screen, by cause.

    Shown is a token that was part of an answer made from its writing.
    """
    reached: dict[int, list[tuple[int, int]]] = {}
    for question in log.questions:
        writing = source_of(question, log.writings)
        if writing is not None:
            offset = question.place - writing.start
            reached.setdefault(id(writing), []).append((offset, offset + len(question.text)))
    return [_waste_of(log, one, reached.get(id(one), [])) for one in log.writings]


def _waste_of(log: Log, writing: Writing, ranges: Sequence[tuple[int, int]]) -> Counter[str]:
    following = next((key for key in log.keys if key.at > writing.at), None)
    misspelt = writing.page is None or (
        following is not None and following.page is writing.page and not following.possible
    )
    return waste_of(writing, _covered(writing, ranges), misspelt)


def _covered(writing: Writing, ranges: Sequence[tuple[int, int]]) -> list[bool]:
    """For each token that was written whether it has a character in one of the ranges."""
    covered = []
    at = 0
    for token, _ in zip(writing.tokens, writing.times, strict=False):
        start, end = at, at + len(token)
        at = end
        covered.append(any(low < end and start < high for low, high in ranges))
    return covered
