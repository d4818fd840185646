"""What the stub answers: scripted steps, and builders for the shapes and faults that real servers show.

A reply is a status, headers and steps; a step is bytes to send, a pause, or the way the connection ends.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

SSE = {"Content-Type": "text/event-stream"}
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing happens for so many seconds (cut short when the client leaves)."""

    seconds: float


@dataclass(frozen=True, slots=True)
class End:
    """How the connection ends before the reply is whole: closed cleanly (FIN) or torn down (RST)."""

    how: Literal["close", "reset"] = "close"


Step = bytes | Pause | End


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `raw` replies send their steps as they are: no status line, no headers, no framing."""

    status: int = 200
    reason: str = "OK"
    headers: dict[str, str] = field(default_factory=dict)
    steps: Sequence[Step] = ()
    chunked: bool = True
    raw: bool = False
    keep_alive: bool = True

    def slowly(self, seconds: float, first: float = 0.0) -> Reply:
        """The same with a pause before each piece; `first` before the headers (a queue, a long prompt)."""
        paced: list[Step] = []
        for step in self.steps:
            paced += [Pause(seconds), step]
        return replace(self, steps=[Pause(first), *paced] if first else paced)


Role = Literal["empty", "null", "absent", "merged", "none"]
UsageAt = Literal["own", "delta", "finish", "none"]

_FIRST: dict[Role, dict[str, str | None]] = {"empty": {"content": ""}, "null": {"content": None}}


def event(payload: object, end: str = "\n\n") -> bytes:
    """One server-sent event."""
    return f"data: {json.dumps(payload)}{end}".encode()


DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Shape:
    """The dialect of a stream: how the role comes, where usage rides, whether the end is marked."""

    role: Role = "empty"
    usage: UsageAt = "own"
    done: bool = True
    finish: str | None = "stop"


USAGE = {
    "prompt_tokens": 12,
    "completion_tokens": 3,
    "total_tokens": 15,
    "prompt_tokens_details": {"cached_tokens": 8},
}


def chat(pieces: Iterable[str], shape: Shape = Shape()) -> Reply:
    """A streamed chat completion."""
    pieces = list(pieces)
    steps: list[Step] = []
    if shape.role == "merged" and pieces:
        steps.append(_choice({"delta": {"role": "assistant", "content": pieces.pop(0)}}))
    elif shape.role != "none":
        content = _FIRST.get(shape.role, {})
        steps.append(_choice({"delta": {"role": "assistant", **content}}))
    steps += [_choice({"delta": {"content": piece}}) for piece in pieces]
    return Reply(headers=SSE, steps=[*steps, *_tail({"delta": {}}, shape)])


def completions(pieces: Iterable[str], shape: Shape = Shape(usage="finish")) -> Reply:
    """A streamed (legacy) completion."""
    steps = [_choice({"text": piece}) for piece in pieces]
    return Reply(headers=SSE, steps=[*steps, *_tail({"text": ""}, shape)])


def _choice(choice: dict[str, object], **more: object) -> bytes:
    return event({"id": "stub-1", "model": "stub", "choices": [{"index": 0, "finish_reason": None, **choice}], **more})


def _tail(empty: dict[str, object], shape: Shape) -> list[Step]:
    steps: list[Step] = []
    if shape.finish is not None:
        more = {"usage": USAGE} if shape.usage == "finish" else {}
        steps.append(_choice({**empty, "finish_reason": shape.finish}, **more))
    if shape.usage == "own":
        steps.append(event({"id": "stub-1", "choices": [], "usage": USAGE}))
    if shape.usage == "delta":
        steps.append(event({"id": "stub-1", "choices": [{"index": 0, "delta": {}}], "usage": USAGE}))
    if shape.done:
        steps.append(DONE)
    return steps


def whole(status: int, body: str, headers: dict[str, str] | None = None, reason: str = "") -> Reply:
    """An answer in one piece."""
    return Reply(status, reason, headers or JSON, [body.encode()], chunked=False)


def error(status: int, message: str, headers: dict[str, str] | None = None, **fields: object) -> Reply:
    """An error in OpenAI's shape."""
    body = json.dumps({"error": {"message": message, "type": None, "param": None, "code": None, **fields}})
    return whole(status, body, {**JSON, **(headers or {})})


def rate_limited(retry_after: str = "2") -> Reply:
    """429 with Retry-After, as OpenAI's."""
    return error(429, "Rate limit reached", {"Retry-After": retry_after}, code="rate_limit_exceeded")


def page(status: int = 200) -> Reply:
    """What a proxy or a log-in page of a network answers."""
    return whole(status, "<!DOCTYPE html><html><body>Log in</body></html>", {"Content-Type": "text/html"})


def hang(seconds: float = 600.0) -> Reply:
    """Not a byte."""
    return Reply(steps=[Pause(seconds), End()], raw=True)


def cut(reply: Reply, after: int, how: Literal["close", "reset"] = "close") -> Reply:
    """The first steps of a reply, then the connection ends; a reset waits until the steps were read."""
    wait = [Pause(0.05)] if how == "reset" else []
    return replace(reply, steps=[*list(reply.steps)[:after], *wait, End(how)])


def models(*names: str) -> Reply:
    """The answer of /models."""
    return whole(200, json.dumps({"object": "list", "data": [{"id": name, "object": "model"} for name in names]}))


def recorded(raw: bytes, cuts: Iterable[int] = ()) -> Reply:
    """A recorded exchange byte for byte, cut at these places; the connection closes at its end."""
    edges = [0, *sorted(set(cuts)), len(raw)]
    steps: list[Step] = []
    for start, end in itertools.pairwise(edges):
        steps += [raw[start:end], Pause(0)]
    return Reply(steps=[*steps, End()], raw=True)
