"""After a failure, leave the endpoint alone for a while: as long as it asks for, or in the measure of the outage.

When the rest is over, one request tries; the others wait for what becomes of it. The clock is monotonic, so that
setting the time of day changes nothing.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

from foretype.errors import ContextOverflowError, LimitReachedError, ModelError, RateLimitedError, RefusedError

SHORTEST_REST: Final = 0.25
"""Seconds: about one key. A server that failed once is most often well again at the next."""

REST_SHARE: Final = 0.04
"""Of the outage so far. Whoever rests for 4% of it is late by no more than that, half a second after 12 seconds, and
the requests grow with the logarithm of the outage's length only: 17 for each doubling."""

LONGEST_REST: Final = 60.0

FIRST_PAUSE: Final = 2.0
"""Seconds after what the server declined without saying for how long. Doubles with each failure in a row: whoever
counts requests counts those that ask again as well."""

HOPELESS_PAUSE: Final = 300.0
"""Seconds after a failure that only the user can mend (a wrong key, an unknown model)."""

LONGEST_ASKED_PAUSE: Final = 3600.0
"""Seconds. A server that asks for a longer rest, a day perhaps, gets one request an hour: it may have been mistaken."""

PROBE_PATIENCE: Final = 30.0
"""Seconds after which a probe that nobody reported on counts as lost."""

_DECLINED: Final = (RateLimitedError, ContextOverflowError, RefusedError)
"""The server works, and says no."""


class Breaker:
    """Open after failures, closed after a success. One for each endpoint."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures = 0
        self._since = math.inf
        self._rested = SHORTEST_REST
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

    @property
    def failing(self) -> bool:
        """Whether the last that is known of the endpoint is a failure."""
        return self._failures > 0

    def claim(self) -> bool:
        """Whether a request may be sent. After a rest only the first may, until it was reported on."""
        now = self._now()
        if self.open or (self._failures and now < self._probe_until):
            return False
        if self._failures:
            self._probe_until = now + PROBE_PATIENCE
        return True

    def abandoned(self) -> None:
        """The request that was claimed ended, or goes on, without deciding anything; the next may try."""
        self._probe_until = -math.inf

    def retried(self) -> None:
        """The request that failed last is sent once more, without a rest; it tries for all others."""
        self._until = self._probe_until = -math.inf

    def succeeded(self) -> None:
        """The endpoint answered."""
        self._failures = 0
        self._since, self._rested = math.inf, SHORTEST_REST
        self._until = self._probe_until = -math.inf
        self.error = None

    def failed(self, error: ModelError) -> None:
        """The endpoint failed; decides how long it rests. What our own limits refused says nothing of it.

        Requests that were sent side by side meet the same failure: while it is left alone already, that is no further
        one, and can only make the rest longer, as far as the server asks for it.
        """
        if isinstance(error, LimitReachedError):
            self.abandoned()
            return
        now, again = self._now(), self.open
        self._failures += not again
        self._since = min(self._since, now)
        until = now + self._rest(error, now - self._since)
        if again and until <= self._until:
            return
        self.error, self._until, self._probe_until = error, until, -math.inf

    def _rest(self, error: ModelError, outage: float) -> float:
        if isinstance(error, _DECLINED):
            pause = min(LONGEST_REST, FIRST_PAUSE * 2.0 ** min(self._failures - 1, 10))
            if not isinstance(error, RateLimitedError):
                return pause
            # A server that says "at once" again and again is not believed for ever.
            again = pause / 2 if self._failures > 1 else 0.0
            return max(again, _sensible(error.retry_after, pause))
        if not error.retry:
            return HOPELESS_PAUSE
        if not self.open:
            # At most twice the last: of an hour in which nobody typed nothing is known.
            self._rested = min(LONGEST_REST, 2 * self._rested, max(SHORTEST_REST, REST_SHARE * outage))
        return self._rested


def _sensible(asked: float | None, otherwise: float) -> float:
    """The pause that a server asked for, within reason. Not a number, or none: what we would take by ourselves."""
    if asked is None or math.isnan(asked):
        return otherwise
    return min(LONGEST_ASKED_PAUSE, max(0.0, asked))
