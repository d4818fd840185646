"""Keys that expire: where the server refuses one that a command has printed, the command is run again.

Access tokens of companies' gateways often last for an hour. Nothing is asked again where the key comes from elsewhere,
nor where the command prints the same key as before.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from foretype.errors import AuthenticationError, ForetypeError
from foretype.settings.keys import Key, KeyFinder
from foretype.settings.model import Settings

logger = logging.getLogger(__name__)

RENEWAL_PAUSE: Final = 60.0
"""Seconds between two runs: a command may ask its user for a passphrase."""


class KeyRenewal:
    """One session's. `find` gives the key as the sources have it now, `connect` begins anew with it."""

    def __init__(self, keys: KeyFinder, find: Callable[[], Awaitable[Key | None]], connect: Callable[[], None]) -> None:
        self._keys = keys
        self._find = find
        self._connect = connect
        self._used: str | None = None
        self._renewed_at: float | None = None

    def using(self, key: Key | None) -> None:
        """This key is sent from now on."""
        self._used = key.value if key is not None else None

    def wanted(self, settings: Settings, error: Exception | None) -> bool:
        """Whether another key may help against this error, and it is time to look for one."""
        if not isinstance(error, AuthenticationError) or not settings.model.api_key_command:
            return False
        rested = self._renewed_at is None or time.monotonic() - self._renewed_at >= RENEWAL_PAUSE
        if rested:
            self._renewed_at = time.monotonic()
        return rested

    async def renew(self) -> None:
        """Run the command again, and connect anew if it prints another key."""
        self._keys.forget()
        try:
            key = await self._find()
        except ForetypeError as error:
            logger.warning("There is no other key: %s", error)
            return
        if key is not None and key.value != self._used:
            logger.info("The server refused the key; there is another one now, from %s.", key.source)
            self._connect()
