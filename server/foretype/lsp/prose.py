"""Where explanations and other text are shown: the client's own view, a virtual document, a read-only file, a message.

The first of these that the client can do. All but the message are filled while the text comes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import shutil
import tempfile
import time
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from foretype.lsp.request_error import INVALID_PARAMS, RequestError

if TYPE_CHECKING:
    from foretype.lsp.action_client import ActionClient
    from foretype.lsp.server import Server

logger = logging.getLogger(__name__)

PROSE_NOTIFICATION: Final = "foretype/prose"
SCHEME: Final = "foretype-text"
KEPT: Final = 20
"""Texts whose virtual documents can still be opened."""

REFRESH_PAUSE: Final = 0.25
LONGEST_MESSAGE: Final = 2_000
"""Characters of a text that is shown as a message."""


class ProseView:
    """One client's way to be shown text."""

    def __init__(self, server: Server, client: ActionClient) -> None:
        self._server = server
        self._client = client
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._count = 0
        self._folder: Path | None = None

    def open(self, title: str) -> Prose:
        """Begin a text."""
        self._count += 1
        return Prose(self, self._server, self._client, (str(self._count), title))

    def keep(self, uri: str, text: str) -> None:
        """The text of a virtual document as it is now."""
        self._texts[uri] = text
        while len(self._texts) > KEPT:
            self._texts.popitem(last=False)

    def content(self, params: Any) -> types.TextDocumentContentResult:
        """`workspace/textDocumentContent`. Raises RequestError for a document that is not ours, or not any more."""
        uri = getattr(params, "uri", None) or (params.get("uri") if isinstance(params, dict) else None)
        if not isinstance(uri, str) or uri not in self._texts:
            raise RequestError(INVALID_PARAMS, "This text is not kept any more.")
        return types.TextDocumentContentResult(self._texts[uri])

    async def write(self, name: str, text: str) -> Path:
        """A read-only file with the text, for clients that have no other view. It goes when the session ends."""
        return await asyncio.to_thread(self._write, name, text)

    def _write(self, name: str, text: str) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="foretype-"))
        path = self._folder / name
        path.write_text(text + "\n", encoding="utf-8")
        path.chmod(0o400)
        return path

    def stop(self) -> None:
        """Take the files away."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


class Prose:
    """One text on its way to the screen. `add` what came so far, then `finish`; or `drop` it."""

    def __init__(self, view: ProseView, server: Server, client: ActionClient, named: tuple[str, str]) -> None:
        self._view = view
        self._server = server
        self._client = client
        self.identity, self.title = named
        name = re.sub(r"[^\w.-]+", "-", self.title).strip("-")[:60] or "text"
        self._name = f"{name}-{self.identity}.md"
        self._uri = f"{SCHEME}:/{self._name}"
        self._sent = ""
        self._shown = False
        self._refreshed = 0.0

    def add(self, text: str) -> None:
        """All of the text so far."""
        if self._client.prose:
            if text.startswith(self._sent) and text != self._sent:
                self._notify(delta=text[len(self._sent) :])
                self._sent = text
        elif self._client.text_content:
            self._view.keep(self._uri, text)
            self._server.protocol.spawn(self._refresh())

    async def finish(self, text: str) -> None:
        """The whole text."""
        if self._client.prose:
            self._notify(text=text, done=True)
        elif self._client.text_content:
            self._view.keep(self._uri, text)
            await self._refresh(last=True)
        elif self._client.show_document:
            path = await self._view.write(self._name, text)
            await self._show(path.as_uri())
        else:
            shortened = text if len(text) <= LONGEST_MESSAGE else text[:LONGEST_MESSAGE].rstrip() + "…"
            params = types.ShowMessageParams(types.MessageType.Info, shortened)
            self._server.protocol.notify(types.WINDOW_SHOW_MESSAGE, params)

    def drop(self) -> None:
        """There will be no more of it."""
        if self._client.prose and self._sent:
            self._notify(done=True)

    def _notify(self, **fields: Any) -> None:
        self._server.protocol.notify(PROSE_NOTIFICATION, {"id": self.identity, "title": self.title, **fields})

    async def _refresh(self, *, last: bool = False) -> None:
        """Show the virtual document, or have it read again; not at every token."""
        now = time.monotonic()
        if not self._shown:
            self._shown = True
            self._refreshed = now
            await self._show(self._uri)
        elif last or now - self._refreshed >= REFRESH_PAUSE:
            self._refreshed = now
            with contextlib.suppress(Exception):
                params = types.TextDocumentContentRefreshParams(self._uri)
                await self._server.protocol.send_request_async("workspace/textDocumentContent/refresh", params)

    async def _show(self, uri: str) -> None:
        params = types.ShowDocumentParams(uri, take_focus=False)
        try:
            await self._server.protocol.send_request_async(types.WINDOW_SHOW_DOCUMENT, params)
        except Exception as error:  # noqa: BLE001  the text is there, wherever it is; the command's answer has it too
            logger.info("The editor did not show the text: %s", type(error).__name__)
