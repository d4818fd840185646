"""A raw JSON-RPC client for tests and benchmarks: it shares no code with the server or with pygls.

It sends exactly the bytes it is told to, so that broken messages can be sent too, and keeps everything it receives.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import sys
import time
from typing import Any

SERVER = (sys.executable, "-m", "foretype")


def frame(message: Any) -> bytes:
    """A message as it goes over the wire."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


class Probe:
    """One conversation with a server, over any pair of asyncio streams."""

    def __init__(self, reader: asyncio.StreamReader, writer: Any, process: Any = None) -> None:
        self.reader, self.writer, self.process = reader, writer, process
        self.ids = itertools.count(1)
        self.waiting: dict[Any, asyncio.Future[dict[str, Any]]] = {}
        self.received: list[dict[str, Any]] = []
        self.answers: dict[str, Any] = {}
        self.errors = bytearray()
        self.initialized: dict[str, Any] = {}
        self.arrival = asyncio.Condition()
        self.over = False
        self.reading = asyncio.get_running_loop().create_task(self._read())
        self.draining = asyncio.get_running_loop().create_task(self._drain())

    @classmethod
    async def start(
        cls, *arguments: str, command: tuple[str, ...] = SERVER, env: dict[str, str] | None = None
    ) -> Probe:
        """Start a server as a process and speak to its standard input and output."""
        process = await asyncio.create_subprocess_exec(
            *command,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **(env or {})},
            limit=2**26,
        )
        assert process.stdout is not None
        assert process.stdin is not None
        return cls(process.stdout, process.stdin, process)

    @classmethod
    async def connect(cls, host: str, port: int) -> Probe:
        """Speak to a server over TCP."""
        return cls(*await asyncio.open_connection(host, port, limit=2**26))

    def send_bytes(self, data: bytes) -> None:
        """Send any bytes."""
        self.writer.write(data)

    def answer(self, request: dict[str, Any], result: Any = None, error: Any = None) -> None:
        """Answer a request of the server's."""
        outcome = {"result": result} if error is None else {"error": error}
        self.send_bytes(frame({"jsonrpc": "2.0", "id": request["id"], **outcome}))

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self.send_bytes(frame({"jsonrpc": "2.0", "method": method, "params": params}))

    def begin(self, method: str, params: Any = None, request_id: Any = None) -> asyncio.Future[dict[str, Any]]:
        """Send a request; the future is done with the whole response."""
        request_id = next(self.ids) if request_id is None else request_id
        future = self.waiting[request_id] = asyncio.get_running_loop().create_future()
        self.send_bytes(frame({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}))
        return future

    async def request(self, method: str, params: Any = None, timeout: float = 20.0) -> dict[str, Any]:
        """Send a request and wait for its whole response."""
        return await asyncio.wait_for(self.begin(method, params), timeout)

    async def initialize(self, capabilities: Any = None, options: Any = None, **more: Any) -> dict[str, Any]:
        """Open the conversation; returns the result of `initialize`."""
        params = {
            "processId": more.pop("process_id", None),
            "rootUri": more.pop("root_uri", None),
            "capabilities": {"textDocument": {"inlineCompletion": {}}} if capabilities is None else capabilities,
            "initializationOptions": options,
            **more,
        }
        response = await self.request("initialize", params)
        self.notify("initialized", {})
        assert "result" in response, response
        result: dict[str, Any] = response["result"]
        return result

    def open(self, uri: str, text: str, language: str = "python", version: int = 1) -> None:
        """Open a document."""
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def insert(self, uri: str, version: int, line: int, character: int, text: str) -> None:
        """Type at a place."""
        here = {"line": line, "character": character}
        changes = [{"range": {"start": here, "end": here}, "text": text}]
        self.notify(
            "textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": changes}
        )

    def begin_inline(self, uri: str, line: int, character: int, **more: Any) -> asyncio.Future[dict[str, Any]]:
        """Ask for ghost text."""
        params = {
            "textDocument": {"uri": uri, **more.pop("document", {})},
            "position": {"line": line, "character": character},
            "context": {"triggerKind": 1 if more.pop("invoked", False) else 2, **more.pop("context", {})},
            **more,
        }
        return self.begin("textDocument/inlineCompletion", params)

    async def inline(self, uri: str, line: int, character: int, **more: Any) -> list[dict[str, Any]]:
        """Ask for ghost text and wait for the items; null counts as none."""
        response = await asyncio.wait_for(self.begin_inline(uri, line, character, **more), 20)
        result = response["result"]
        return result["items"] if result else []

    async def message(self, matches: Any, timeout: float = 20.0) -> dict[str, Any]:
        """The first message received, earlier or later, for which `matches` is true."""

        async def found() -> dict[str, Any]:
            async with self.arrival:
                while True:
                    for message in self.received:
                        if matches(message):
                            return message
                    if self.over:
                        raise ConnectionError("the server has left")
                    await self.arrival.wait()

        return await asyncio.wait_for(found(), timeout)

    async def notification(self, method: str, timeout: float = 20.0) -> dict[str, Any]:
        """The first notification or request of this method."""
        return await self.message(lambda message: message.get("method") == method, timeout)

    async def close(self) -> int | None:
        """End the conversation as the specification says; returns the exit code of a process."""
        await self.request("shutdown")
        self.notify("exit")
        return await self.gone()

    async def gone(self, timeout: float = 20.0) -> int | None:
        """Wait until the server has left; returns its exit code."""
        code = await asyncio.wait_for(self.process.wait(), timeout) if self.process else None
        await asyncio.wait_for(asyncio.gather(self.reading, self.draining), timeout)
        self.writer.close()
        return code

    async def stop(self) -> None:
        """Leave without a word; a process that is still there is killed."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        self.reading.cancel()
        self.draining.cancel()
        await asyncio.gather(self.reading, self.draining, return_exceptions=True)
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()

    async def _read(self) -> None:
        try:
            while True:
                length = 0
                while line := (await self.reader.readuntil(b"\n")).strip():
                    name, _, value = line.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                message = json.loads(await self.reader.readexactly(length))
                message["_at"] = time.perf_counter()
                await self._take(message)
        except (asyncio.IncompleteReadError, ConnectionError):
            await self._end()

    async def _end(self) -> None:
        """The server has left: whoever waits for it learns so now rather than by a timeout."""
        self.over = True
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(ConnectionError("the server has left without an answer"))
                future.exception()  # so that nobody complains about those that no one waits for
        async with self.arrival:
            self.arrival.notify_all()

    async def _drain(self) -> None:
        """Read standard error all along, so that a full pipe never stops the server."""
        while self.process is not None and (data := await self.process.stderr.read(2**16)):
            self.errors += data

    async def _take(self, message: dict[str, Any]) -> None:
        self.received.append(message)
        if not isinstance(message, dict):
            raise AssertionError(f"not a message: {message!r}")
        if "method" not in message and message.get("id") in self.waiting:
            future = self.waiting.pop(message["id"])
            if not future.done():
                future.set_result(message)
        elif "method" in message and "id" in message and message["method"] in self.answers:
            answer = self.answers[message["method"]]
            self.answer(message, answer(message.get("params")) if callable(answer) else answer)
        async with self.arrival:
            self.arrival.notify_all()
