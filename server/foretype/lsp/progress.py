"""Work-done progress: what is happening, shown by the editor, and the user's way to stop it there.

Knows tokens and tasks, not what the work is. Nothing is shown to clients that do not show progress.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

if TYPE_CHECKING:
    from foretype.lsp.protocol import Conversation

logger = logging.getLogger(__name__)

Token = str | int

SILENT_AFTER: Final = 4.0
"""Seconds without a word of the model before the user is told how long it has been, and from one time to the next."""

REPORT_PAUSE: Final = 0.1
"""Seconds between two reports: nobody reads faster, and each is a message."""


@dataclass(eq=False)
class Progress:
    """One piece of work as the user sees it. Reports before the client is ready are dropped but for the last."""

    board: ProgressBoard
    token: Token | None
    title: str
    cancellable: bool = True
    begun: bool = False
    ended: bool = False
    message: str = ""
    percentage: int | None = None
    _reported: float = field(default=0.0, repr=False)

    def begin(self) -> None:
        """The client takes reports from now on."""
        if self.token is None or self.begun or self.ended:
            return
        self.begun = True
        start = types.WorkDoneProgressBegin(
            self.title, cancellable=self.cancellable, message=self.message or None, percentage=self.percentage
        )
        self.board.send(self.token, start)

    def report(self, message: str, percentage: int | None = None, *, now: bool = True) -> None:
        """Say what is happening. What is not important enough to say `now` is left out where it comes too often."""
        self.message, self.percentage = message, percentage
        moment = time.monotonic()
        if not self.begun or self.ended or (not now and moment - self._reported < REPORT_PAUSE):
            return
        self._reported = moment
        report = types.WorkDoneProgressReport(cancellable=self.cancellable, message=message, percentage=percentage)
        self.board.send(self.token, report)

    def end(self, message: str = "") -> None:
        """The work is over."""
        if self.begun and not self.ended:
            self.board.send(self.token, types.WorkDoneProgressEnd(message=message or None))
        self.ended = True


class Silence:
    """Says for how long the model has not begun to answer, so that waiting is not taken for a hang of the editor."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._since = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def begins(self) -> None:
        """The model has been asked."""
        self.ends()
        self._since = time.monotonic()
        self._timer = asyncio.get_running_loop().call_later(SILENT_AFTER, self._tell)

    def ends(self) -> None:
        """It has said something, or is not waited for any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tell(self) -> None:
        if self._progress.ended:
            return
        seconds = time.monotonic() - self._since
        self._progress.report(f"The model has not begun to answer; {seconds:.0f} s")
        self._timer = asyncio.get_running_loop().call_later(SILENT_AFTER, self._tell)


class ProgressBoard:
    """One client's progress. `enabled`: it shows work that the server begins."""

    def __init__(self, protocol: Conversation, enabled: bool) -> None:
        self._protocol = protocol
        self._enabled = enabled
        self._running: dict[Token, asyncio.Task[Any]] = {}
        self._count = 0

    @asynccontextmanager
    async def shown(
        self, title: str, token: Token | None = None, *, cancellable: bool = True
    ) -> AsyncIterator[Progress]:
        """Show the current task's work, by the client's own token where it sent one. Cancelling it cancels the task."""
        progress = Progress(self, token, title, cancellable)
        task = asyncio.current_task()
        if token is None and self._enabled:
            self._count += 1
            progress.token = f"foretype-{self._count}"
            self._protocol.spawn(self._create(progress))
        if progress.token is not None and task is not None:
            self._running[progress.token] = task
        if token is not None:
            progress.begin()
        ending = ""
        try:
            yield progress
        except asyncio.CancelledError:
            ending = "Cancelled."
            raise
        finally:
            if progress.token is not None:
                self._running.pop(progress.token, None)
            progress.end(ending)

    async def _create(self, progress: Progress) -> None:
        params = types.WorkDoneProgressCreateParams(progress.token or "")
        try:
            await self._protocol.send_request_async(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params)
        except Exception as error:  # noqa: BLE001  without a place to show progress, the work goes on
            logger.info("The editor shows no progress: %s", type(error).__name__)
            return
        progress.begin()

    def cancelled(self, params: types.WorkDoneProgressCancelParams) -> None:
        """The user has stopped a piece of work."""
        task = self._running.get(params.token)
        if task is not None:
            task.cancel()

    def send(self, token: Token | None, value: Any) -> None:
        """One message about a piece of work."""
        if token is not None:
            self._protocol.notify(types.PROGRESS, types.ProgressParams(token, value))
