"""A request's place in the queue of its document: only the newest is worth an answer."""

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


class Tickets:
    """The newest ticket of each document, and of each kind: popup and ghost text are asked for side by side."""

    def __init__(self) -> None:
        self._newest: dict[tuple[str, bool], Ticket] = {}

    def take(self, uri: str, *, popup: bool) -> Ticket:
        """A ticket that makes the one of its kind before it pointless."""
        if before := self._newest.get((uri, popup)):
            before.supersede()
        ticket = self._newest[uri, popup] = Ticket()
        return ticket

    def supersede(self, uri: str) -> None:
        """The document has changed: what was asked about it before is pointless."""
        for popup in (False, True):
            if ticket := self._newest.pop((uri, popup), None):
                ticket.supersede()

    def supersede_all(self) -> None:
        """Settings have changed: nothing is to be asked that was decided by those before."""
        waiting, self._newest = self._newest, {}
        for ticket in waiting.values():
            ticket.supersede()
