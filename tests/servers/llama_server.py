"""Gets the real llama-server and runs it with the tiny model; says in one sentence why where that cannot be.

Debian packages it in unstable. Its packages are unpacked, with the libraries that they need, into a cache
folder and run from there: nothing is installed, and the machine's own package state is not touched. The cache
is `.cache/` in the repository, or FORETYPE_TEST_CACHE.
"""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.locking import alone_with
from tests.servers import tiny_model

KEY = "sk-of-the-tests"
MODEL = "qwen2.5-coder-tiny"
_ROOT = Path(__file__).parents[2]
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class NotAvailableError(Exception):
    """The server cannot be had here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class LlamaServer:
    """A running server."""

    origin: str
    log: Path

    @property
    def url(self) -> str:
        return f"{self.origin}/v1"

    def get(self, path: str) -> str:
        """The body of a GET outside the OpenAI paths."""
        request = urllib.request.Request(self.origin + path, headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(request, timeout=10) as response:
            body: bytes = response.read()
        return body.decode()


def cache_folder() -> Path:
    """Where downloaded servers are kept between runs."""
    return Path(os.environ.get("FORETYPE_TEST_CACHE") or _ROOT / ".cache")


def command() -> tuple[list[str], dict[str, str]]:
    """The command that starts the server, and what it needs in its environment; installs it the first time."""
    root = cache_folder() / "llama-server"
    if not root.exists():
        with alone_with(root):
            if not root.exists():  # unless another process has just done it
                _install(root)
    libraries = next(iter(root.glob("usr/lib/*-linux-gnu")), None)
    loader = next(iter(root.glob("usr/lib*/ld-linux*.so.*")), None)
    if libraries is None or loader is None:
        raise NotAvailableError(f"{root} holds no llama-server; remove it and try again")
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    kind = "haswell" if "avx2" in flags else "x64"
    backend = next(iter(libraries.glob(f"ggml/backends*/libggml-cpu-{kind}.so")), None)
    if backend is None:
        raise NotAvailableError("the packages hold no backend for this processor")
    paths = ":".join(str(path) for path in (libraries, libraries / "llama", libraries / "ggml"))
    server = [str(loader), "--library-path", paths, str(root / "usr/bin/llama-server")]
    return server, {**os.environ, "GGML_BACKEND_PATH": str(backend)}


def _install(root: Path) -> None:
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise NotAvailableError("llama-server is only installed on Linux x86_64")
    missing = [tool for tool in ("apt-get", "dpkg-deb", "tar") if shutil.which(tool) is None]
    if missing or not _KEYRING.exists():
        raise NotAvailableError(f"installing llama-server needs Debian's {', '.join(missing) or _KEYRING}")
    root.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root.parent, prefix="installing-") as work:
        packages = _download(Path(work, "apt"))
        unpacked = Path(work, "root")
        for folder in ("bin", "lib", "lib64", "sbin"):
            (unpacked / "usr" / folder).mkdir(parents=True)
            (unpacked / folder).symlink_to(f"usr/{folder}")
        for package in packages:
            _run(
                f"dpkg-deb --fsys-tarfile {package} | tar -C {unpacked} -xf - --no-same-owner --keep-directory-symlink"
            )
        # In one step, so that a run that was interrupted leaves nothing half done.
        unpacked.rename(root)


def _download(apt: Path) -> list[Path]:
    """The server's packages and all that they depend on, from the mirror that this machine uses."""
    targets = _run("apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages'")
    mirror = next((line for line in targets.splitlines() if line.rstrip("/").endswith("/debian")), None)
    if mirror is None:
        raise NotAvailableError("apt knows no Debian mirror")
    for folder in ("lists/partial", "cache/archives/partial", "etc", "parts"):
        (apt / folder).mkdir(parents=True)
    (apt / "etc/sources.list").write_text(f"deb [signed-by={_KEYRING}] {mirror} sid main\n", encoding="utf-8")
    (apt / "status").touch()
    settings = {
        "Dir::Etc::sourcelist": apt / "etc/sources.list",
        "Dir::Etc::sourceparts": apt / "parts",
        "Dir::State::lists": apt / "lists",
        "Dir::State::status": apt / "status",
        "Dir::Cache": apt / "cache",
        "Debug::NoLocking": 1,
        "APT::Sandbox::User": "",
        "APT::Install-Recommends": 0,
        "APT::Update::Post-Invoke": "",
        "DPkg::Post-Invoke": "",
        "DPkg::Pre-Install-Pkgs": "",
        "APT::Update::Error-Mode": "any",
        "Acquire::Languages": "none",
        "Acquire::Retries": 1,
        "Acquire::http::Timeout": 20,
    }
    options = " ".join(f"-o {name}={value}" for name, value in settings.items())
    _run(f"apt-get {options} -qq update")
    _run(f"apt-get {options} -qq -y --download-only install llama.cpp-tools")
    return sorted((apt / "cache/archives").glob("*.deb"))


def _run(line: str) -> str:
    """Run a shell line; its failure becomes the reason why the server is not to be had."""
    try:
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        raise NotAvailableError(f"{line.split()[0]} took more than five minutes") from None
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()[-1]
        raise NotAvailableError(f"{line.split()[0]} failed: {said}")
    return done.stdout


@contextmanager
def running(folder: Path) -> Iterator[LlamaServer]:
    """The server with the tiny model on a free port, ended when the context is left."""
    server, environment = command()
    model, log = folder / "tiny.gguf", folder / "llama-server.log"
    tiny_model.write(model)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = f"--host 127.0.0.1 --port {port} --threads 1 --parallel 2 --no-ui --slots --api-key {KEY} --alias {MODEL}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*server, "-m", str(model), *options.split()], stdout=output, stderr=output, env=environment
        )
        try:
            _wait_until_ready(process, f"http://127.0.0.1:{port}", log)
            yield LlamaServer(f"http://127.0.0.1:{port}", log)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], origin: str, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise NotAvailableError(f"llama-server ended at its start: {' '.join(last)}")
        try:
            with urllib.request.urlopen(f"{origin}/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise NotAvailableError("llama-server was not ready after 60 s")
