"""Why nothing right was on the screen where it could have been, and why tokens were never shown: counted by cause.

Told from what the log holds, the same for every backend; figures.py says how much it is in all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from .log import Key, Log, Question
from .model import Writing

MISSES: Final = {
    "page": "the page was just turned to, nothing is asked there",
    "mended": "something wrong was just taken back",
    "late": "the answer to the key before was not there yet",
    "nothing": "the answer to the key before was nothing",
    "wrong": "something else was shown",
}
WASTE: Final = {
    "beyond": "written behind what was shown",
    "typo": "asked for behind a typing error",
    "left": "given up before its end",
    "end": "for places that the session ended before",
    "unseen": "written to its end and not shown",
}


def misses(logs: Sequence[Log]) -> dict[str, float]:
    """For each cause the share of all keys."""
    found = Counter(cause for log in logs for cause in _misses(log))
    count = max(1, sum(len(log.keys) for log in logs))
    return {cause: found[cause] / count for cause in MISSES}


def _misses(log: Log) -> Iterator[str]:
    answers = {id(question.key): question for question in log.questions}
    before: Key | None = None
    for key in log.keys:
        if key.possible and not key.right:
            yield _miss(key, before, answers.get(id(before)))
        before = key


def _miss(key: Key, before: Key | None, question: Question | None) -> str:
    if before is None or before.page is not key.page:
        return "page"
    if key.shown:
        return "wrong"
    if before.kind == "backspace":
        return "mended"
    late = question is None or question.answered_at is None or question.answered_at > key.at
    return "late" if late else "nothing"


def waste_of(writing: Writing, covered: Sequence[bool], misspelt: bool) -> Counter[str]:
    """How many tokens of one writing were not shown, by cause; `covered` says of each token whether it was."""
    never = len(covered) - sum(covered)
    if any(covered):
        return Counter(beyond=never)
    if misspelt:
        return Counter(typo=never)
    if writing.page is not None and writing.start > len(writing.page.typed):
        return Counter(end=never)
    return Counter(left=never) if writing.ended_at is None else Counter(unseen=never)
