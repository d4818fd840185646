"""A clock that tests turn, and a calendar beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from foretype.scheduling.ledger import Clock


@dataclass
class Turned:
    """Seconds and time of day; `turn` moves both, `jump` only what the user sees."""

    seconds: float = 1_000.0
    date: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 14, 0, tzinfo=timezone.utc))

    def turn(self, seconds: float) -> None:
        self.seconds += seconds
        self.date += timedelta(seconds=seconds)

    def jump(self, seconds: float) -> None:
        self.date += timedelta(seconds=seconds)

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.seconds, lambda: self.date)
