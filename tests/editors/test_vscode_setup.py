"""The script that fills the environment which the VS Code extension makes, without an editor and without a network."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import venv
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "clients" / "vscode" / "setup" / "install.py"
METADATA = """Metadata-Version: 2.4
Name: foretype
Version: 0.1.0
Requires-Dist: pygls<2.2,>=2.1.1
Requires-Dist: openai<4,>=3
Requires-Dist: tomli>=2.2; python_version < "3.11"
Requires-Dist: typing-extensions; python_version < "3.11"
Provides-Extra: grammars
Requires-Dist: tree-sitter<0.27,>=0.25; extra == 'grammars'
Provides-Extra: tokenizers
Requires-Dist: tokenizers>=0.21; extra == "tokenizers"
"""


@pytest.fixture(scope="module")
def install() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vscode_install", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    file = tmp_path / "foretype-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("foretype/__init__.py", "")
        archive.writestr("foretype-0.1.0.dist-info/METADATA", METADATA)
    return file


def test_what_the_first_suggestion_needs_comes_first_and_of_the_extras_the_grammars(
    install: ModuleType, wheel: Path
) -> None:
    first, rest = install.requirements(wheel)
    assert first == ["pygls<2.2,>=2.1.1", 'tomli>=2.2; python_version < "3.11"']
    assert rest == ["openai<4,>=3", 'typing-extensions; python_version < "3.11"', "tree-sitter<0.27,>=0.25"]


def test_without_a_network_it_ends_soon_and_says_so(wheel: Path, tmp_path: Path) -> None:
    """The words are those by which the extension knows what to tell the user (failures.test.ts)."""
    venv.create(tmp_path / "venv", with_pip=False, symlinks=os.name != "nt")
    python = tmp_path / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    env = {**os.environ, "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
    done = subprocess.run(
        [python, "-I", SCRIPT, "first", wheel], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode
    assert "NewConnectionError" in done.stderr or "No matching distribution found" in done.stderr
    assert next((tmp_path / "venv").glob("**/site-packages/foretype/__init__.py"))
