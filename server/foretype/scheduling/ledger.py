"""What was spent lately, in the memory of this process. The interface is that of every ledger.

Times are those of a monotonic clock, so that setting the time of day changes nothing; only the day of the daily budget
is the user's calendar's.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from foretype.scheduling.spending import (
    QUIET_AFTER,
    WINDOW,
    Allowance,
    Gauge,
    Lane,
    Refusal,
    Resource,
    Situation,
    Spent,
    Wish,
    refusal,
)

LEASE: Final = 90.0
"""Seconds after which the sender of a request that is under way counts as gone, unless it has said meanwhile that it
still waits. Answers mostly take half a minute at most."""

LONGEST_PAUSE: Final = 3600.0
"""Seconds. A server that asks for more is asked again after this time."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the time comes from: seconds that only ever grow, and the user's calendar. Tests turn them."""

    now: Callable[[], float] = time.monotonic
    today: Callable[[], datetime] = lambda: datetime.now().astimezone()

    @property
    def wall(self) -> float:
        """Seconds of the calendar, which may jump."""
        return self.today().timestamp()

    @property
    def day(self) -> str:
        """The user's day, as 2026-11-22."""
        return self.today().date().isoformat()

    @property
    def day_ends(self) -> float:
        """Seconds until it is over, at least one."""
        now = self.today()
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return max(1.0, (midnight - now).total_seconds())


@dataclass(frozen=True, slots=True)
class Account:
    """An endpoint as the ledger knows it: `key` names it without saying where it is, `allowance` is the user's."""

    key: str
    allowance: Allowance = field(default_factory=Allowance)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of an admitted request.

    `tokens` it cost in the end, `opened` the moment at which its answer began (None: none did). `sent` is False where
    the server can never have received it: then nothing was spent.
    """

    tokens: int
    opened: float | None = None
    sent: bool = True


class Ledger(Protocol):
    """Admits requests and remembers what they cost."""

    def admit(self, account: Account, wish: Wish) -> int | Refusal:
        """Enter the request, if there is room; returns the number of the entry, for `settle`."""

    def renew(self, account: Account, entry: int) -> None:
        """The request is still under way: its lease begins anew."""

    def settle(self, account: Account, entry: int, settlement: Settlement) -> None:
        """Replace what a request might have cost by what it did cost."""

    def learn(self, account: Account, gauges: Mapping[Resource, Gauge]) -> None:
        """Take in what the server says is left, unless something newer is known."""

    def pause(self, account: Account, seconds: float) -> None:
        """The server takes no requests for so long."""

    def last_minute(self, account: Account) -> tuple[int, int]:
        """Requests and tokens of the last minute."""

    def close(self) -> None:
        """Let go of files."""


@dataclass(slots=True)
class Entry:
    """One request in a ledger.

    `at` is when it was admitted, or last said to be under way, and, once it is settled, when its answer began.
    """

    lane: Lane
    at: float
    tokens: int
    running: bool = True

    def spent(self, now: float, requests: int = 1) -> Spent:
        """As it counts now: while nobody knows when the server received it, it may have done so just now."""
        if not self.running:
            return Spent(self.lane, self.at, self.tokens, requests=requests)
        over = now > self.at + LEASE
        return Spent(self.lane, min(now, self.at + LEASE), self.tokens, not over, requests)


@dataclass(slots=True)
class _Page:
    """All about one account."""

    entries: dict[int, Entry] = field(default_factory=dict)
    gauges: dict[Resource, Gauge] = field(default_factory=dict)
    missed: list[Spent] = field(default_factory=list)
    pause: tuple[float, float, float] = (0.0, 0.0, -math.inf)
    """When it was asked for, by both clocks, and for how many seconds."""
    day: str = ""
    today: int = 0


class LocalLedger:
    """A ledger of this process alone."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._pages: dict[str, _Page] = {}
        self._numbers = itertools.count(1)

    def admit(self, account: Account, wish: Wish) -> int | Refusal:
        """See `Ledger.admit`."""
        refused = self.refuses(account, wish)
        if refused is not None and wish.lane == "interactive":
            self._page(account).missed.append(Spent(wish.lane, self._clock.now(), wish.tokens))
        return refused or self.enter(account, wish)

    def refuses(self, account: Account, wish: Wish) -> Refusal | None:
        """Why there is no room by what is known here; None where there is. Enters nothing."""
        page, now = self._page(account), self._clock.now()
        spent = [entry.spent(now) for entry in page.entries.values()]
        situation = Situation(
            now,
            spent,
            page.today,
            self._clock.day_ends,
            now + self._pause_left(page),
            page.gauges,
            quiet=not any(one.lane == "interactive" for one in spent),
            missed=page.missed,
        )
        return refusal(wish, account.allowance, situation)

    def enter(self, account: Account, wish: Wish) -> int:
        """Enter a request that was admitted elsewhere."""
        page, number = self._page(account), next(self._numbers)
        page.entries[number] = Entry(wish.lane, self._clock.now(), wish.tokens)
        page.today += wish.tokens
        return number

    def renew(self, account: Account, entry: int) -> None:
        """See `Ledger.renew`."""
        known = self._page(account).entries.get(entry)
        if known is not None and known.running:
            known.at = self._clock.now()

    def settle(self, account: Account, entry: int, settlement: Settlement) -> None:
        """See `Ledger.settle`."""
        page = self._page(account)
        known = page.entries.pop(entry, None)
        if known is None:
            return
        tokens = settlement.tokens if settlement.sent else 0
        page.today = max(0, page.today + tokens - known.tokens)
        if settlement.sent:
            at = self._clock.now() if settlement.opened is None else settlement.opened
            page.entries[entry] = Entry(known.lane, at, tokens, running=False)

    def learn(self, account: Account, gauges: Mapping[Resource, Gauge]) -> None:
        """See `Ledger.learn`."""
        known = self._page(account).gauges
        known.update({name: one for name, one in gauges.items() if name not in known or one.at >= known[name].at})

    def pause(self, account: Account, seconds: float) -> None:
        """See `Ledger.pause`."""
        page, seconds = self._page(account), min(LONGEST_PAUSE, max(0.0, seconds))
        if seconds >= self._pause_left(page):
            page.pause = (self._clock.now(), self._clock.wall, seconds)

    def last_minute(self, account: Account) -> tuple[int, int]:
        """See `Ledger.last_minute`."""
        now = self._clock.now()
        recent = [entry.spent(now) for entry in self._page(account).entries.values()]
        recent = [one for one in recent if one.at > now - WINDOW]
        return len(recent), sum(one.tokens for one in recent)

    def close(self) -> None:
        """Nothing is held."""

    def _pause_left(self, page: _Page) -> float:
        """Seconds. The clock stands still while a machine sleeps: the calendar helps."""
        at, wall, seconds = page.pause
        return seconds - max(self._clock.now() - at, self._clock.wall - wall)

    def _page(self, account: Account) -> _Page:
        """The account's page, without what is too old to matter."""
        page = self._pages.setdefault(account.key, _Page())
        old = self._clock.now() - QUIET_AFTER
        for number in [number for number, entry in page.entries.items() if entry.at + LEASE * entry.running < old]:
            del page.entries[number]
        page.missed = [one for one in page.missed if one.at > self._clock.now() - WINDOW]
        if page.day != self._clock.day:
            page.day, page.today = self._clock.day, 0
        return page
