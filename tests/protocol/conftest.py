"""Servers for the protocol tests, far from the user's own settings, caches and keys.

`connect` opens a session of its own on one TCP server that all tests share, which costs milliseconds; `start` starts a
process with its own standard input and output, which costs a second, for what only a process can show.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.probe import Probe
from tests.protocol.acting import Acting
from tests.protocol.presets import SURE

Connect = Callable[[], Awaitable[Probe]]
Start = Callable[..., Awaitable[Probe]]
Open = Callable[..., Awaitable[Probe]]


@dataclass
class TcpServer:
    """One process that serves many clients."""

    process: subprocess.Popen[bytes]
    host: str
    port: int
    errors: list[bytes] = field(default_factory=list)


@pytest.fixture(scope="session")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment variables that keep a server away from this user's files, models and keys."""
    base = tmp_path_factory.mktemp("homes")
    homes = {name: str(base / name) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
    for folder in homes.values():
        Path(folder).mkdir()
    ours = {name: "" for name in os.environ if name.startswith(("FORETYPE_", "OPENAI_"))}
    proxies = {name: "" for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy")}
    return {**ours, **proxies, **homes}


@pytest.fixture(scope="session")
def tcp_server(surroundings: dict[str, str]) -> Iterator[TcpServer]:
    """The shared server. It must be as alive after the last test as it was before the first."""
    process = subprocess.Popen(
        [sys.executable, "-m", "foretype", "--tcp", "--port", "0", *SURE],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **surroundings},
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    match = re.fullmatch(rb"foretype listens on ([\d.]+):(\d+)\n", said)
    assert match, said
    server = TcpServer(process, match[1].decode(), int(match[2]))
    drain = threading.Thread(target=lambda: server.errors.extend(process.stderr), daemon=True)
    drain.start()
    yield server
    alive = process.poll() is None
    process.kill()
    process.wait()
    drain.join()
    process.stderr.close()
    assert alive
    assert b"Traceback" not in b"".join(server.errors), b"".join(server.errors).decode()


@pytest_asyncio.fixture
async def connect(tcp_server: TcpServer) -> AsyncIterator[Connect]:
    """Opens sessions on the shared server; nothing has been said on them yet."""
    probes: list[Probe] = []

    async def connected() -> Probe:
        probes.append(await Probe.connect(tcp_server.host, tcp_server.port))
        return probes[-1]

    yield connected
    for probe in probes:
        await probe.stop()


@pytest_asyncio.fixture
async def session(connect: Connect) -> Open:
    """Opens an initialized session on the shared server; takes what `Probe.initialize` takes."""

    async def opened(*arguments: Any, **more: Any) -> Probe:
        probe = await connect()
        probe.initialized = await probe.initialize(*arguments, **more)
        return probe

    return opened


@pytest_asyncio.fixture
async def start(surroundings: dict[str, str]) -> AsyncIterator[Start]:
    """Starts server processes; those that are still there at the end are killed."""
    probes: list[Probe] = []

    async def started(*arguments: str, env: dict[str, str] | None = None, **more: Any) -> Probe:
        probes.append(await Probe.start(*arguments, env={**surroundings, **(env or {})}, **more))
        return probes[-1]

    yield started
    for probe in probes:
        await probe.stop()


@pytest.fixture
def acting(connect: Connect, tmp_path: Path) -> Acting:
    """Makes an editor with code actions by its name, with a folder of its own and the stub as its model."""
    return Acting(connect, tmp_path / "w")
