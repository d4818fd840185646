"""A real VS Code with Foretype's extension: code-server, looked at by a real Chromium that a script drives."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.editors import install

EXTENSION: Final = install.REPOSITORY / "clients" / "vscode"
DRIVER: Final = Path(__file__).with_name("vscode.mjs")
START_TIMEOUT: Final = 60.0
STORY_TIMEOUT: Final = 240.0

# Whatever would draw over the text, ask questions or look for updates.
SETTINGS: Final[dict[str, Any]] = {
    "security.workspace.trust.startupPrompt": "never",
    "security.workspace.trust.banner": "never",
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "extensions.autoCheckUpdates": False,
    "extensions.autoUpdate": False,
    "extensions.ignoreRecommendations": True,
    "workbench.enableExperiments": False,
    "workbench.startupEditor": "none",
    "workbench.welcomePage.walkthroughs.openOnInstall": False,
    "workbench.tips.enabled": False,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "chat.disableAIFeatures": True,
    "chat.commandCenter.enabled": False,
    "editor.minimap.enabled": False,
    "editor.fontFamily": "'DejaVu Sans Mono', monospace",
    "editor.quickSuggestions": {"other": "off", "comments": "off", "strings": "off"},
    "editor.wordBasedSuggestions": "off",
    "editor.inlineSuggest.minShowDelay": 0,
    "git.enabled": False,
    "files.autoSave": "off",
}


@dataclass(frozen=True)
class Programs:
    """What has to be installed."""

    node: Path
    code_server: Path
    chromium: Path
    playwright: Path


def build_extension(folder: Path) -> Path:
    """Package the extension as its users get it, from a copy, so that the tests leave nothing in the repository."""
    kept = install.cache() / "vscode-extension"
    kept.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        if _differs(EXTENSION / name, kept / name):
            shutil.copy2(EXTENSION / name, kept / name)
            if name == "package-lock.json":
                shutil.rmtree(kept / "node_modules", ignore_errors=True)
    if not (kept / "node_modules").exists():
        install.run("npm", "ci", "--loglevel=error", cwd=kept)
    wheel = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "-w", kept / "server"]
    shutil.rmtree(kept / "server", ignore_errors=True)
    install.run(sys.executable, "-m", "pip", "wheel", *wheel, install.REPOSITORY)
    for name in ("src", "test", "scripts", "images", "l10n", "walkthrough", "setup"):
        shutil.copytree(EXTENSION / name, kept / name, dirs_exist_ok=True)
    for path in EXTENSION.iterdir():
        if path.is_file() and path.suffix != ".vsix":
            shutil.copy2(path, kept / path.name)
    try:
        install.run("npm", "run", "package", cwd=kept)
    except install.NotAvailable as error:
        # The tools are there; so this is the extension's own fault and no reason to skip.
        raise AssertionError(str(error)) from error
    return Path(shutil.copy2(kept / "foretype.vsix", folder))


class CodeServer:
    """One code-server on one workspace, with user data of its own. `stop` it at the end."""

    def __init__(self, programs: Programs, workspace: Path, data: Path, env: dict[str, str]) -> None:
        self.programs, self.workspace, self.data, self.env = programs, workspace, data, env
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the workspace is."""
        return f"http://127.0.0.1:{self.port}/?folder={self.workspace}"

    def install_extension(self, vsix: Path) -> str:
        """Install the extension as a user does; what VS Code says."""
        return install.run(*self._command, "--install-extension", vsix, "--force", env=self.env)

    def configure(self, machine: dict[str, Any], user: dict[str, Any] | None = None) -> None:
        """Write the user's settings, and those of this machine: a browser's VS Code is a remote one, and takes settings
        of scope `machine` from there only."""
        for name, settings in (("User", {**SETTINGS, **(user or {})}), ("Machine", machine)):
            file = self.data / name / "settings.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(settings), encoding="utf-8")

    def start(self, *, trusted: bool) -> None:
        """Start it and wait until it answers."""
        command: list[str | Path] = [*self._command, "--config", "/dev/null", "--auth", "none"]
        command += ["--bind-addr", f"127.0.0.1:{self.port}", "--disable-telemetry", "--disable-update-check"]
        command += ["--disable-getting-started-override", "--ignore-last-opened"]
        command += ["--disable-workspace-trust"] if trusted else []
        with (self.data / "code-server.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, self.workspace], env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        end = time.monotonic() + START_TIMEOUT
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                raise AssertionError((self.data / "code-server.log").read_text(errors="replace")[-2000:])
            time.sleep(0.1)

    def play(self, story: str, shots: Path) -> dict[str, Any]:
        """Have the driver play one of its stories; what it saw."""
        programs = self.programs
        env = {
            **self.env,
            "FORETYPE_URL": self.url,
            "FORETYPE_SHOTS": str(shots),
            "FORETYPE_CHROMIUM": str(programs.chromium),
            "FORETYPE_PROFILE": str(self.data / f"profile-{story}"),
            "FORETYPE_PLAYWRIGHT": str(programs.playwright / "node_modules" / "playwright-core" / "index.mjs"),
        }
        done = subprocess.run(
            [programs.node, DRIVER, story], env=env, capture_output=True, text=True, timeout=STORY_TIMEOUT, check=False
        )
        assert done.returncode == 0, done.stderr
        seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return seen

    def stop(self) -> None:
        """End it and all that it started."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    @property
    def _command(self) -> list[str | Path]:
        folders: list[str | Path] = ["--user-data-dir", self.data, "--extensions-dir", self.data / "extensions"]
        return [self.programs.node, self.programs.code_server, *folders]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False


def server_command(folder: Path) -> Path:
    """A `foretype` command that runs the package of this environment; a server's process id is written beside it."""
    command = folder / "foretype"
    command.write_text(
        f'#!/bin/sh\ncase "$*" in *--stdio*) echo $$ > "$0.pid";; esac\nexec "{sys.executable}" -m foretype "$@"\n',
        encoding="utf-8",
    )
    command.chmod(0o755)
    return command


def _differs(one: Path, other: Path) -> bool:
    return not other.exists() or one.read_bytes() != other.read_bytes()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
