"""A terminal for tests: a process on a pseudo terminal, what it wrote, and the terminal's modes. POSIX only."""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import struct
import subprocess
import termios
from pathlib import Path
from typing import Any

LIMIT = 120.0
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


class Terminal:
    """One process and what it draws. `written` grows while the process runs."""

    def __init__(self, columns: int, rows: int) -> None:
        self._master, self._slave = os.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.written = ""
        self._raw = b""
        self._more = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._master, self._read)

    def start(self, command: list[str], environ: dict[str, str], cwd: Path) -> None:
        """Start the process in a session of its own, with this as its terminal."""
        self.process = subprocess.Popen(
            command,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=environ,
            cwd=cwd,
            start_new_session=True,
        )

    @property
    def modes(self) -> list[Any]:
        """The terminal's modes, as `stty -a` shows them."""
        return termios.tcgetattr(self._slave)

    @property
    def echoes(self) -> bool:
        """Whether keys are shown."""
        return bool(self.modes[3] & termios.ECHO)

    async def until(self, words: str) -> None:
        """Wait until something was written, escape sequences included."""

        async def arrive() -> None:
            while words not in self.written:
                self._more.clear()
                await self._more.wait()

        await asyncio.wait_for(arrive(), LIMIT)

    async def ended(self) -> int:
        """Wait for the end of the process; returns its exit code."""
        code = await asyncio.wait_for(asyncio.to_thread(self.process.wait, LIMIT), LIMIT)
        await asyncio.sleep(0)
        self._read()
        return code

    def close(self) -> None:
        """End what is left."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)
        os.close(self._slave)

    def _read(self) -> None:
        os.set_blocking(self._master, False)
        try:
            while data := os.read(self._master, 65536):
                self._raw += data
        except OSError:
            pass
        self.written = self._raw.decode("utf-8", "replace")
        self._more.set()


def children_of(process: int) -> list[int]:
    """The process ids of the children, from /proc."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                status = (entry / "stat").read_text()
            except OSError:
                continue
            if int(status.rpartition(")")[2].split()[1]) == process:
                found.append(int(entry.name))
    return found
