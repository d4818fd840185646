"""The server's end of one worker process: starts it, sends and receives lines, and sees to its end.

It never waits for the worker in a way that the event loop could feel; a worker that hangs is killed by its id.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# Isolated (-I): neither the folder that the editor was started in nor PYTHON... variables can put a module of
# their own before ours. The server's own module path is handed over instead, whatever it was put together from.
_START: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); from foretype.repository.worker import main; main()"
)
_LONGEST_LINE: Final = 64 * 1024 * 1024  # Bytes; a message lists at most the hidden paths of an index.
_PATIENCE: Final = 1.0  # Seconds for the worker to end by itself, and again after it was killed.


class WorkerProcess:
    """A running worker. Made by `start`; `stop` must be awaited in the end."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> WorkerProcess:
        """Start a worker at low priority. Raises OSError if the system refuses."""
        path = json.dumps([entry for entry in sys.path if os.path.isabs(entry)])
        # A session of its own: a Ctrl-C in the terminal is meant for the server, which ends the worker itself.
        # A folder of its own: a working directory inside the workspace could not be removed on Windows.
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.BELOW_NORMAL_PRIORITY_CLASS | subprocess.CREATE_NO_WINDOW
            flags |= subprocess.CREATE_NEW_PROCESS_GROUP
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", _START, path),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            limit=_LONGEST_LINE,
            cwd=os.path.dirname(sys.executable) or None,
            creationflags=flags,
            start_new_session=True,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    def send(self, command: dict[str, Any]) -> None:
        """Queue a command; without effect if the worker is gone, which its reader notices."""
        stdin = self._process.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(json.dumps(command).encode("ascii") + b"\n")

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """Yield what the worker says until it ends. What is no message is passed over."""
        stdout = self._process.stdout
        while stdout is not None:
            try:
                line = await stdout.readline()
            except ValueError:
                continue  # Longer than anything we send.
            if not line:
                return
            with contextlib.suppress(ValueError):
                message = json.loads(line)
                if isinstance(message, dict):
                    yield message

    async def stop(self) -> int | None:
        """End the worker: ask, wait, kill, wait. The exit code, None if even that did not end it (dead drive)."""
        stdin = self._process.stdin
        if stdin is not None:
            stdin.close()
        for last in (False, True):
            try:
                return await asyncio.wait_for(self._process.wait(), _PATIENCE)
            except asyncio.TimeoutError:
                if not last:
                    with contextlib.suppress(ProcessLookupError):
                        self._process.kill()
        return None
