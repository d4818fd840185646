"""After a failure, leave the endpoint alone for a while: as long as it asks for, or longer each time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from foretype.errors import ModelError, RateLimitedError

FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 60.0
"""Seconds. The pause doubles with each failure in a row; a success ends it."""

HOPELESS_PAUSE: Final = 300.0
"""Seconds after a failure that only the user can mend (a wrong key, an unknown model)."""


class Breaker:
    """Open after failures, closed after a success. One for each endpoint."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures = 0
        self._until = 0.0
        self.error: ModelError | None = None

    @property
    def open(self) -> bool:
        """Whether the endpoint is to be left alone now."""
        return self._now() < self._until

    def succeeded(self) -> None:
        """The endpoint answered."""
        self._failures = 0
        self._until = 0.0
        self.error = None

    def failed(self, error: ModelError) -> None:
        """The endpoint failed; decides how long it rests."""
        self.error = error
        self._failures += 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._failures - 1, 10))
        if isinstance(error, RateLimitedError) and error.retry_after is not None:
            pause = max(0.0, error.retry_after)
        elif not error.retry:
            pause = HOPELESS_PAUSE
        self._until = self._now() + pause
