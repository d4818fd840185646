"""What the tests of all editors share: homes far from the user's own, a folder for screenshots, and code to type on.

An editor that cannot be had is skipped with the reason; FORETYPE_EDITORS=required makes that a failure instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.editors.install import REPOSITORY, NotAvailable
from tests.editors.vscode_fixtures import opened, programs, server_path, vsix

__all__ = ["opened", "programs", "server_path", "vsix"]  # fixtures

Installed = Callable[[Callable[[], Path]], Path]

SHAPES = '''"""Shapes that are kept in a store."""


class Shapes:
    def __init__(self, store):
        self.store = store

    def get_circle(self, name):
        self.check(name)
        return self.store.load("circle", name)

    def get_square(self, name):
        self.check(name)
        return self.store.load("square", name)

    def get_triangle(self, name):
        self.check(name)
        return self.store.load("triangle", name)

'''
SIZES = '''"""Sizes that are kept in a store."""


class Größen:
    def __init__(self, größen):
        self.größen = größen

    def kreis(self, name):
        self.größen.melde("名前 😀", name, sichtbar=True)
        return self.größen.lade("kreis", name)

    def quadrat(self, name):
        self.größen.melde("名前 😀", name, sichtbar=True)
        return self.größen.lade("quadrat", name)

    def dreieck(self, name):
        self.größen.melde("名前 😀", name, sichtbar=True)
        return self.größen.lade("dreieck", name)

'''


@pytest.fixture(scope="session")
def installed() -> Installed:
    """Calls one of the installers of install.py, or skips the test with the reason why that cannot be."""

    def call(installer: Callable[[], Path]) -> Path:
        try:
            return installer()
        except NotAvailable as reason:
            if os.environ.get("FORETYPE_EDITORS") == "required":
                pytest.fail(str(reason))
            pytest.skip(str(reason))

    return call


@pytest.fixture(scope="session")
def output() -> Path:
    """Where screenshots are kept."""
    folder = REPOSITORY / "tests" / "output"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def homes(tmp_path: Path) -> dict[str, str]:
    """The environment of an editor and its server that knows nothing of this user."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FORETYPE_", "OPENAI_", "XDG_"))}
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")
    folders = {name: tmp_path / "homes" / name.lower() for name in names}
    for folder in folders.values():
        folder.mkdir(parents=True, mode=0o700)
    return {**kept, **{name: str(folder) for name, folder in folders.items()}, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder with repetitive code in it, for the embedded engine to see."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / "shapes.py").write_text(SHAPES, encoding="utf-8")
    (folder / "sizes.py").write_text(SIZES, encoding="utf-8")
    return folder
