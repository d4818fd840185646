"""What the user may want to know without being disturbed: one line of status, sent when it changes.

The shape is the one that Copilot's clients know (`busy`, `kind`, `message`). It goes as `foretype/status` to
clients that asked for it, and every new warning or error once to the log. Never a popup.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

logger = logging.getLogger(__name__)

STATUS_NOTIFICATION: Final = "foretype/status"

Kind = Literal["Normal", "Warning", "Error", "Inactive"]


@dataclass(frozen=True, slots=True)
class Status:
    """`kind` Inactive: no suggestions here (switched off, excluded, too large), or none of a model, which may not see
    the document. `message` says why, or is ""."""

    kind: Kind = "Normal"
    message: str = ""
    busy: bool = False


class StatusLine:
    """Keeps the status and sends its changes."""

    def __init__(self, send: Callable[[str, Any], None]) -> None:
        self._send = send
        self._wanted = False
        self._listeners: list[Callable[[Status], None]] = []
        self._told: set[str] = set()
        self.current = Status()

    def enable(self) -> None:
        """The client asked to be told."""
        self._wanted = True
        self._send(STATUS_NOTIFICATION, asdict(self.current))

    def listen(self, listener: Callable[[Status], None]) -> None:
        """Call `listener` with every other status from now on."""
        self._listeners.append(listener)

    def set(self, kind: Kind, message: str = "", *, busy: bool = False, incident: str = "") -> None:
        """Take on a status. A problem is logged when it is new, and again only after it had gone.

        `incident` tells problems apart whose message changes while they last; without one the message does.
        """
        status, problem = Status(kind, message, busy), incident or message
        if status == self.current:
            return
        if kind == "Normal" and not busy:
            self._told.clear()
        elif kind in ("Warning", "Error") and problem not in self._told:
            self._told.add(problem)
            logger.log(logging.WARNING if kind == "Warning" else logging.ERROR, "%s", message)
        self.current = status
        if self._wanted:
            self._send(STATUS_NOTIFICATION, asdict(status))
        for listener in self._listeners:
            listener(status)
