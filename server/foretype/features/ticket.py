"""One request's place in the queue of its document: only the newest is worth an answer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable


class Ticket:
    """Held by a request while it waits. `superseded` once a newer request or an edit has made it pointless."""

    def __init__(self) -> None:
        self.superseded = False
        self.begun = asyncio.get_running_loop().time()
        """When the request came, by the loop's clock."""
        self._wake: Callable[[], None] = lambda: None
        self._gone: asyncio.Event | None = None

    def supersede(self) -> None:
        """Let whoever holds it stop waiting."""
        self.superseded = True
        self._wake()
        if self._gone is not None:
            self._gone.set()

    def wake_with(self, wake: Callable[[], None]) -> None:
        """What to call so that the waiter looks again."""
        self._wake = wake

    async def pause(self, seconds: float) -> None:
        """Wait, but not longer than this request is the newest."""
        if seconds <= 0:
            return
        self._gone = asyncio.Event()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._gone.wait(), seconds)
