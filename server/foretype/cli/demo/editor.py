"""A small language client over a server's standard input and output: what an editor does, without the editor.

Knows the protocol as far as a document and its ghost text need it, and nothing of what is typed or drawn.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import foretype
from foretype import __version__
from foretype.errors import ForetypeError

CANCELLED: Final = -32800
_START_LIMIT: Final = 60.0
"""Seconds that the server may take to answer `initialize`, on a machine that does much else."""

_END_LIMIT: Final = 5.0
"""Seconds that the server may take to leave; then it is killed."""

_LAST_WORDS: Final = 12
"""Lines of the server's standard error that are kept."""

_LONGEST_MESSAGE: Final = 2**26


class ServerGone(ForetypeError):
    """The server has ended though nobody asked it to."""


@dataclass(slots=True)
class Question:
    """One request for ghost text. Times are `loop.time()` in seconds; `future` is done with the whole response."""

    identity: int
    asked_at: float
    future: asyncio.Future[dict[str, Any]]
    answered_at: float = 0.0

    @property
    def milliseconds(self) -> float:
        """From the request to its answer."""
        return (self.answered_at - self.asked_at) * 1000


@dataclass
class Heard:
    """What the server said without being asked: the newest status, running progress, and all that was ever wrong."""

    status: dict[str, Any] = field(default_factory=dict)
    progress: str | None = None
    complaints: list[str] = field(default_factory=list)
    ever_busy: bool = False

    @property
    def trouble(self) -> str:
        """What is wrong at the moment, or why there are no suggestions; "" where all is well."""
        return "" if self.status.get("kind", "Normal") == "Normal" else str(self.status.get("message") or "")

    @property
    def busy(self) -> str:
        """What the server says it is doing at the moment, "" where it says nothing."""
        return self.progress or (str(self.status.get("message") or "busy") if self.status.get("busy") else "")


