"""One line of status from plain facts."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from foretype.errors import (
    AuthenticationError,
    LimitReachedError,
    QuotaError,
    RateLimitedError,
    RefusedError,
    ServerError,
    UnreachableError,
)
from foretype.scheduling.health import Facts, Health, health

NOW = datetime(2026, 11, 22, 14, 3, 20, tzinfo=timezone.utc)
OURS = LimitReachedError("The limit of 30 requests a minute is used up.", retry_after=30)
SLOW = (3_000.0,) * 5


@pytest.mark.parametrize(
    ("facts", "kind", "incident", "message"),
    [
        (Facts(), "Normal", "", ""),
        (Facts(silence="The file is excluded."), "Inactive", "inactive", "The file is excluded."),
        (Facts(silence="x", error=ServerError("y"), rest=3), "Inactive", "inactive", "x"),
        (
            Facts(error=OURS, rest=30),
            "Warning",
            "limited",
            "Limited until 14:04; the embedded engine answers. The limit of 30 requests a minute is used up.",
        ),
        (
            Facts(error=RateLimitedError("x", retry_after=90), rest=90),
            "Warning",
            "limited",
            "Limited until 14:05; the embedded engine answers. The provider takes no more for now.",
        ),
        (
            Facts(error=RateLimitedError("x"), rest=86_400),
            "Warning",
            "limited",
            "Limited until 2026-11-23 14:04; the embedded engine answers. The provider takes no more for now.",
        ),
        (Facts(error=RateLimitedError("x"), rest=0), "Normal", "", ""),
        (
            Facts(error=UnreachableError("Nothing listens there.", "Start it."), rest=0),
            "Warning",
            "offline",
            "Offline; the embedded engine answers. Nothing listens there. Start it.",
        ),
        (Facts(error=ServerError("It failed.")), "Warning", "failing", "The embedded engine answers: It failed."),
        (
            Facts(error=AuthenticationError("The key is wrong.", "Set it.")),
            "Error",
            "error",
            "The embedded engine answers: The key is wrong. Set it.",
        ),
        (Facts(error=RefusedError("It declined.")), "Warning", "failing", "The embedded engine answers: It declined."),
        (Facts(error=QuotaError("No credit.")), "Error", "error", "The embedded engine answers: No credit."),
        (Facts(first_tokens_ms=SLOW), "Warning", "slow", "The model is slow: 3.0 s to the first token."),
        (
            Facts(unanswered=5.0),
            "Warning",
            "slow",
            "The model is slow: no request of the last 5 s or more was answered before the next key.",
        ),
        (Facts(unanswered=4.9), "Normal", "", ""),
        (Facts(first_tokens_ms=SLOW[:4]), "Normal", "", ""),
        (Facts(first_tokens_ms=(9_000.0, 9_000.0, 100.0, 100.0, 100.0)), "Normal", "", ""),
    ],
)
def test_the_line(facts, kind, incident, message):
    assert health(facts, NOW) == Health(kind, message, False, incident)


@pytest.mark.parametrize("rest", [float("inf"), 1e18, 59.9])
def test_no_wait_is_too_long_to_be_told(rest):
    assert "Limited until " in health(Facts(error=OURS, rest=rest), NOW).message


def test_busy_is_told_beside_what_is_wrong_with_speed_only():
    assert health(Facts(busy=True), NOW) == Health(busy=True)
    assert health(Facts(busy=True, first_tokens_ms=SLOW), NOW).busy
    assert not health(Facts(busy=True, error=ServerError("x")), NOW).busy
