"""Runs the real command, as a process or within this one, with folders of its own for everything that it keeps."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from foretype.cli.main import main

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

    async def call(self, *arguments: str, cwd: Path | None = None, **environ: str) -> Ran:
        """The same within this process: no interpreter has to start, and a model's library is imported once for all.

        For what a command says and returns; how it begins and ends as a process needs `run`.
        """
        return await called(arguments, cwd or self.folder, self.environ(**environ))


async def called(arguments: Sequence[str], cwd: Path, environ: dict[str, str], given: str = "") -> Ran:
    """Call the command within this process, in a thread; `given` is what it reads from standard input."""
    return await asyncio.wait_for(asyncio.to_thread(_called, arguments, cwd, environ, given), LIMIT)


def _called(arguments: Sequence[str], cwd: Path, environ: dict[str, str], given: str) -> Ran:
    """Standard output and error have bytes beneath, as a process's have."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="", write_through=True) for _ in range(2))
    before = Path.cwd()
    os.chdir(cwd)
    try:
        stdin = patch.object(sys, "stdin", io.StringIO(given))
        with patch.dict(os.environ, environ, clear=True), stdin, redirect_stdout(out), redirect_stderr(err):
            code = main(arguments)
    except SystemExit as ended:  # what argparse does with bad usage
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        os.chdir(before)
    return Ran(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


def repetitive(count: int = 40) -> str:
    """A file of Python that repeats itself as real ones do: the engine knows how each next line ends."""
    names = ["first_name", "last_name", "street", "city", "country", "phone", "email", "comment"]
    body = ["class Form:", '    """Generated for tests."""', "", "    def read(self, source, target):"]
    for number in range(count):
        name = names[number % len(names)]
        body.append(f'        target.{name} = source.get_value("{name}", default=None, required=True)')
    return "\n".join([*body, ""])
