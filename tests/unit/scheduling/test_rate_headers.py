"""What servers say of their limits, name by name, and what makes no sense."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from foretype.scheduling.rate_headers import LONGEST_RESET, duration, gauges_in

WALL = datetime(2026, 11, 22, 6, 17, 2, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1s", 1),
        ("6m0s", 360),
        ("120ms", 0.12),
        ("7.66s", 7.66),
        ("2m59.56s", 179.56),
        ("1h2m3s", 3723),
        ("1d", 86_400),
        ("42", 42),
        ("0", 0),
        ("2026-11-22 06:18:02 UTC", 60),
        (str(int(WALL.timestamp()) + 60), 60),
        (str(int(WALL.timestamp() + 60) * 1000), 60),
        (str(int(WALL.timestamp()) - 60), 0),
        ("2026-11-22T06:18:02Z", 60),
        ("2026-11-22T06:16:02+00:00", 0),
        ("", None),
        (None, None),
        ("-1", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("1s 2s", None),
        ("12:00", None),
    ],
)
def test_durations(value, seconds):
    found = duration(value, WALL)
    assert found == (seconds if seconds is None else pytest.approx(seconds))


def openai(resource, limit, remaining, reset):
    names = (f"x-ratelimit-limit-{resource}", f"x-ratelimit-remaining-{resource}", f"x-ratelimit-reset-{resource}")
    return dict(zip(names, (limit, remaining, reset), strict=True))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, {}),
        (openai("requests", "60", "59", "1s"), {"requests": (59, 60, 1, True)}),
        (openai("tokens", "150000", "149984", "6m0s"), {"tokens": (149984, 150000, 360, True)}),
        # Groq counts requests by the day: what is asked for is how long until some are back, whatever the unit.
        (openai("requests", "14400", "14370", "2m59.56s"), {"requests": (14370, 14400, 179.56, True)}),
        (openai("requests", "100", "0", "24h"), {"requests": (0, 100, LONGEST_RESET, True)}),
        # LiteLLM sends no reset for a deployment's limits, and prefixes what the provider behind it said.
        ({"x-ratelimit-limit-requests": "2", "x-ratelimit-remaining-requests": "0"}, {"requests": (0, 2, 60, False)}),
        (
            {"llm_provider-x-ratelimit-remaining-tokens": "0", "llm_provider-x-ratelimit-limit-tokens": "500"},
            {"tokens": (0, 500, 60, False)},
        ),
        (
            {"x-ratelimitbysize-limit-minute": "500000", "x-ratelimitbysize-remaining-minute": "499000"}
            | {"ratelimitbysize-reset": "12"},
            {"tokens": (499000, 500000, 12, False)},
        ),
        (
            {"anthropic-ratelimit-tokens-remaining": "10", "anthropic-ratelimit-tokens-limit": "100"}
            | {"anthropic-ratelimit-tokens-reset": "2026-11-22T06:17:32Z"},
            {"tokens": (10, 100, 30, True)},
        ),
        # The scarcer of two counts.
        (
            openai("requests", "100", "90", "1s") | {"ratelimit-limit": "10", "ratelimit-remaining": "0"},
            {"requests": (0, 10, 60, False)},
        ),
        # What makes no sense.
        (openai("requests", "-1", "-1", "0"), {}),
        (openai("requests", "many", "few", "later"), {}),
        (openai("requests", "60", "nan", "1s"), {}),
        (openai("requests", "0", "0", "1s"), {}),
        (openai("requests", "-1", "0", ""), {}),
        (openai("tokens", "none", "0", "1s"), {}),
        ({"x-ratelimit-remaining-requests": "0"}, {"requests": (0, 1, 60, False)}),
        (openai("requests", "", "5", ""), {"requests": (5, 5, 60, False)}),
    ],
)
def test_names(headers, expected):
    found = gauges_in(headers, 1_000.0, WALL)
    assert {name: (one.remaining, one.limit, one.reset, one.steady) for name, one in found.items()} == expected
    assert all(one.at == 1_000.0 for one in found.values())
