"""One stream of text, shared by everybody who can use it, and closed as soon as nobody can.

A generation outlives the request that began it: editors cancel a request at every key, and the key may be the very
one that was predicted. So a cancelled generation lives on for a short grace, and an answered one until it ends; who
knows that it has become useless closes it at once. Knows nothing of models: it reads pieces of text.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Final

Watch = Callable[[str], int | None]
"""Looks at all the text so far; how much of it is worth showing once nothing after it is wanted, None before."""

Opener = Callable[[], AbstractAsyncContextManager[AsyncIterator[str]]]
"""Opens the stream; leaving the context closes the connection to the model."""

GRACE: Final = 0.3
"""Seconds that a cancelled generation waits for the next key. Fast typists need about 0.1 s from key to key, and
the change may come a moment after the cancel; longer would keep a model busy with what nobody may want."""


class CutShort(Exception):
    """Raised by a stream behind its last piece: the answer was cut short, so its last line is not whole."""


class Generation:
    """A running or ended stream. `text` only ever grows.

    Once it has `ended`, it is either `whole`, or what came is a fragment: it was closed, or broke off with an `error`.
    It is whole, and about to end, as soon as its `watch` says that nothing more is wanted.
    """

    def __init__(self, opener: Opener, grace: float = GRACE, watch: Watch | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._grace = grace
        self._pieces: list[str] = []
        self._waiters: set[asyncio.Future[None]] = set()
        self._users = 0
        self._farewell: asyncio.TimerHandle | None = None
        self.error: Exception | None = None
        self.ended = False
        self.whole = False
        self.first_piece: float | None = None
        """Seconds from the beginning to the first piece of text."""
        self.begun = self._loop.time()
        """When it was asked for, by the loop's clock."""
        self._useful: int | None = None
        self._task = self._loop.create_task(self._run(opener, watch))
        # Not in `_run`: a task that is cancelled before its first step never gets there.
        self._task.add_done_callback(self._end)

    @property
    def text(self) -> str:
        """All that came so far."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    @property
    def silent(self) -> bool:
        """Whether nothing has come yet, and still may."""
        return not self._pieces and not self.ended

    @property
    def fragment(self) -> bool:
        """Whether it was closed before its text was whole: its lines are true, but they are not all there is."""
        return self.ended and not self.whole and self.error is None

    def worth_showing(self, start: int) -> str:
        """The text from `start` on, without what the watch found useless; behind that, whole lines only."""
        text = self.text
        if not self.fragment and (self._useful is None or start < self._useful):
            return text[start : self._useful]
        return text[start : text.rfind("\n") + 1]

    async def until(self, enough: Callable[[str], bool]) -> str:
        """Wait until the text is enough, or until no more will come; returns it.

        Whoever waits here keeps the stream open. A cancelled wait leaves it open for the grace only. `enough` is
        asked again at each piece of text and each `wake`.
        """
        self._users += 1
        self._stop_farewell()
        try:
            while not (self.ended or self.whole or enough(self.text)):
                waiter = self._loop.create_future()
                self._waiters.add(waiter)
                try:
                    await waiter
                finally:
                    self._waiters.discard(waiter)
        except asyncio.CancelledError:
            if self._users == 1 and not self.ended and self._farewell is None:
                self._farewell = self._loop.call_later(self._grace, self.close)
            raise
        finally:
            self._users -= 1
        return self.text

    def wake(self) -> None:
        """Let everybody who waits look again."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def doubt(self, seconds: float) -> None:
        """Close the stream in so many seconds unless somebody wants it again until then."""
        self._stop_farewell()
        if not self.ended:
            self._farewell = self._loop.call_later(seconds, self.close)

    def close(self) -> None:
        """Close the stream now; what came stays. May be called at any time, also twice."""
        self._stop_farewell()
        self._task.cancel()

    async def _run(self, opener: Opener, watch: Watch | None) -> None:
        try:
            async with opener() as pieces:
                async for piece in pieces:
                    if piece:
                        if self.first_piece is None:
                            self.first_piece = self._loop.time() - self.begun
                        self._pieces.append(piece)
                        self._useful = watch(self.text) if watch is not None else None
                        self.whole = self._useful is not None
                        self.wake()
                    if self.whole:
                        break
        except CutShort:
            self.whole = True
            last = self.text.rfind("\n")
            self._useful = last if self.text[: max(0, last)].strip() else None
        except Exception as error:  # noqa: BLE001  it belongs to whoever waits for the text
            self.error = error if not self.whole else None
        else:
            self.whole = True

    def _end(self, _: asyncio.Task[None]) -> None:
        self.ended = True
        self._stop_farewell()
        self.wake()

    def _stop_farewell(self) -> None:
        if self._farewell is not None:
            self._farewell.cancel()
            self._farewell = None
