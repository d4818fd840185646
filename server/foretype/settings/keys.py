"""Finds the key for the model's server, and keeps keys out of everything that is printed.

A key is never read from a file: it comes from the client, the environment, or a command of the user's.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from foretype.errors import ConfigurationError
from foretype.settings.key_command import read_key
from foretype.settings.model import Settings

_MASK: Final = "***"
# A failed command is not run again for so long (seconds): it may have asked the user for a passphrase, and
# every key typed would ask again.
_REST_AFTER_FAILURE: Final = 60.0


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A key and where it came from. It prints without its value."""

    value: str
    source: str

    def __repr__(self) -> str:
        return f"Key({_MASK}, source={self.source!r})"

    __str__ = __repr__


class KeyFinder:
    """Finds the key and remembers for the session what the user's command answered.

    Not for several event loops. `environ` is the process's own where none is given, `timeout` is in seconds.
    """

    def __init__(self, environ: Mapping[str, str] | None = None, timeout: float = 10.0) -> None:
        self._environ = os.environ if environ is None else environ
        self._timeout = timeout
        self._command: str | tuple[str, ...] = ""
        self._task: asyncio.Task[str] | None = None
        self._running: set[asyncio.Task[str]] = set()
        self._failed_at = 0.0

    async def find_key(self, settings: Settings, client_key: str = "") -> Key | None:
        """The first of: the client's key, FORETYPE_API_KEY, the variable that `model.api_key_env` names, the
        output of `model.api_key_command`, and, with an endpoint configured, OPENAI_API_KEY. None: there is none.

        ConfigurationError where a source that the user chose gives no key or an unusable one; OPENAI_API_KEY
        is then not taken instead, since it would go to a server that it was not meant for.
        """
        model = settings.model
        if client_key.strip():
            return _checked(client_key, "the editor")
        for name in ("FORETYPE_API_KEY", model.api_key_env):
            if name and self._environ.get(name, "").strip():
                return _checked(self._environ[name], f"environment variable {name}")
        if model.api_key_command:
            return _checked(await self._run(model.api_key_command), "model.api_key_command")
        if model.api_key_env:
            raise ConfigurationError(
                "The environment variable that model.api_key_env names is not set.",
                "Set it where your editor is started, or name another.",
            )
        if model.base_url and self._environ.get("OPENAI_API_KEY", "").strip():
            return _checked(self._environ["OPENAI_API_KEY"], "environment variable OPENAI_API_KEY")
        return None

    def forget(self) -> None:
        """Run the command again when the next key is asked for: the server refused the last one."""
        # One that still runs goes on for those who already wait for it.
        self._task = None

    async def close(self) -> None:
        """End a command that still runs; whoever waits for it is cancelled."""
        self.forget()
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, command: str | tuple[str, ...]) -> str:
        if command != self._command or self._has_rested():
            self.forget()
        if self._task is None:
            self._command = command
            self._task = asyncio.create_task(read_key(command, self._timeout, self._environ))
            self._running.add(self._task)
            self._task.add_done_callback(self._ended)
        # Several requests may wait for the one command, and a ghost-text request is cancelled by the next
        # keystroke: that must not end the command, or a slow password store would never get to answer.
        return await asyncio.shield(self._task)

    def _has_rested(self) -> bool:
        task = self._task
        failed = task is not None and task.done() and (task.cancelled() or task.exception() is not None)
        return failed and time.monotonic() - self._failed_at >= _REST_AFTER_FAILURE

    def _ended(self, task: asyncio.Task[str]) -> None:
        self._running.discard(task)
        # Reading the exception here keeps asyncio from reporting it when no request waits any more.
        if task.cancelled() or task.exception() is not None:
            self._failed_at = time.monotonic()


def _checked(value: str, source: str) -> Key:
    value = value.strip()
    # HTTP headers carry visible ASCII; anything else would fail far from here, with the key in the message.
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigurationError(
            f"The key from {source} holds characters that no key has.", "Check what is stored there."
        )
    return Key(value, source)
