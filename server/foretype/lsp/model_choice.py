"""The configured model of one client: connected to in the background, replaced with other settings or another key.

What is wrong becomes the status, never an error of a request. May not decide how a model is asked: see features/ask.py.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from foretype.errors import ForetypeError
from foretype.lsp.key_renewal import KeyRenewal
from foretype.lsp.usage import tell_health
from foretype.settings.keys import Key, KeyFinder

if TYPE_CHECKING:
    from foretype.features.ask import ModelAsker
    from foretype.lsp.server import Server
    from foretype.settings.model import Settings

logger = logging.getLogger(__name__)

API_KEY_REQUEST: Final = "foretype/apiKey"
KEY_PATIENCE: Final = 60.0
"""Seconds that a client may take to answer for the key: it may have to ask the user to unlock a store."""


class ModelChoice:
    """One client's. `asker` is None without a model, and while it is being connected to."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._keys = KeyFinder()
        self._renewal = KeyRenewal(self._keys, self._find_key, self.choose_again)
        self._choosing: asyncio.Task[None] | None = None
        self._closing: list[asyncio.Task[None]] = []
        self._chosen_by: object = None
        """What the settings said, and the folders, when the model was chosen last."""
        self.asker: ModelAsker | None = None
        self.unusable = ""
        """Why the configured model cannot be asked at all, "" where it can."""

    @property
    def under_way(self) -> bool:
        """Whether it is still being found out what can be asked."""
        return self._choosing is None or not self._choosing.done()

    @property
    def task(self) -> asyncio.Task[None] | None:
        """The latest choosing."""
        return self._choosing

    def settings_changed(self) -> None:
        """Settings or folders are others: choose again, but only where that makes the model another one.

        What has been learned of its server stays: that it is to be left alone for now, what it refused, how far away
        it is. One that did not answer when it was connected to is connected to again.
        """
        ready = self.asker is not None and self.asker.seen.error is None
        if self._counts_now() != self._chosen_by or not (ready or self.under_way):
            self.choose_again()
        elif self.asker is not None and not self.under_way:
            from foretype.features.suggestion import Outcome  # not before `initialize` has been answered

            tell_health(self._server, self.asker.governor, Outcome())

    def _counts_now(self) -> object:
        return self._server.settings.asking, self._server.workspaces.folders

    def choose_again(self) -> None:
        """Connect to the model that the settings name now, or to none."""
        self._chosen_by = self._counts_now()
        if self._choosing is not None:
            self._choosing.cancel()
        self._choosing = self._server.protocol.spawn(self._choose(self._server.settings))

    def renew_key(self, error: Exception | None) -> None:
        """Look for another key where this error, if any, says that one is needed."""
        if self._renewal.wanted(self._server.settings, error):
            self._server.protocol.spawn(self._renewal.renew())

    async def close(self) -> None:
        """Wait until all connections are let go of."""
        await self._keys.close()
        self._let_go()
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _choose(self, settings: Settings) -> None:
        server = self._server
        self.unusable = ""
        self._let_go()
        self._take_on()
        if not settings.model.base_url or settings.model.mode == "local":
            if server.status.current.kind != "Inactive":  # said of a document meanwhile
                server.status.set("Normal")
            return
        server.status.set("Normal", "Connecting to the model.", busy=True)
        try:
            self.asker = await self._connected(settings)
        except ForetypeError as error:
            self._fail(str(error))
            return
        except Exception as error:
            self._fail(
                f"The model was not connected to ({type(error).__name__}). See the log, and report what it says."
            )
            raise  # into the log
        self._take_on()
        problem = self.asker.seen.error
        if problem:
            server.status.set("Error", str(problem))
        else:
            server.status.set("Inactive" if server.completer.snoozed else "Normal", server.completer.snoozed)
        self.asker.governor.changed = partial(tell_health, server, self.asker.governor)
        await server.actions.warm()
        self.renew_key(problem)

    async def _connected(self, settings: Settings) -> ModelAsker:
        # Importing the SDK takes a second: only where a model is configured, and never before `initialized`.
        from foretype.features.ask import connect

        key = await self._find_key()
        self._renewal.using(key)
        server = self._server
        folders, value = server.workspaces.folders, key.value if key else None
        return await connect(settings, value, folders, server.meters, server.preparation)

    def _take_on(self) -> None:
        """The path of a suggestion goes by the settings as they are now: a language may have been switched since."""
        server = self._server
        server.completer.configure(server.settings, server.exclusions(), self.asker)

    def _let_go(self) -> None:
        """Close the connections, to the end: who chooses anew at once must not leave half of them open."""
        before, self.asker = self.asker, None
        self._closing = [closing for closing in self._closing if not closing.done()]
        if before is not None:
            before.governor.changed = lambda: None  # streams that break off now say nothing of the next endpoint
            self._closing.append(asyncio.ensure_future(before.close()))

    def _fail(self, why: str) -> None:
        self.unusable = why
        self._server.status.set("Error", why)

    async def _find_key(self) -> Key | None:
        return await self._keys.find_key(self._server.settings, await self._client_key())

    async def _client_key(self) -> str:
        if not self._server.client.api_key:
            return ""
        question = {"endpoint": self._server.settings.model.base_url}
        asking = self._server.protocol.send_request_async(API_KEY_REQUEST, question)
        try:
            answer = await asyncio.wait_for(asking, KEY_PATIENCE)
        except Exception as error:  # noqa: BLE001  whatever the client does, the other sources of a key are left
            logger.warning("The editor gave no key: %s", type(error).__name__)
            return ""
        key = answer.get("key") if isinstance(answer, dict) else getattr(answer, "key", None)
        return key if isinstance(key, str) else ""
