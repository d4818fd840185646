"""The stub itself: HTTP/1.1 over asyncio, one scripted reply per request, and a record of what was seen.

The record holds the moment at which a client closed its connection, which is what "closing reaches the
model's server" is measured by. Times are `loop.time()`: the system's monotonic clock, so they can be
compared between processes of one machine.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from tests.stub import replies
from tests.stub.replies import End, Pause, Reply, Step

Responder = Callable[["Received"], Reply]


@dataclass(slots=True)
class Received:
    """One request, and what became of it."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    at: float
    connection: int
    closed_at: float | None = None
    finished_at: float | None = None
    sent_steps: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def record(self) -> dict[str, object]:
        """What another process may want to know."""
        names = ("method", "path", "body", "at", "connection", "closed_at", "finished_at", "sent_steps")
        return {name: getattr(self, name) for name in names}


class StubServer:
    """Answers with the replies in order (the last one again and again), or with what a function says."""

    def __init__(self, *script: Reply | Responder) -> None:
        self._script: list[Reply | Responder] = list(script) or [replies.chat(["stub"])]
        self.received: list[Received] = []
        self.model_names: tuple[str, ...] = ("stub",)
        self.tls: ssl.SSLContext | None = None
        self.connections = 0
        self.port = 0
        self._clients: set[_Client] = set()
        self._arrived = asyncio.Event()

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}/v1"

    @property
    def asked(self) -> list[Received]:
        """The requests to a model, without the questions about the server itself."""
        return [request for request in self.received if request.method == "POST"]

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Client(self), "127.0.0.1", port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        self._server.close()
        clients = list(self._clients)
        for client in clients:
            client.drop()
        await asyncio.gather(*(client.task for client in clients), return_exceptions=True)

    async def __aenter__(self) -> StubServer:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def request(self, number: int = 0, timeout: float = 10.0) -> Received:
        """The request to a model with this number, once it is there."""

        async def arrive() -> Received:
            while len(self.asked) <= number:
                self._arrived.clear()
                await self._arrived.wait()
            return self.asked[number]

        return await asyncio.wait_for(arrive(), timeout)

    def reply_to(self, request: Received) -> Reply:
        """The next reply of the script."""
        self.received.append(request)
        self._arrived.set()
        if request.method == "GET":
            return self._about(request.path)
        entry = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        return entry if isinstance(entry, Reply) else entry(request)

    def _about(self, path: str) -> Reply:
        if path.endswith("/stub/requests"):
            return replies.whole(200, json.dumps([request.record() for request in self.asked]))
        if path.endswith("/models"):
            return replies.models(*self.model_names)
        return replies.error(404, "no such page")


class _Client(asyncio.Protocol):
    """One connection: requests one after another, each answered step by step until the client leaves."""

    def __init__(self, stub: StubServer) -> None:
        self._stub = stub
        self._buffer = bytearray()
        self._more = asyncio.Event()
        self._gone = asyncio.Event()
        self._request: Received | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._stub.connections += 1
        self._number = self._stub.connections
        self._stub._clients.add(self)
        self.task = asyncio.get_running_loop().create_task(self._serve())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._more.set()

    def eof_received(self) -> bool:
        self._leave()
        return False

    def connection_lost(self, _error: Exception | None) -> None:
        self._leave()
        self._stub._clients.discard(self)

    def drop(self) -> None:
        """Close from this side."""
        self._transport.abort()

    def _leave(self) -> None:
        request = self._request
        if request is not None and request.closed_at is None and request.finished_at is None:
            request.closed_at = asyncio.get_running_loop().time()
            request.left.set()
        self._gone.set()
        self._more.set()

    async def _serve(self) -> None:
        try:
            while (request := await self._read_request()) is not None:
                self._request = request
                reply = self._stub.reply_to(request)
                if not await self._send(request, reply) or not reply.keep_alive:
                    break
                request.finished_at = asyncio.get_running_loop().time()
        finally:
            self._transport.close()

    async def _read_request(self) -> Received | None:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if self._buffer and not self._buffer[:1].isalpha():
                # Not HTTP, mostly the beginning of TLS; servers say so and hang up.
                self._transport.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
                return None
            if not await self._wait_for_more():
                return None
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        size = int(headers.get("content-length", "0"))
        while len(self._buffer) < end + 4 + size:
            if not await self._wait_for_more():
                return None
        content = bytes(self._buffer[end + 4 : end + 4 + size])
        del self._buffer[: end + 4 + size]
        body = json.loads(content) if content else None
        return Received(method, path, headers, body, asyncio.get_running_loop().time(), self._number)

    async def _wait_for_more(self) -> bool:
        if self._gone.is_set():
            return False
        self._more.clear()
        await self._more.wait()
        return not self._gone.is_set()

    async def _send(self, request: Received, reply: Reply) -> bool:
        """Whether the whole reply went out and the connection can be used again."""
        steps: Sequence[Step] = reply.steps
        if steps and isinstance(steps[0], Pause) and not await self._pause(steps[0].seconds):
            return False
        if not reply.raw:
            self._transport.write(_head(reply))
        for step in steps:
            if isinstance(step, Pause):
                if step is not steps[0] and not await self._pause(step.seconds):
                    return False
            elif isinstance(step, End):
                if step.how == "reset":
                    # With no time to linger, the system answers with a reset instead of a proper end.
                    connection = self._transport.get_extra_info("socket")
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self._transport.abort()
                return False
            elif step:
                self._transport.write(step if reply.raw or not reply.chunked else b"%x\r\n%b\r\n" % (len(step), step))
                request.sent_steps += 1
            if self._gone.is_set():
                return False
        if reply.chunked and not reply.raw:
            self._transport.write(b"0\r\n\r\n")
        return not reply.raw

    async def _pause(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._gone.wait(), seconds)
        except asyncio.TimeoutError:
            return True
        return False


def _head(reply: Reply) -> bytes:
    headers = {**reply.headers}
    if reply.chunked:
        headers["Transfer-Encoding"] = "chunked"
    else:
        headers["Content-Length"] = str(sum(len(step) for step in reply.steps if isinstance(step, bytes)))
    lines = [f"HTTP/1.1 {reply.status} {reply.reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
