"""Whether one more request has room within the limits, and if not, when it may. Pure: time and counts are passed in.

What counts is a log of single requests, not a bucket that fills up again: so no window of 60 seconds, wherever it
begins, ever holds more than the limit. Whatever a server counts by (fixed minutes, a bucket, a sliding window), it
sees no more than that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Lane = Literal["interactive", "prefetch", "bulk"]
Resource = Literal["requests", "tokens"]

RANKS: Final[Mapping[Lane, int]] = {"interactive": 0, "prefetch": 1, "bulk": 2}
"""A lane with a higher rank gives way to those with a lower one."""

WINDOW: Final = 60.0
"""Seconds. Providers state their limits by the minute."""

RESERVE: Final = (0.0, 0.25, 0.5)
"""The share of every limit that each rank leaves free for those before it while somebody is at work."""

QUIET_AFTER: Final = 300.0
"""Seconds without an interactive request after which nobody seems to be at work; then half of the reserve will do."""

MOST_RESERVED: Final = 0.9
"""The share of a limit that those before may claim by what they were refused lately; the rest keeps others moving."""

DAY_RESERVE: Final = (0.0, 0.1, 0.2)
"""The same for the budget of a day, of which nothing comes back before midnight."""

LOOK_AGAIN: Final = 0.25
"""Seconds until a place among the requests that run at once may be free: nobody knows when they end."""

NEVER: Final = math.inf


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the user's settings allow one endpoint; None does not limit. `concurrent` is requests at once."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    tokens_per_day: int | None = None
    concurrent: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A request that somebody wants to send: on which lane, and the tokens it may cost, prompt and answer together."""

    lane: Lane
    tokens: int


@dataclass(frozen=True, slots=True)
class Spent:
    """A request of the last minute, or several that are counted as one.

    `at` is the latest moment at which the server may have received it: for one that has no answer yet, now.
    """

    lane: Lane
    at: float
    tokens: int
    running: bool = False
    requests: int = 1


@dataclass(frozen=True, slots=True)
class Gauge:
    """What a server said is left: `remaining` of `limit`, when it said so (`at`), and after how long all is back.

    Some refill steadily (OpenAI, Groq), others at once at the end of their minute.
    """

    remaining: float
    limit: float
    reset: float
    at: float
    steady: bool = False

    def left(self, now: float) -> float:
        """How much there is at a later moment, without what was spent since."""
        passed = now - self.at
        if passed >= self.reset or passed < 0:
            return self.limit
        return self.remaining + (self.limit - self.remaining) * passed / self.reset if self.steady else self.remaining

    def wait(self, needed: float, now: float) -> float:
        """Seconds until so much is there, if nobody else takes it."""
        missing = needed - self.left(now)
        if missing <= 0:
            return 0.0
        over = max(0.0, self.at + self.reset - now)
        if not self.steady or self.limit <= self.remaining:
            return over
        return min(over, missing * self.reset / (self.limit - self.remaining))


