"""A ledger that may block, behind a thread of its own: asked with `await`, told without waiting.

One thread, so what is told first is known to whoever asks afterwards.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from foretype.errors import ModelError
from foretype.scheduling.ledger import Account, Ledger, Settlement
from foretype.scheduling.spending import Gauge, Refusal, Resource, Wish

logger = logging.getLogger(__name__)

CLOSING: Final = 0.5
"""Seconds that the end of the session waits for the last entries."""


class LedgerThread:
    """A ledger and its thread, which begins with the first call. Closed, it admits nothing and keeps nothing."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._closed = False

    async def admit(self, account: Account, wish: Wish) -> int | Refusal:
        """See `Ledger.admit`. An entry whose asker was cancelled meanwhile is taken back.

        ModelError once it is closed: the session is over, and nothing more is to be sent.
        """
        if self._closed:
            raise ModelError("The session has ended.")
        asking = self._thread.submit(self._ledger.admit, account, wish)
        try:
            return await asyncio.wrap_future(asking)
        except asyncio.CancelledError:
            asking.add_done_callback(lambda done: self._take_back(account, done))
            raise

    async def last_minute(self, account: Account) -> tuple[int, int]:
        """See `Ledger.last_minute`. Nothing once it is closed."""
        if self._closed:
            return 0, 0
        return await asyncio.wrap_future(self._thread.submit(self._ledger.last_minute, account))

    def renew(self, account: Account, entry: int) -> None:
        """See `Ledger.renew`."""
        self._tell(lambda: self._ledger.renew(account, entry))

    def settle(self, account: Account, entry: int, settlement: Settlement) -> None:
        """See `Ledger.settle`."""
        self._tell(lambda: self._ledger.settle(account, entry, settlement))

    def learn(self, account: Account, gauges: Mapping[Resource, Gauge]) -> None:
        """See `Ledger.learn`."""
        self._tell(lambda: self._ledger.learn(account, gauges))

    def pause(self, account: Account, seconds: float) -> None:
        """See `Ledger.pause`; it is counted from now, whenever the thread gets to it."""
        told = time.monotonic()
        self._tell(lambda: self._ledger.pause(account, seconds - (time.monotonic() - told)))

    async def close(self) -> None:
        """Write what was told, then end; what takes too long is left to its lease."""
        if self._closed:
            return
        last = self._thread.submit(self._ledger.close)
        self._closed = True
        self._thread.shutdown(wait=False)
        await asyncio.wait([asyncio.wrap_future(last)], timeout=CLOSING)

    def _tell(self, work: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # closed, perhaps just now: the ledger's own thread tells it, too
            self._thread.submit(work).add_done_callback(_log_failure)

    def _take_back(self, account: Account, asked: Future[int | Refusal]) -> None:
        if not asked.cancelled() and asked.exception() is None and isinstance(entry := asked.result(), int):
            self.settle(account, entry, Settlement(0, sent=False))


def _log_failure(done: Future[None]) -> None:
    error = None if done.cancelled() else done.exception()
    if error is not None:
        logger.error("The ledger of limits failed: %s", type(error).__name__, exc_info=error)
