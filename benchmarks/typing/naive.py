"""The baseline: a client that waits 150 ms after the last key, asks the model, and shows the whole answer.

No store, no joining of streams, no engine: what an editor plugin of a hundred lines does. It speaks to the same stub
with the same prompts, without a server in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Final
from urllib.parse import urlsplit

from .editor import Answered
from .page import Edit, Item, Page

DEBOUNCE: Final = 0.150
"""Seconds; between the 75 ms of the quickest assistants and the 350 ms of the slowest."""

_WINDOW: Final = 4000
_TOKENS: Final = 256


class NaiveBackend:
    """Debounces, asks, shows. Its requests end when the next key falls."""

    def __init__(self, base_url: str) -> None:
        address = urlsplit(base_url)
        self._host, self._port, self._path = address.hostname or "", address.port or 80, address.path
        self._asking: asyncio.Task[None] | None = None

    def open(self, page: Page) -> None:
        """Nothing to do."""

    def accept(self) -> None:
        """Nothing to do."""

    def leave(self) -> None:
        """Give up what is asked."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def change(self, page: Page, edit: Edit, answered: Answered) -> None:
        """Ask when no key has fallen for a while."""
        self.leave()
        page.apply(edit)
        self._asking = asyncio.get_running_loop().create_task(self._ask(page, answered))

    async def _ask(self, page: Page, answered: Answered) -> None:
        await asyncio.sleep(DEBOUNCE)
        prefix, suffix, caret = (page.head + page.typed)[-_WINDOW:], page.tail[:_WINDOW], page.caret
        prompt = f"<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>"
        body = {"model": "qwen2.5-coder", "prompt": prompt, "max_tokens": _TOKENS, "stream": True}
        text = await self._post(json.dumps(body).encode())
        item = Item(text, caret["line"], caret["character"]) if text else None
        answered(asyncio.get_running_loop().time(), item)

    async def _post(self, body: bytes) -> str:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            head = (f"POST {self._path}/completions HTTP/1.1", f"Host: {self._host}", f"Content-Length: {len(body)}")
            writer.write("".join(line + "\r\n" for line in (*head, "")).encode() + body)
            text = ""
            while (line := await reader.readline()) and not line.startswith(b"data: [DONE]"):
                if line.startswith(b"data: "):
                    choices = json.loads(line[6:])["choices"]
                    text += choices[0].get("text") or "" if choices else ""
            return text
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()