class Editor:
    """One conversation with one server process. `heard_more` is called after anything unasked has come."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Question] = {}
        self._last_words: deque[str] = deque(maxlen=_LAST_WORDS)
        self._gone: ServerGone | None = None
        self._version = 0
        self.heard = Heard()
        self.heard_more: Callable[[], None] = lambda: None
        loop = asyncio.get_running_loop()
        self._reading = loop.create_task(self._read())
        self._listening = loop.create_task(self._listen())

    @classmethod
    async def start(cls, arguments: Sequence[str]) -> Editor:
        """Start `foretype serve` with these arguments, by this very Python and from this very package."""
        # With -m, Python looks for modules in the folder it is started in first: a workspace that somebody else
        # wrote must not be that folder. In a session of its own, a Ctrl-C at the terminal reaches the editor alone.
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NEW_PROCESS_GROUP
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "foretype", "serve", "--stdio", *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(foretype.__file__).parent.parent,
            limit=_LONGEST_MESSAGE,
            creationflags=flags,
            start_new_session=True,
        )
        return cls(process)

    async def initialize(self, folder: Path) -> None:
        """Open the conversation with one workspace folder. Raises ServerGone where the server does not answer."""
        uri = folder.as_uri()
        question = self._request(
            "initialize",
            {
                "processId": os.getpid(),
                "clientInfo": {"name": "foretype demo", "version": __version__},
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": folder.name}],
                "capabilities": {
                    "textDocument": {"inlineCompletion": {}},
                    "window": {"workDoneProgress": True},
                    "workspace": {"workspaceFolders": True},
                    "experimental": {"foretype": {"status": True}},
                },
            },
        )
        try:
            response = await asyncio.wait_for(question.future, _START_LIMIT)
        except asyncio.TimeoutError:
            raise ServerGone(f"The server did not answer within {_START_LIMIT:g} s.") from None
        if "result" not in response:
            raise ServerGone(f"The server refused to start: {response['error'].get('message')}")
        self._notify("initialized", {})

    def open(self, uri: str, language: str, text: str) -> None:
        """Open a document."""
        item = {"uri": uri, "languageId": language, "version": self._version, "text": text}
        self._notify("textDocument/didOpen", {"textDocument": item})

    def insert(self, uri: str, place: tuple[int, int], text: str) -> None:
        """Tell of text that was put in at a place: line and UTF-16 units, both from 0."""
        self._version += 1
        here = {"line": place[0], "character": place[1]}
        changes = [{"range": {"start": here, "end": here}, "text": text}]
        document = {"uri": uri, "version": self._version}
        self._notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def ask(self, uri: str, place: tuple[int, int]) -> Question:
        """Ask for ghost text as an editor does of its own accord while its user types."""
        document = {"uri": uri, "version": self._version}
        position = {"line": place[0], "character": place[1]}
        params = {"textDocument": document, "position": position, "context": {"triggerKind": 2}}
        return self._request("textDocument/inlineCompletion", params)

    def cancel(self, question: Question) -> None:
        """Tell the server that nobody waits for this answer any more; without effect once it is there."""
        if not question.future.done():
            self._notify("$/cancelRequest", {"id": question.identity})

    def run(self, command: dict[str, Any]) -> None:
        """Run the command of an accepted item, as editors do after inserting it."""
        params = {"command": command["command"], "arguments": command.get("arguments", [])}
        self._request("workspace/executeCommand", params)

    async def shown(self) -> dict[str, int]:
        """How many suggestions the server has shown in this session, by what gave them; {} where it does not say."""
        with contextlib.suppress(ServerGone, asyncio.TimeoutError):
            response = await asyncio.wait_for(self._request("foretype/usage", {"days": 1}).future, _END_LIMIT)
            found = (response.get("result") or {}).get("shown")
            return found if isinstance(found, dict) else {}
        return {}

    async def end(self) -> None:
        """Take leave as the protocol wants it; a server that does not go is killed. Never raises."""
        try:
            with contextlib.suppress(ServerGone, asyncio.TimeoutError, OSError):
                await asyncio.wait_for(self._request("shutdown", None).future, _END_LIMIT)
                self._notify("exit", None)
                await asyncio.wait_for(self._process.wait(), _END_LIMIT)
        finally:
            if self._process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()
            self._reading.cancel()
            self._listening.cancel()
            await asyncio.gather(self._reading, self._listening, return_exceptions=True)
            if self._process.stdin is not None:
                self._process.stdin.close()

    # The wire

    def _request(self, method: str, params: Any) -> Question:
        loop = asyncio.get_running_loop()
        question = Question(next(self._numbers), loop.time(), loop.create_future())
        # Not every answer is waited for; the loop must not complain of an error in one that is not.
        question.future.add_done_callback(lambda future: future.cancelled() or future.exception())
        self._waiting[question.identity] = question
        self._send({"jsonrpc": "2.0", "id": question.identity, "method": method, "params": params})
        if self._gone is not None:
            self._give_up(self._gone)
        return question

    def _notify(self, method: str, params: Any) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        stdin = self._process.stdin
        if stdin is not None and not stdin.is_closing():
            body = json.dumps(message).encode("ascii")
            stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    async def _read(self) -> None:
        stdout = self._process.stdout
        try:
            while stdout is not None:
                length = 0
                while header := (await stdout.readuntil(b"\r\n")).strip():
                    name, _, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                self._take(json.loads(await stdout.readexactly(length)))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
            pass
        code = await self._process.wait()
        await asyncio.wait([self._listening], timeout=1)
        said = "\n".join(["It said:", *self._last_words]) if self._last_words else ""
        self._gone = ServerGone(f"The server has ended unexpectedly (exit code {code}).", said)
        self._give_up(self._gone)

    async def _listen(self) -> None:
        """Keep the end of what the server writes to its standard error, for the day that it dies."""
        stderr = self._process.stderr
        while stderr is not None and (line := await stderr.readline()):
            self._last_words.append(line.decode("utf-8", "replace").rstrip())

    def _give_up(self, error: ServerGone) -> None:
        waiting, self._waiting = self._waiting, {}
        for question in waiting.values():
            if not question.future.done():
                question.future.set_exception(error)

    def _take(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            question = self._waiting.pop(message.get("id", 0), None)
            if question is not None and not question.future.done():
                question.answered_at = asyncio.get_running_loop().time()
                question.future.set_result(message)
        elif "id" in message:
            # Nothing that the server may ask is refused, and nothing that it asks for has an answer here.
            self._send({"jsonrpc": "2.0", "id": message["id"], "result": None})
        else:
            self._hear(message["method"], message.get("params") or {})
            self.heard_more()

    def _hear(self, method: str, params: dict[str, Any]) -> None:
        if method == "foretype/status":
            self.heard.status = params
            self.heard.ever_busy = self.heard.ever_busy or bool(params.get("busy"))
            if self.heard.trouble and self.heard.trouble not in self.heard.complaints:
                self.heard.complaints.append(self.heard.trouble)
        elif method == "window/logMessage" and params.get("type", 4) <= 2:
            self.heard.complaints.append(str(params.get("message", "")))
        elif method == "$/progress":
            self._hear_progress(params.get("value") or {})

    def _hear_progress(self, value: dict[str, Any]) -> None:
        words = [str(value[key]) for key in ("title", "message") if value.get(key)]
        self.heard.progress = None if value.get("kind") == "end" else " ".join(words)
