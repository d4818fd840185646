"""The model: it knows what is going to be typed, answers that token by token, and writes down when it wrote what.

Up to four lines of the true text, at a pace that does not drift (each token has its due time from the request on).
`stop` and `max_tokens` are kept as real servers keep them. Where the last characters are a typing error the answer is
what stands behind them in the true text, as a good model would go on; where the indentation is wrong there is none.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, cast, overload

from tests.stub import Received, Reply, replies
from tests.stub.replies import Pause, Shape, Step
from tests.stub.truth import halves_of

from .page import Page

LINES: Final = 4
_TOKEN = re.compile(r"\s*\w{1,6}|\s*[^\w\s]|\s+")
_CONTEXT: Final = 200
_SLIP: Final = 4
"""A typing error is looked for in so many of the last characters."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a model is, in seconds: to the first token, and from token to token."""

    name: str
    first: float
    token: float


FAST: Final = Pace("fast", 0.040, 0.004)
HOSTED: Final = Pace("hosted", 0.300, 0.012)


@dataclass(slots=True)
class Writing:
    """One answer: where in which page it begins (`start` is an index of the page's target), its tokens, their times."""

    at: float
    page: Page | None
    start: int
    tokens: list[str]
    times: list[float] = field(default_factory=list)
    ended_at: float | None = None
    """When the end of the answer went out; None if the client left before."""

    @property
    def text(self) -> str:
        """What was written."""
        return "".join(self.tokens[: len(self.times)])

    def known_at(self, size: int) -> float | None:
        """When it was clear that the first `size` characters are all of their last line, or the end of the answer.

        Of an answer that was written to its last token, but whose reader left before its end, that is the last token.
        """
        written = 0
        for token, time in zip(self.tokens, self.times, strict=False):
            written += len(token)
            if written > size:
                return time
        if written < size:
            return None
        whole = len(self.times) == len(self.tokens)
        return self.times[-1] if self.ended_at is None and whole and self.times else self.ended_at


class Model:
    """A responder of the stub for some pages; `writings` holds all that it was asked."""

    def __init__(self, pages: Sequence[Page], pace: Pace) -> None:
        self._pages = pages
        self._pace = pace
        self.writings: list[Writing] = []

    def __call__(self, request: Received) -> Reply:
        """The reply to a request."""
        halves = halves_of(request.body)
        page, start = self.place(halves[0]) if halves else (None, 0)
        stops = request.body.get("stop") or []
        answer = continuation(page.target, start, [stops] if isinstance(stops, str) else stops) if page else ""
        most = request.body.get("max_tokens") or 256
        tokens = _TOKEN.findall(answer)
        shape = Shape(usage="own", finish="length" if len(tokens) > most else "stop")
        writing = Writing(request.at, page, start, tokens[:most])
        self.writings.append(writing)
        build = replies.chat if "messages" in request.body else replies.completions
        reply = build(writing.tokens, shape)
        roles = 1 if "messages" in request.body else 0
        return Reply(reply.status, reply.reason, reply.headers, _Paced(reply.steps, roles, writing, self._pace))

    def place(self, prefix: str) -> tuple[Page | None, int]:
        """The page and the index of its target that a prompt's prefix ends at; the nearest to the caret."""
        for slip in (0, _SLIP):
            found = [
                (abs(start - len(page.typed)), number, start)
                for number, page in enumerate(self._pages)
                for start in _ends(prefix, page, slip)
            ]
            if found:
                _, number, start = min(found)
                return self._pages[number], start
        return None, 0


def continuation(target: str, start: int, stops: Sequence[str] = ()) -> str:
    """What stands at an index of a text, at most four lines of it and none that a stop forbids."""
    text = "".join(target[start:].splitlines(keepends=True)[:LINES]).rstrip("\r\n")
    for stop in stops:
        text = text.partition(stop)[0]
    return text


def _ends(prefix: str, page: Page, slip: int) -> Iterator[int]:
    """Where in the page's target a prefix may end, when its last `slip` characters need not be right."""
    head = page.head[-_CONTEXT:]
    whole = head + page.target
    for start in range(slip, len(page.target) + 1):
        end = len(head) + start - slip
        before = whole[max(0, end - _CONTEXT) : end]
        typed = prefix[len(prefix) - slip :]
        if prefix.endswith(before, 0, len(prefix) - slip) and (not slip or _is_slip(typed, whole[end : end + slip])):
            yield start


def _is_slip(typed: str, true: str) -> bool:
    """Whether a few characters are the true ones with wrong keys among them, and not another place or indentation."""
    return all(mine == other or (mine.isalpha() and other.isalpha()) for mine, other in zip(typed, true, strict=True))


class _Paced(Sequence[Step]):
    """Steps that become due by the clock, however late the one before was; notes when each token went out."""

    def __init__(self, steps: Sequence[Step], roles: int, writing: Writing, pace: Pace) -> None:
        self._steps, self._roles, self._writing, self._pace = steps, roles, writing, pace
        self._first = Pause(pace.first)

    def __len__(self) -> int:
        return len(self._steps) + 1

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Step]: ...
    def __getitem__(self, index: int | slice) -> Step | Sequence[Step]:
        return cast("Sequence[Step]", [self._first, *self._steps])[index]

    def __iter__(self) -> Iterator[Step]:
        clock = asyncio.get_running_loop().time
        yield self._first  # the stub has made this pause before the headers
        for number, step in enumerate(self._steps):
            token = number - self._roles
            if 0 <= token < len(self._writing.tokens):
                due = self._writing.at + self._pace.first + token * self._pace.token
                # Also when it is late: a client that has left is only seen in a turn of the loop.
                yield Pause(max(0.0, due - clock()))
                self._writing.times.append(clock())
            yield step
        self._writing.ended_at = clock()
