"""A session key by key, for whoever asks why a figure is what it is: what stood where, what was asked, what came."""

from __future__ import annotations

from collections.abc import Iterator

from .figures import added_to, wasted
from .log import Key, Log
from .model import Writing

__all__ = ["lines"]


def lines(log: Log) -> Iterator[str]:
    """One line for each key and each request to the model, in the order in which they happened; seconds from the first.

    A key's letters: s, something was on the screen when it fell; r, something right; x, nothing right could be.
    """
    answers = {id(question.key): question for question in log.questions}
    waste = {id(writing): count for writing, count in zip(log.writings, wasted(log), strict=True)}
    events: list[Key | Writing] = sorted([*log.keys, *log.writings], key=lambda event: event.at)
    begin = events[0].at if events else 0.0
    for event in events:
        when = f"{event.at - begin:8.3f}"
        if isinstance(event, Writing):
            place = f"{_name(event)} {event.start}"
            wrote = f"{len(event.times)}/{len(event.tokens)}"
            unseen = ", ".join(f"{count} {cause}" for cause, count in waste[id(event)].items() if count)
            yield f"{when}      model asked at {place}: wrote {wrote} {event.text[:60]!r} {unseen}".rstrip()
            continue
        marks = ("s" if event.shown else "-") + ("r" if event.right else "-") + ("-" if event.possible else "x")
        typed = event.page.target[max(0, event.place - 10) : event.place]
        question = answers.get(id(event))
        answer = "no answer"
        if question is not None and question.answered_at is not None:
            answer = f"{1000 * (question.answered_at - event.at):.0f} ms {question.text[:50]!r} ({len(question.text)})"
            if (times := added_to(question, log.writings)) is not None:
                answer += f", {1000 * times[0]:.0f} ms behind the model"
        yield f"{when} {marks} {event.kind:9} {_name(event)} {event.place:4} {typed!r:16} -> {answer}"


def _name(event: Key | Writing) -> str:
    return event.page.uri.rpartition("/")[2] if event.page is not None else "nowhere"