@dataclass(frozen=True, slots=True)
class Situation:
    """All that is known of an endpoint now.

    `spent` are at least the last minute's requests, `today` the tokens of this day and `day_ends` the seconds until
    it is over, `paused_until` when the server will take requests again, `quiet` that nobody is at work,
    `missed` what was refused to the interactive lane in the last minute.
    """

    now: float
    spent: Sequence[Spent] = ()
    today: int = 0
    day_ends: float = 86_400.0
    paused_until: float = -math.inf
    gauges: Mapping[Resource, Gauge] = field(default_factory=dict)
    quiet: bool = False
    missed: Sequence[Spent] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no room, as one sentence, and in how many seconds there may be; `NEVER` if never.

    `crowded`: only because of the requests under way, any of which may end now.
    """

    reason: str
    wait: float
    crowded: bool = False


def refusal(wish: Wish, allowance: Allowance, situation: Situation) -> Refusal | None:
    """Why the request must not be sent now; None where it may. Of several reasons the one that lasts longest."""
    return max(_reasons(wish, allowance, situation), key=lambda one: (one.wait, not one.crowded), default=None)


def _reasons(wish: Wish, allowance: Allowance, situation: Situation) -> Iterator[Refusal]:
    now, rank = situation.now, RANKS[wish.lane]
    if situation.paused_until > now:
        yield Refusal("The model's server asked for a pause.", situation.paused_until - now)
    ahead = math.floor((1 - DAY_RESERVE[rank]) * (allowance.tokens_per_day or 0))
    if allowance.tokens_per_day is not None and situation.today + wish.tokens > ahead:
        yield Refusal(f"The budget of {allowance.tokens_per_day:,} tokens a day is used up.", situation.day_ends)
    if allowance.concurrent is not None:
        slots = max(1, allowance.concurrent - (rank > 0))  # one is kept for whoever waits at the keyboard
        if sum(one.requests for one in situation.spent if one.running) >= slots:
            yield Refusal("As many requests as allowed are under way.", LOOK_AGAIN, crowded=True)
    limits: tuple[tuple[Resource, int | None, int], ...] = (
        ("requests", allowance.requests_per_minute, 1),
        ("tokens", allowance.tokens_per_minute, wish.tokens),
    )
    for resource, limit, cost in limits:
        if limit is not None and (wait := _window_wait(resource, limit, cost, rank, situation)):
            yield _limit_reached(resource, limit, cost, wait)
        gauge = situation.gauges.get(resource)
        if gauge is not None and (wait := _gauge_wait(gauge, resource, cost, rank, situation)):
            yield Refusal(f"The model's server has no {resource} left for now.", wait)


def _limit_reached(resource: Resource, limit: int, cost: int, wait: float) -> Refusal:
    if wait == NEVER:
        return Refusal(f"A request of {cost:,} tokens is more than the limit of {limit:,} tokens a minute.", NEVER)
    return Refusal(f"The limit of {limit:,} {resource} a minute is used up.", wait)


def _window_wait(resource: Resource, limit: int, cost: int, rank: int, situation: Situation) -> float:
    """Seconds until the last minute's spending has room, 0 if it has."""
    if cost > limit:
        return NEVER
    share = RESERVE[rank] * (0.5 if situation.quiet else 1.0)
    amount = _amount_of(resource)
    recent = sorted((one for one in situation.spent if one.at > situation.now - WINDOW), key=lambda one: one.at)
    before = sum(amount(one) for one in recent if RANKS[one.lane] < rank)
    others = sum(amount(one) for one in recent if RANKS[one.lane] >= rank)

    # Whoever was refused will ask again: what comes free is not for the lanes behind.
    missed = sum(amount(one) for one in situation.missed if one.at > situation.now - WINDOW) if rank else 0

    def fits() -> bool:
        claimed = min(MOST_RESERVED * limit, before + missed)
        if max(share * limit, before, claimed) + others + cost <= limit:
            return True
        # What is larger than its lane's whole share must get its turn some time.
        return others == 0 and before + cost <= limit and cost > (1 - share) * limit

    if fits():
        return 0.0
    for one in recent:
        if RANKS[one.lane] < rank:
            before -= amount(one)
        else:
            others -= amount(one)
        if fits():
            return max(LOOK_AGAIN if one.running else 0.001, one.at + WINDOW - situation.now)
    return WINDOW


def _gauge_wait(gauge: Gauge, resource: Resource, cost: int, rank: int, situation: Situation) -> float:
    amount = _amount_of(resource)
    since = sum(amount(one) for one in situation.spent if one.at > gauge.at)
    kept = RESERVE[rank] * (0.5 if situation.quiet else 1.0) * gauge.limit
    return gauge.wait(min(cost + since + kept, gauge.limit), situation.now)


def _amount_of(resource: Resource) -> Callable[[Spent], int]:
    return (lambda one: one.requests) if resource == "requests" else (lambda one: one.tokens)
