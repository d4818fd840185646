"""Python's logging to the editor's log (`window/logMessage`) and, until there is one, to standard error.

Text of documents, prompts, answers and keys is never logged: no call anywhere passes them, and pygls's own
loggers, which would, are silenced.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Final

from lsprotocol import types

from foretype.settings.model import LogLevel

_ROOT: Final = logging.getLogger("foretype")

_TYPES: Final = {
    logging.DEBUG: types.MessageType.Debug,
    logging.INFO: types.MessageType.Info,
    logging.WARNING: types.MessageType.Warning,
    logging.ERROR: types.MessageType.Error,
    logging.CRITICAL: types.MessageType.Error,
}
LEVELS: Final[Mapping[LogLevel, int]] = {
    "off": logging.CRITICAL + 1,
    "error": logging.ERROR,
    "warning": logging.WARNING,
    "info": logging.INFO,
    "debug": logging.DEBUG,
}


def quiet_libraries() -> None:
    """Silence loggers that write whole messages, and with them the user's code, into the log."""
    for name in ("pygls", "openai", "httpx2", "httpcore2", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


IN_SESSION: ContextVar[object] = ContextVar("IN_SESSION", default=None)
"""The session on whose behalf code runs now; its tasks and timers inherit it. None: on behalf of all."""


class ClientLog(logging.Handler):
    """Sends records to one client, and of a process that serves several only those that concern this one.

    Tracebacks hold code of ours only, and go to the log, never into an answer.
    """

    def __init__(self, send: Callable[[types.LogMessageParams], None], session: object) -> None:
        super().__init__()
        self._send = send
        self._session = session
        self.setFormatter(logging.Formatter("%(message)s"))

    def begin(self) -> None:
        """Send records from now on."""
        _ROOT.addHandler(self)

    def end(self) -> None:
        """Send no more."""
        _ROOT.removeHandler(self)

    def choose(self, level: LogLevel) -> None:
        """Send records of this importance; what no client wants is not even made."""
        self.setLevel(LEVELS[level])
        _ROOT.setLevel(min(handler.level for handler in [self, *_ROOT.handlers]))

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this client is told of a record."""
        return IN_SESSION.get() in (None, self._session) and bool(super().filter(record))

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record; a record that cannot be formatted is dropped rather than raised."""
        try:
            self._send(types.LogMessageParams(_TYPES.get(record.levelno, types.MessageType.Log), self.format(record)))
        except Exception:  # noqa: BLE001  logging must never break what it tells of
            self.handleError(record)
