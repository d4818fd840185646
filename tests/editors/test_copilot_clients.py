"""Clients that were written for Copilot's language server, their code unchanged, with Foretype as that server.

They are other people's projects and not on any registry of packages: FORETYPE_COPILOT_LUA and FORETYPE_COPILOT_EL name
checkouts of copilot.lua and copilot.el; without, these tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editors import install
from tests.editors.conftest import SHAPES, Installed
from tests.editors.terminal import Emacs, Neovim

pytestmark = pytest.mark.editor

NEOVIM = """
vim.opt.runtimepath:prepend({plugin!r})
require("copilot").setup({{
  server = {{ type = "binary", custom_server_filepath = {program!r} }},
  suggestion = {{ auto_trigger = true, keymap = {{ accept = "<M-l>", next = "<M-n>" }} }},
}})
"""
EMACS = """
(setq inhibit-startup-screen t make-backup-files nil auto-save-default nil create-lockfiles nil)
(setq native-comp-jit-compilation nil native-comp-enable-subr-trampolines nil python-indent-guess-indent-offset nil)
(add-to-list 'load-path "{plugin}")
(setq copilot-server-executable "{program}" copilot-indent-offset-warning-disable t)
(require 'copilot)
(keymap-set copilot-completion-map "TAB" 'copilot-accept-completion)
(keymap-set copilot-completion-map "M-w" 'copilot-accept-completion-by-word)
(add-hook 'python-mode-hook 'copilot-mode)
"""
WHOLE = SHAPES + "    def get_hexagon(self, name):\n        self.check(name)\n"


def checkout(variable: str, file: str) -> Path:
    """The folder that the variable names; the test is skipped where it does not hold the plugin."""
    folder = Path(os.environ.get(variable) or "/nowhere")
    if not (folder / file).is_file():
        pytest.skip(f"{variable} names no checkout with {file} in it.")
    return folder


@pytest.fixture
def program() -> str:
    """The command `foretype` of this environment."""
    found = shutil.which("foretype", path=str(Path(sys.executable).parent))
    assert found, "foretype is not installed beside this Python"
    return found


@pytest.fixture
def neovim(
    installed: Installed, homes: dict[str, str], workspace: Path, tmp_path: Path, program: str
) -> Iterator[Neovim]:
    """Neovim with copilot.lua, in insert mode on a new line."""
    plugin = checkout("FORETYPE_COPILOT_LUA", "lua/copilot/init.lua")
    init = tmp_path / "init.lua"
    init.write_text(NEOVIM.format(plugin=str(plugin), program=program), encoding="utf-8")
    session = Neovim(installed(install.neovim), workspace / "shapes.py", init, homes)
    try:
        session.wait(lambda: session.evaluate("require('copilot.client').initialized"), "the server")
        session.type(":call append('$', '') | $ | startinsert\r")
        session.wait(lambda: session.evaluate("vim.api.nvim_get_mode().mode") == "i", "insert mode")
        yield session
    finally:
        session.stop()


def test_copilot_lua_shows_and_accepts_ghost_text(neovim: Neovim, workspace: Path, output: Path) -> None:
    neovim.type("    def get_hexagon(self, name):\r")
    neovim.wait(lambda: neovim.screen().count("self.check(name)") == 4, "the ghost text")
    (output / "copilot-lua.txt").write_text(neovim.screen(), encoding="utf-8")
    assert neovim.evaluate("vim.fn.getline('.')").strip() == ""
    neovim.keys("M-l")
    neovim.wait(lambda: neovim.evaluate("vim.fn.getline('.')").strip() == "self.check(name)", "the accepted text")
    assert neovim.write(workspace / "shapes.py") == WHOLE


def test_copilot_lua_says_that_it_is_online(neovim: Neovim) -> None:
    neovim.keys("Escape")
    neovim.type(":Copilot status\r")
    assert "Online" in neovim.wait_for("[Copilot.lua] Status:")


@pytest.fixture
def emacs(
    installed: Installed, homes: dict[str, str], workspace: Path, tmp_path: Path, program: str
) -> Iterator[Emacs]:
    """Emacs with copilot.el, the cursor at the end of the file."""
    plugin = checkout("FORETYPE_COPILOT_EL", "copilot.el")
    init = tmp_path / "init.el"
    init.write_text(EMACS.format(plugin=plugin, program=program), encoding="utf-8")
    session = Emacs(installed(install.emacs), workspace / "shapes.py", init, homes)
    try:
        session.wait(lambda: session.evaluate("(if (copilot--connection-alivep) 1 0)") == 1, "the server")
        session.keys("M->")
        yield session
    finally:
        session.stop()


def test_copilot_el_shows_and_accepts_ghost_text(emacs: Emacs, workspace: Path, output: Path) -> None:
    emacs.type("    def get_hexagon(self, name):")
    emacs.keys("Enter")
    emacs.wait(lambda: emacs.screen().count("self.check(name)") == 4, "the ghost text")
    (output / "copilot-el.txt").write_text(emacs.screen(), encoding="utf-8")
    assert emacs.line().strip() == ""
    emacs.keys("Tab")
    emacs.wait(lambda: emacs.line() == "        self.check(name)", "the accepted text")
    assert emacs.write(workspace / "shapes.py") == WHOLE


def test_copilot_el_accepts_a_word(emacs: Emacs) -> None:
    emacs.type("    def get_hexagon(self, name):")
    emacs.keys("Enter")
    emacs.wait(lambda: emacs.screen().count("self.check(name)") == 4, "the ghost text")
    emacs.keys("M-w")
    emacs.wait(lambda: emacs.line() == "        self", "the accepted word")
    emacs.wait(lambda: emacs.screen().count("self.check(name)") == 4, "the rest of the ghost text")
