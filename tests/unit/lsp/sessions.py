"""A server in this process, spoken to in bytes, for what only the inside can show."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from foretype.lsp.server import Server
from tests.probe import frame


class Client:
    """The other side: sends messages and keeps what comes back."""

    def __init__(self) -> None:
        self.server = Server()
        self.received: list[dict[str, Any]] = []
        self.server.protocol.attach(self)

    # What a server needs of its connection

    def write(self, data: bytes) -> None:
        self.received.append(json.loads(data.partition(b"\r\n\r\n")[2]))

    def close(self) -> None:
        pass

    # What a test needs

    def send(self, *messages: dict[str, Any]) -> None:
        self.server.protocol.data_received(b"".join(frame({"jsonrpc": "2.0", **message}) for message in messages))

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"method": method, "params": params})

    def answers_to(self, request_id: Any) -> list[dict[str, Any]]:
        return [message for message in self.received if "method" not in message and message.get("id") == request_id]

    def asked(self, method: str) -> list[dict[str, Any]]:
        return [message for message in self.received if message.get("method") == method]


@asynccontextmanager
async def session(capabilities: dict[str, Any] | None = None, options: Any = None) -> AsyncIterator[Client]:
    client = Client()
    params = {"processId": None, "capabilities": capabilities or {}, "initializationOptions": options}
    client.send({"id": "initialize", "method": "initialize", "params": params})
    client.notify("initialized", {})
    try:
        yield client
    finally:
        client.notify("exit")
        await client.server.protocol.ended()
        await client.server.finish()
