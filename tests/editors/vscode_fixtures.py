"""A VS Code with the extension, for the tests of it: packaged and installed once, started anew for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.editors import install
from tests.editors.vscode import CodeServer, Programs, build_extension, server_command

if TYPE_CHECKING:
    from tests.editors.conftest import Installed
    from tests.stub import StubServer

Open = Callable[..., CodeServer]


@pytest.fixture(scope="session")
def programs(installed: Installed) -> Programs:
    """Everything that a VS Code in a browser needs."""
    return Programs(
        node=installed(install.node),
        code_server=installed(install.code_server),
        chromium=installed(install.chromium),
        playwright=installed(install.playwright),
    )


@pytest.fixture(scope="session")
def vsix(programs: Programs, installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension, packaged."""
    folder = tmp_path_factory.mktemp("vsix")
    return installed(lambda: build_extension(folder))


@pytest.fixture
def server_path(tmp_path: Path) -> Path:
    return server_command(tmp_path)


@pytest.fixture
def opened(
    programs: Programs, vsix: Path, homes: dict[str, str], workspace: Path, tmp_path: Path, server_path: Path
) -> Iterator[Open]:
    """Starts VS Code with the extension on the workspace: the settings of this machine, a model, a user's settings."""
    running: list[CodeServer] = []

    def open_vscode(
        settings: dict[str, Any] | None = None,
        *,
        model: StubServer | None = None,
        trusted: bool = True,
        env: dict[str, str] | None = None,
        user: dict[str, Any] | None = None,
    ) -> CodeServer:
        known = {**homes, "FORETYPE_PID_FILE": f"{server_path}.pid", **(env or {})}
        if env and "PATH" in env:
            # The editor has its PATH from a login shell, whatever it was started with.
            Path(homes["HOME"], ".bash_profile").write_text(f'export PATH="{env["PATH"]}"\n', encoding="utf-8")
        code = CodeServer(programs, workspace, tmp_path / "data", known)
        asked = {"baseUrl": model.url, "name": "stub", "mode": "chat"} if model is not None else {}
        machine = {"foretype.server.path": str(server_path)}
        machine |= {f"foretype.model.{name}": value for name, value in asked.items()}
        code.configure({**machine, **(settings or {})}, user)
        assert "successfully installed" in code.install_extension(vsix)
        running.append(code)
        code.start(trusted=trusted)
        return code

    yield open_vscode
    for code in running:
        code.stop()
