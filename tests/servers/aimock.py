"""Gets aimock, a faithful mock of OpenAI's API that can also fail on purpose, and runs it; says why where it cannot be.

It is a package for Node. npm installs it once, in exactly this version, into the cache folder (see llama_server.py).
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.locking import alone_with
from tests.servers.llama_server import NotAvailableError, cache_folder

VERSION = "1.43.0"
KEY = "sk-of-the-tests"


def command() -> list[str]:
    """The command that starts the server; installs it the first time, and tries that once in a run of the tests."""
    program, reason = _obtained()
    if reason:
        raise NotAvailableError(reason)
    return [program]


@functools.cache
def _obtained() -> tuple[str, str]:
    """The program, or why there is none: npm takes more than a minute to find out that it is offline."""
    try:
        return _program(), ""
    except NotAvailableError as reason:
        return "", str(reason)


def _program() -> str:
    root = cache_folder() / f"aimock-{VERSION}"
    if not root.exists():
        with alone_with(root):
            if not root.exists():  # unless another process has just done it
                _install(root)
    program = root / "node_modules/.bin/llmock"
    if not program.exists() or shutil.which("node") is None:
        raise NotAvailableError("aimock needs node")
    return str(program)


def _install(root: Path) -> None:
    if shutil.which("npm") is None:
        raise NotAvailableError("installing aimock needs npm")
    root.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root.parent, prefix="installing-") as work:
        package = f"@copilotkit/aimock@{VERSION}"
        line = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", work, package]
        try:
            done = subprocess.run(line, capture_output=True, text=True, timeout=180, check=False)
        except subprocess.TimeoutExpired:
            raise NotAvailableError("npm took more than three minutes") from None
        if done.returncode != 0:
            raise NotAvailableError(f"npm failed: {(done.stderr.strip() or 'no reason given').splitlines()[-1]}")
        # In one step, so that a run that was interrupted leaves nothing half done.
        root.mkdir()
        Path(work, "node_modules").rename(root / "node_modules")


@contextmanager
def running(folder: Path, fixtures: list[dict[str, object]], *options: str) -> Iterator[str]:
    """The server with these answers on a free port; yields its base URL."""
    program = command()
    script = folder / "fixtures.json"
    script.write_text(json.dumps({"fixtures": fixtures}), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    line = [*program, "-p", str(port), "-h", "127.0.0.1", "-f", str(script), "--strict", *options]
    with (folder / "aimock.log").open("wb") as log:
        process = subprocess.Popen(line, stdout=log, stderr=log, env={**os.environ, "AIMOCK_API_KEYS": KEY})
        try:
            _wait_until_ready(process, port)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(10)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise NotAvailableError("aimock ended at its start")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise NotAvailableError("aimock was not ready after 60 s")
