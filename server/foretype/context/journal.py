"""What the user did lately: which files were looked at, and what was changed, read off the documents' values.

At a keystroke it only keeps two references; differences are worked out when somebody asks, in a thread. Remembers
what this session saw, on no disk.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from foretype.context.scene import MOST_LINES, RecentEdit, bodies
from foretype.text.document import Document
from foretype.text.lines import Lines

REMEMBERED: Final = 1800.0
"""Seconds after which a change is no longer recent."""

_CHECKPOINT: Final = 300.0
"""Seconds between two states of a document that are kept to compare with."""

_VISITS: Final = 24
_GROUP: Final = 8
"""Lines within which changes that follow each other are one, as in Zed's grouping of edits."""

_TOUCHES: Final = 200
_ABOVE: Final = 2  # Lines over a change that are kept with it.
_LARGEST: Final = 1_500
"""Lines of a changed region that are compared line by line: a larger one was generated or pasted."""


@dataclass(slots=True)
class _Past:
    """One open document: states, each with the time since which it was current, the present one, touched lines."""

    states: list[tuple[float, Lines]]
    now: Lines
    since: float
    touched: list[tuple[int, int]] = field(default_factory=list)
    """(line, count of all changes so far), the latest last."""

    def before(self, time: float) -> Lines:
        """What stood there at that time, about; the oldest that is known where that is younger."""
        if self.since <= time:
            return self.now
        return next((lines for since, lines in reversed(self.states) if since <= time), self.states[0][1])


class Journal:
    """For one client. Call `changed` and `visited` in the event loop's thread, `edits_of` and `visits` in any."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, _Past] = {}
        self._visits: OrderedDict[str, int] = OrderedDict()
        self._count = 0

    def changed(self, before: Document | None, after: Document | None) -> None:
        """A document was opened (`before` is None), changed or closed (`after` is None)."""
        if after is None:
            if before is not None:
                self._open.pop(before.uri, None)
            return
        now, past = self._clock(), self._open.get(after.uri)
        if before is None or past is None:
            self._open[after.uri] = _Past([(now, after.lines)], after.lines, now)
            self.visited(after.uri)
            return
        if now - past.states[-1][0] > _CHECKPOINT:
            past.states.append((past.since, past.now))
            while len(past.states) > 1 and now - past.states[1][0] >= REMEMBERED:
                del past.states[0]
        self._touch(past, after.lines)
        past.now, past.since = after.lines, now
        self.visited(after.uri)

    def visited(self, uri: str) -> None:
        """The user is in this document now."""
        self._visits[uri] = self._count
        self._visits.move_to_end(uri)
        while len(self._visits) > _VISITS:
            self._visits.popitem(last=False)

    def visits(self) -> list[str]:
        """Documents, open or closed, the latest visited first."""
        return list(reversed(self._visits))

    def pasts(self) -> dict[str, tuple[Lines, Lines, tuple[tuple[int, int], ...]]]:
        """Of each open document the state to compare with, the present one, and what was touched; for `edits_of`."""
        old = self._clock() - REMEMBERED
        return {
            uri: (then, past.now, tuple(past.touched))
            for uri, past in self._open.items()
            if (then := past.before(old)) is not past.now
        }

    def _touch(self, past: _Past, lines: Lines) -> None:
        self._count += 1
        line = _first_difference(past.now, lines)
        if past.touched and abs(past.touched[-1][0] - line) <= _GROUP:
            past.touched[-1] = (line, self._count)
        else:
            past.touched.append((line, self._count))
            del past.touched[:-_TOUCHES]


def edits_of(
    pasts: dict[str, tuple[Lines, Lines, tuple[tuple[int, int], ...]]], path_of: Callable[[str], str]
) -> list[RecentEdit]:
    """The changes of all documents, the latest touched last. Costs a comparison of what is different: for a thread."""
    found: list[tuple[int, RecentEdit]] = []
    for uri, (then, now, touched) in pasts.items():
        path = path_of(uri)
        for start, removed, added in _hunks(then, now):
            end = start + len(added)
            when = max((at for line, at in touched if start - _GROUP <= line <= end + _GROUP), default=0)
            above = tuple(bodies(now[max(0, start - _ABOVE) : start]))
            found.append((when, RecentEdit(path, start, removed, added, above)))
    return [edit for _, edit in sorted(found, key=lambda item: item[0])]


def _first_difference(before: Lines, after: Lines) -> int:
    """Near the first line that is different; chunks that are the same object need no look."""
    line = 0
    for old, new in zip(before.chunks, after.chunks, strict=False):
        if old is not new:
            return line + next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
        line += len(old)
    return line


def _hunks(then: Lines, now: Lines) -> list[tuple[int, tuple[str, ...], tuple[str, ...]]]:
    """(line now, lines then, lines now) of what is different, as far as somebody may have written it."""
    if len(now) > MOST_LINES or len(then) > MOST_LINES:
        return []
    old, new, first = _different(list(then), list(now))
    if len(old) > _LARGEST or len(new) > _LARGEST:
        return []
    old, new = bodies(old), bodies(new)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        (first + new_start, tuple(old[old_start:old_end]), tuple(new[new_start:new_end]))
        for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes()
        if tag != "equal"
    ]


def _different(old: list[str], new: list[str]) -> tuple[list[str], list[str], int]:
    """Both without the lines that are the same at the beginning and at the end; and the first one's number."""
    first, most = 0, min(len(old), len(new))
    while first < most and old[first] == new[first]:
        first += 1
    last = 0
    while last < most - first and old[-1 - last] == new[-1 - last]:
        last += 1
    return old[first : len(old) - last], new[first : len(new) - last], first
