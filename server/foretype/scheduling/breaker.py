"""After a failure, leave the endpoint alone for a while: as long as it asks for, or longer each time.

When the rest is over, one request tries; the others wait for what becomes of it. The clock is monotonic, so that
setting the time of day changes nothing.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

from foretype.errors import ContextOverflowError, LimitReachedError, ModelError, RateLimitedError, RefusedError

FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 60.0
"""Seconds. The pause doubles with each failure in a row; a success ends it."""

HOPELESS_PAUSE: Final = 300.0
"""Seconds after a failure that only the user can mend (a wrong key, an unknown model)."""

LONGEST_ASKED_PAUSE: Final = 3600.0
"""Seconds. A server that asks for a longer rest, a day perhaps, gets one request an hour: it may have been mistaken."""

LIMIT_PAUSE: Final = 2.0
"""Seconds until our own limits are asked again. That costs the server nothing, and room may come early."""

PROBE_PATIENCE: Final = 30.0
"""Seconds after which a probe that nobody reported on counts as lost."""

_THIS_TEXT_ONLY: Final = (ContextOverflowError, RefusedError)
"""What a server declines for what is in the request; the next may well succeed."""


class Breaker:
    """Open after failures, closed after a success. One for each endpoint."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures = 0
        self._until = -math.inf
        self._probe_until = -math.inf
        self.error: ModelError | None = None

    @property
    def open(self) -> bool:
        """Whether the endpoint is to be left alone now."""
        return self._now() < self._until

    @property
    def rest(self) -> float:
        """Seconds that it is still left alone."""
        return max(0.0, self._until - self._now())

    def claim(self) -> bool:
        """Whether a request may be sent. After a rest only the first may, until it was reported on."""
        now = self._now()
        if now < self._until or (self._failures and now < self._probe_until):
            return False
        if self._failures:
            self._probe_until = now + PROBE_PATIENCE
        return True

    def abandoned(self) -> None:
        """The request that was claimed ended without showing anything; the next may try."""
        self._probe_until = -math.inf

    def retried(self) -> None:
        """The request that failed last is sent once more, without a rest; it tries for all others."""
        self._until = self._probe_until = -math.inf

    def succeeded(self) -> None:
        """The endpoint answered."""
        self._failures = 0
        self._until = self._probe_until = -math.inf
        self.error = None

    def failed(self, error: ModelError) -> None:
        """The endpoint failed; decides how long it rests."""
        self.error = error
        self._probe_until = -math.inf
        if isinstance(error, LimitReachedError):
            self._until = self._now() + min(LIMIT_PAUSE, _sensible(error.retry_after, LIMIT_PAUSE))
            return
        self._failures += 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._failures - 1, 10))
        if isinstance(error, RateLimitedError):
            # A server that says "at once" again and again is not believed for ever.
            again = pause / 2 if self._failures > 1 else 0.0
            pause = max(again, _sensible(error.retry_after, pause))
        elif not error.retry and not isinstance(error, _THIS_TEXT_ONLY):
            pause = HOPELESS_PAUSE
        self._until = self._now() + pause


def _sensible(asked: float | None, otherwise: float) -> float:
    """The pause that a server asked for, within reason. Not a number, or none: what we would take by ourselves."""
    if asked is None or math.isnan(asked):
        return otherwise
    return min(LONGEST_ASKED_PAUSE, max(0.0, asked))
