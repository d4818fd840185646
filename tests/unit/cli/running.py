"""Runs the real command as a process, with folders of its own for everything that it keeps."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

COMMAND = (sys.executable, "-m", "foretype")
LIMIT = 120.0
"""Seconds; a command that hangs must fail a test, not stop the run."""


@dataclass(frozen=True)
class Ran:
    """What came of a command."""

    code: int | None
    out: str
    err: str


@dataclass
class Home:
    """A user with nothing configured, in a folder of the test's."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def environ(self, **more: str) -> dict[str, str]:
        """The environment of a process: nothing of ours, and `more`."""
        named = {key: value for key, value in os.environ.items() if not key.startswith(("FORETYPE_", "OPENAI_"))}
        for name in ("NO_COLOR", "TERM", "COLUMNS", "LINES"):
            named.pop(name, None)
        folders = {f"XDG_{name}_HOME": str(self.folder / name.lower()) for name in ("CONFIG", "CACHE", "STATE")}
        return {**named, **folders, "PYTHONIOENCODING": "utf-8", **self.environment, **more}

    async def run(self, *arguments: str, cwd: Path | None = None, **environ: str) -> Ran:
        """Run `foretype` with these arguments to its end."""
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self.environ(**environ),
            cwd=cwd or self.folder,
        )
        try:
            out, err = await asyncio.wait_for(process.communicate(), LIMIT)
        except asyncio.TimeoutError:
            process.kill()
            await process.wait()
            raise
        return Ran(process.returncode, out.decode(), err.decode())


def repetitive(count: int = 40) -> str:
    """A file of Python that repeats itself as real ones do: the engine knows how each next line ends."""
    names = ["first_name", "last_name", "street", "city", "country", "phone", "email", "comment"]
    body = ["class Form:", '    """Generated for tests."""', "", "    def read(self, source, target):"]
    for number in range(count):
        name = names[number % len(names)]
        body.append(f'        target.{name} = source.get_value("{name}", default=None, required=True)')
    return "\n".join([*body, ""])
