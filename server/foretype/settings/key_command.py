"""Runs the user's command that prints a key. Its output never gets into a message or a log."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping

from foretype.errors import ConfigurationError
from foretype.settings.paths import home_dir

_MOST_BYTES = 65_536
# How long output may still come after the command itself has ended (seconds): a child that it left behind
# may hold its output open for ever.
_AFTER_END = 0.5


async def read_key(command: str | tuple[str, ...], timeout: float, environ: Mapping[str, str]) -> str:
    """The first line that `command` prints, without white space around it.

    It is run without a shell and without standard input; its errors are not read. ConfigurationError when
    it cannot be started, fails, prints nothing usable, or takes longer than `timeout` seconds; then, and
    when the caller is cancelled, it and its children are ended.
    """
    starting = asyncio.ensure_future(_start(_split(command, environ), environ))
    try:
        transport, output = await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _kill_once_started(starting)
        raise
    try:
        await asyncio.wait_for(output.ended(), timeout)
        if transport.get_returncode() != 0:
            raise _error(f"failed with exit code {transport.get_returncode()}", "Run it in a terminal to see why")
        return _first_line(bytes(output.kept))
    except asyncio.TimeoutError:
        await _kill(transport, output)
        raise _error(f"did not answer within {timeout:g} seconds", "Unlock your key store first") from None
    except asyncio.CancelledError:
        await _kill(transport, output)
        raise
    finally:
        transport.close()


class _Output(asyncio.SubprocessProtocol):
    """What the command printed, as much as a key can need, and when it ended.

    The stream classes of asyncio would do, but they have no way to close a pipe that a child holds open.
    """

    def __init__(self) -> None:
        self.kept = bytearray()
        self.exited = asyncio.Event()
        self.closed = asyncio.Event()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        # All is read, or the command could not finish writing.
        self.kept += data[: _MOST_BYTES - len(self.kept)]

    def process_exited(self) -> None:
        self.exited.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()

    async def ended(self) -> None:
        """Wait for the command's end and, for a moment, for the rest of its output."""
        await self.exited.wait()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.closed.wait(), _AFTER_END)


def _split(command: str | tuple[str, ...], environ: Mapping[str, str]) -> list[str]:
    import shlex  # here, as shutil below: most users have no command, and every start would pay for them

    if isinstance(command, str):
        windows = os.name == "nt"  # where a backslash is part of a path
        try:
            arguments = shlex.split(command, posix=not windows)
        except ValueError:
            raise _error("has a quote that is not closed", "Write it as a list of strings") from None
        if windows:
            arguments = [argument.strip('"') for argument in arguments]
    else:
        arguments = list(command)
    if not arguments or not arguments[0]:
        raise _error("is empty", "Name a program")
    return [_program(arguments[0], environ), *arguments[1:]]


def _program(name: str, environ: Mapping[str, str]) -> str:
    """The program's full path. Never one relative to the folder that the server was started in.

    That folder is mostly a workspace, and Windows would look there first: a repository could bring its own
    `pass.exe`.
    """
    import shutil

    name = os.path.expanduser(name)
    folders = [""] if os.path.isabs(name) else environ.get("PATH", os.defpath).split(os.pathsep)
    if not os.path.isabs(name) and os.path.dirname(name):
        raise _error("names a program by a relative path", "Write the whole path, or a name found on PATH")
    for folder in folders:
        # With a folder in its name, `which` only adds the endings that Windows knows and looks nowhere else.
        found = shutil.which(os.path.join(folder, name)) if os.path.isabs(os.path.join(folder, name)) else None
        if found:
            return found
    raise _error("names a program that was not found", "Install it, or write its whole path")


async def _start(arguments: list[str], environ: Mapping[str, str]) -> tuple[asyncio.SubprocessTransport, _Output]:
    try:
        return await asyncio.get_running_loop().subprocess_exec(
            _Output,
            *arguments,
            # The server's own input is the editor's: the command must not read from it.
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=home_dir(environ),
            env=dict(environ),
            # A process group of its own, so that its children can be ended with it.
            start_new_session=os.name != "nt",
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "an argument cannot be passed on"
        raise _error(f"could not be started: {reason}", "Run it in a terminal to see why") from None


async def _kill_once_started(starting: asyncio.Future[tuple[asyncio.SubprocessTransport, _Output]]) -> None:
    """What is just being started may have children already: it can be ended with them only when it is known."""
    with contextlib.suppress(ConfigurationError):
        transport, output = await starting
        await _kill(transport, output)
        transport.close()


async def _kill(transport: asyncio.SubprocessTransport, output: _Output) -> None:
    """Kill the command and its children. One that made itself independent is not waited for."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "nt":
            transport.kill()
        else:
            os.killpg(transport.get_pid(), signal.SIGKILL)
    # The event loop must see the end, or it would complain about a lost child when it is closed itself.
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(output.exited.wait(), _AFTER_END)


def _first_line(output: bytes) -> str:
    line = output.lstrip().partition(b"\n")[0]
    try:
        text = line.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise _error("printed something that is not text", "Run it in a terminal to see what") from None
    if not text:
        raise _error("printed nothing", "Run it in a terminal to see why")
    return text


def _error(reason: str, remedy: str) -> ConfigurationError:
    # Never the command itself: people paste keys into it.
    return ConfigurationError(f"The command of model.api_key_command {reason}.", f"{remedy}.")
