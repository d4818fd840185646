"""Python's logging to the editor's log (`window/logMessage`) and, until there is one, to standard error.

Text of documents, prompts, answers and keys is never logged: no call anywhere passes them, and pygls's own
loggers, which would, are silenced.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from lsprotocol import types

_TYPES: Final = {
    logging.DEBUG: types.MessageType.Debug,
    logging.INFO: types.MessageType.Info,
    logging.WARNING: types.MessageType.Warning,
    logging.ERROR: types.MessageType.Error,
    logging.CRITICAL: types.MessageType.Error,
}
LEVELS: Final = {
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


class ClientLog(logging.Handler):
    """Sends records to one client. Tracebacks hold code of ours only, and go to the log, never into an answer."""

    def __init__(self, send: Callable[[types.LogMessageParams], None]) -> None:
        super().__init__()
        self._send = send
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record; a record that cannot be formatted is dropped rather than raised."""
        try:
            self._send(types.LogMessageParams(_TYPES.get(record.levelno, types.MessageType.Log), self.format(record)))
        except Exception:  # noqa: BLE001  logging must never break what it tells of
            self.handleError(record)
