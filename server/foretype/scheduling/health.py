"""What the user is told about the state of things: one line, from plain facts. Pure.

The kinds are those that Copilot's clients know. `incident` names what is wrong, whatever the message says in detail, so
that one incident is told once although the time in its message moves on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from foretype.errors import (
    ContextOverflowError,
    LimitReachedError,
    ModelError,
    RateLimitedError,
    RefusedError,
    UnreachableError,
)

Kind = Literal["Normal", "Warning", "Error", "Inactive"]
Incident = Literal["", "slow", "limited", "offline", "failing", "error", "inactive"]

SLOW_MS: Final = 2_500.0
"""Milliseconds to the first token beyond which text comes too late for whoever types on."""

SLOW_AFTER: Final = 5
"""Answers in a row by which a server is judged: one may have met a cold start."""

SILENT_S: Final = 5.0
"""Seconds in which requests were sent and none was answered. Editors give a request up at the next key, so a server
that hangs never fails while somebody types."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known. `rest`: seconds that the endpoint is left alone; `first_tokens_ms`: of the latest answers.

    `unanswered`: seconds from the first to the last of several requests in a row that were given up without a token.
    """

    silence: str = ""
    error: ModelError | None = None
    rest: float = 0.0
    first_tokens_ms: tuple[float, ...] = ()
    unanswered: float = 0.0
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """What the status line shows."""

    kind: Kind = "Normal"
    message: str = ""
    busy: bool = False
    incident: Incident = ""


def health(facts: Facts, now: datetime) -> Health:
    """The line for these facts; `now` is the user's time of day."""
    if facts.silence:
        return Health("Inactive", facts.silence, incident="inactive")
    # A limit is over with its time; whether anything else is, only the next answer tells.
    if facts.error is not None and (facts.rest > 0 or not isinstance(facts.error, RateLimitedError)):
        return _unwell(facts.error, facts.rest, now)
    if facts.unanswered >= SILENT_S:
        message = f"The model is slow: no request of the last {SILENT_S:g} s or more was answered before the next key."
        return Health("Warning", message, facts.busy, "slow")
    slow = _slow(facts.first_tokens_ms)
    if slow is not None:
        message = f"The model is slow: {slow / 1000:.1f} s to the first token."
        return Health("Warning", message, facts.busy, "slow")
    return Health(busy=facts.busy)


def _unwell(error: ModelError, rest: float, now: datetime) -> Health:
    if isinstance(error, RateLimitedError):
        ours = isinstance(error, LimitReachedError)
        why = error.message if ours else "The provider takes no more for now."
        return Health(
            "Warning", f"Limited until {_clock(now, rest)}; the embedded engine answers. {why}", False, "limited"
        )
    if isinstance(error, UnreachableError):
        return Health("Warning", f"Offline; the embedded engine answers. {error}", False, "offline")
    if error.retry or isinstance(error, (RefusedError, ContextOverflowError)):
        return Health("Warning", f"The embedded engine answers: {error}", False, "failing")
    return Health("Error", f"The embedded engine answers: {error}", False, "error")


def _clock(now: datetime, seconds: float) -> str:
    """The minute in which the wait is over, by the user's clock; with the day where it is not today."""
    until = now + timedelta(seconds=min(max(0.0, seconds), 366 * 86_400.0))
    if until.second or until.microsecond:
        until = until.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return until.strftime("%H:%M") if until.date() == now.date() else until.strftime("%Y-%m-%d %H:%M")


def _slow(first_tokens_ms: tuple[float, ...]) -> float | None:
    latest = first_tokens_ms[-SLOW_AFTER:]
    if len(latest) < SLOW_AFTER:
        return None
    middle = sorted(latest)[SLOW_AFTER // 2]
    return middle if middle > SLOW_MS else None
