"""What a session measures with: the shared ledger of limits, the book of usage, and the file that usage is kept in.

Writes in threads only, twice a minute at most, and once at the end. Where nothing can be written, numbers stay in
memory and the log says so once.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from foretype.errors import ConfigurationError, ForetypeError, UnknownFormatError
from foretype.scheduling.governor import Governor
from foretype.scheduling.ledger import Account, Clock, Ledger, LocalLedger
from foretype.scheduling.ledger_thread import LedgerThread
from foretype.scheduling.shared_ledger import SharedLedger
from foretype.scheduling.spending import Allowance
from foretype.scheduling.usage import Totals, UsageBook
from foretype.scheduling.usage_store import UsageStore
from foretype.settings import paths

logger = logging.getLogger(__name__)

LEDGER_FILE: Final = "limits.sqlite"
USAGE_FILE: Final = "usage.sqlite"

FLUSH_AFTER: Final = 30.0
"""Seconds from the first number that is not written yet; a crash loses no more than that."""

LONGEST_FLUSH_PAUSE: Final = 960.0
"""Seconds. The pause doubles with each failure until then."""

_SAME_DAY: Final = 1.0
"""Seconds that a day counts as the same without another look."""

_CLOSING: Final = 1.0
"""Seconds that the end of the session waits for the last numbers."""


class Meters:
    """One session's. `folder` is the user's state folder; with None everything stays in memory."""

    def __init__(self, folder: Path | None, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        ledger: Ledger = LocalLedger(self._clock) if folder is None else SharedLedger(folder / LEDGER_FILE, self._clock)
        self.ledger = LedgerThread(ledger)
        self.book = UsageBook(self._today, self._changed)
        self._store = None if folder is None else UsageStore(folder / USAGE_FILE)
        self._day, self._day_until = self._clock.today().date(), 0.0
        self._pause = FLUSH_AFTER
        self._timer: asyncio.TimerHandle | None = None
        self._flushing: asyncio.Task[None] | None = None
        self._told = False
        self._closed = False
        self.keep = True
        """Whether numbers are written, and those of other sessions read. The ledger of limits is shared anyway."""

    def _today(self) -> date:
        """The user's day. Every look at the calendar asks the system for its time zone, so it is looked at seldom."""
        if self._clock.now() >= self._day_until:
            self._day, self._day_until = self._clock.today().date(), self._clock.now() + _SAME_DAY
        return self._day

    def governor(self, base_url: str, allowance: Allowance) -> Governor:
        """The governor of an endpoint; windows with the same address share its limits."""
        return Governor(Account(account_key(base_url), allowance), self.ledger, self.book, self._clock)

    async def totals(self, days: int) -> Totals:
        """The numbers of the last days, today included, of all sessions, with what is not written yet."""
        pending = self.book.pending()
        if self._store is None or not self.keep:
            return pending
        store, since = self._store, self._clock.today().date() - timedelta(days=days - 1)

        def joined() -> Totals:
            found = store.read(since)
            found.add(pending)
            return found

        try:
            return await asyncio.to_thread(joined)
        except ForetypeError as error:
            self._tell(error)
            return pending

    async def learned(self) -> dict[str, float]:
        """What the learned gate knows, of all sessions; nothing where it cannot be read."""
        return (await self.totals(1)).learned if self.keep else {}

    async def flush(self) -> None:
        """Write what was counted. What cannot be written stays."""
        totals = self.book.drain()
        if self._store is None or not self.keep or not totals:
            self.book.restore(totals)
            return
        store, today = self._store, self._clock.today().date()
        try:
            # To its end also where the session's end cuts the waiting short: nothing is to be counted twice.
            await asyncio.shield(asyncio.to_thread(store.add, totals, today))
        except UnknownFormatError as error:
            self._tell(error)
        except Exception as error:  # noqa: BLE001  nor is what nobody foresaw to cost the numbers
            self.book.restore(totals)
            self._tell(error)
            self._pause = min(LONGEST_FLUSH_PAUSE, self._pause * 2)
        else:
            self._pause = FLUSH_AFTER

    async def close(self) -> None:
        """Write the last numbers and let go of the files."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._flushing is not None:
            await asyncio.wait([self._flushing], timeout=_CLOSING)
        await asyncio.wait([asyncio.ensure_future(self.flush())], timeout=_CLOSING)
        await self.ledger.close()

    def _changed(self) -> None:
        """Something was counted: have it written in a while."""
        if self._timer is not None or self._closed or self._store is None or not self.keep:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # a command counts outside of a loop, and closes the meters at its end
        self._timer = loop.call_later(self._pause, self._begin_flush)

    def _begin_flush(self) -> None:
        self._timer = None
        self._flushing = asyncio.ensure_future(self.flush())

    def _tell(self, error: Exception) -> None:
        if not self._told:
            self._told = True
            logger.warning("Usage stays in memory for now: %s", error)


def account_key(base_url: str) -> str:
    """A name for an endpoint that does not say where it is, nor what else its address may hold."""
    return hashlib.blake2b(base_url.rstrip("/").encode("utf-8", "replace"), digest_size=12).hexdigest()


def state_folder() -> Path | None:
    """Where the user's numbers are kept; None for a user without a home folder."""
    try:
        return paths.state_dir()
    except ConfigurationError:
        return None
