"""What a server's answer says of its limits, under the names that providers give it. Pure.

The names were collected from the documents of OpenAI, Azure, Groq, Mistral, Anthropic and LiteLLM, which puts
`llm_provider-` before the headers of the provider behind it. Values that make no sense (Azure sends -1 and 0, others
words) count as not sent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Final

from foretype.scheduling.spending import WINDOW, Gauge, Resource

LONGEST_RESET: Final = 3600.0
"""Seconds. What is said to come back later than that is asked for again after this time: it may be a mistake."""

_EPOCH: Final = 1e9
"""What is larger is no duration but a moment, in seconds or milliseconds since 1970."""

_PARTS: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)")
_SECONDS: Final = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


@dataclass(frozen=True, slots=True)
class _Names:
    """How one provider calls one limit. `steady`: what was spent comes back bit by bit, not at once."""

    resource: Resource
    limit: str
    remaining: str
    reset: str
    steady: bool = False


_NAMES: Final = (
    _Names(
        "requests", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", True
    ),
    _Names("tokens", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", True),
    _Names("requests", "x-ratelimit-limit-req-minute", "x-ratelimit-remaining-req-minute", "ratelimit-reset"),
    _Names("tokens", "x-ratelimit-limit-tokens-minute", "x-ratelimit-remaining-tokens-minute", "ratelimit-reset"),
    _Names("tokens", "x-ratelimitbysize-limit-minute", "x-ratelimitbysize-remaining-minute", "ratelimitbysize-reset"),
    _Names("requests", "x-ratelimit-api_key-limit-requests", "x-ratelimit-api_key-remaining-requests", "reset_at"),
    _Names("tokens", "x-ratelimit-api_key-limit-tokens", "x-ratelimit-api_key-remaining-tokens", "reset_at"),
    _Names(
        "requests",
        "anthropic-ratelimit-requests-limit",
        "anthropic-ratelimit-requests-remaining",
        "anthropic-ratelimit-requests-reset",
        True,
    ),
    _Names(
        "tokens",
        "anthropic-ratelimit-tokens-limit",
        "anthropic-ratelimit-tokens-remaining",
        "anthropic-ratelimit-tokens-reset",
        True,
    ),
    _Names("requests", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"),
)


def gauges_in(headers: Mapping[str, str], now: float, wall: datetime | None = None) -> dict[Resource, Gauge]:
    """What is left by the headers (names in lower case), as of `now`; the scarcer where several names say it.

    `wall` is the time of day, for servers that name a moment. A server that does not say when all is back is taken
    to count by the minute.
    """
    found: dict[Resource, Gauge] = {}
    wall = wall or datetime.now(timezone.utc)
    for names in _NAMES:
        for prefix in ("", "llm_provider-"):
            gauge = _gauge(names, headers, prefix, now, wall)
            known = found.get(names.resource)
            if gauge is not None and (known is None or gauge.remaining / gauge.limit < known.remaining / known.limit):
                found[names.resource] = gauge
    return found


def _gauge(names: _Names, headers: Mapping[str, str], prefix: str, now: float, wall: datetime) -> Gauge | None:
    remaining, said = _amount(headers.get(prefix + names.remaining)), headers.get(prefix + names.limit)
    limit = _amount(said) if said else max(remaining or 0.0, 1.0)
    if remaining is None or not limit:
        return None  # of a limit of -1, or 0, nothing is left either
    reset = duration(headers.get(prefix + names.reset), wall)
    if reset is None:
        return Gauge(min(remaining, limit), limit, WINDOW, now)
    return Gauge(min(remaining, limit), limit, min(reset, LONGEST_RESET), now, names.steady)


def duration(value: str | None, wall: datetime) -> float | None:
    """Seconds in "1s", "6m0s", "120ms", "7.66" or until a moment such as "2026-11-22T06:18:02Z" or 1795328282.

    None for others.
    """
    if not value:
        return None
    value = value.strip().lower()
    parts = _PARTS.findall(value)
    if parts and "".join(number + unit for number, unit in parts) == value:
        return sum(float(number) * _SECONDS[unit] for number, unit in parts)
    number = _amount(value)
    if number is not None:
        seconds = number / 1000 if number >= 1000 * _EPOCH else number
        return seconds if seconds < _EPOCH else max(0.0, seconds - wall.timestamp())
    for text in _readings(value):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            continue
        moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        return max(0.0, (moment - wall).total_seconds())
    return None


def _readings(value: str) -> Iterable[str]:
    """As Python 3.10 can read a moment, which knows neither Z nor UTC."""
    return (re.sub(r"\s*(z|utc)$", "+00:00", value), value)


def _amount(value: str | None) -> float | None:
    try:
        number = float(value) if value else None
    except ValueError:
        return None
    return number if number is not None and number >= 0 and math.isfinite(number) else None
