"""`foretype/editPreview`: the code that is being written, while it is, for clients that asked to see it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from foretype.features.actions.run import Job, code_so_far

if TYPE_CHECKING:
    from foretype.lsp.code_actions import ActionDoor

PREVIEW_NOTIFICATION: Final = "foretype/editPreview"
PAUSE: Final = 0.05
"""Seconds between two previews."""


class EditPreview:
    """One edit on its way; leaving the context tells that there will be no more of it."""

    def __init__(self, door: ActionDoor, job: Job) -> None:
        self._door = door
        self._job = job
        self._shown = 0.0
        self._any = False

    def __enter__(self) -> EditPreview:
        return self

    def __exit__(self, *_: object) -> None:
        if self._any:
            self._send(done=True)

    def show(self, text: str) -> None:
        """The answer so far."""
        now = time.monotonic()
        if not self._door.client.edit_preview or now - self._shown < PAUSE:
            return
        self._shown = now
        if code := code_so_far(text):
            self._any = True
            self._send(text=code, done=False)

    def _send(self, **fields: Any) -> None:
        document = self._job.document
        target = self._job.target.document.uri if self._job.target is not None else document.uri
        value = {"uri": target, "version": document.version, "task": self._job.task.name, **fields}
        self._door.server.protocol.notify(PREVIEW_NOTIFICATION, value)
