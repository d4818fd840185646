"""A real Vim with yegappan/lsp or vim-lsp, configured as docs/editors.md says.

Neither is on a registry of packages: FORETYPE_YEGAPPAN_LSP and FORETYPE_VIM_LSP name checkouts of them; without, or
without a Vim that can run them, these tests are skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.editors.conftest import SHAPES
from tests.editors.endpoint import endpoint
from tests.editors.terminal import Terminal
from tests.editors.test_emacs import DOCUMENTED
from tests.editors.test_vim import can_run_coc
from tests.stub import replies

pytestmark = pytest.mark.editor

Open = Callable[..., Terminal]

COMMON = """
set nocompatible backspace=indent,eol,start nobackup nowritebackup noswapfile hidden laststatus=2 shortmess+=I
set runtimepath^={plugin}
filetype plugin indent on
"""
YEGAPPAN = """
autocmd User LspSetup call LspAddServer([{{'name': 'foretype', 'filetype': ['python'], 'path': '{python}',
      \\ 'args': ['-m', 'foretype', '--stdio'], 'initializationOptions': json_decode('{options}')}}])
"""
VIM_LSP = """
autocmd User lsp_setup call lsp#register_server({{'name': 'foretype',
      \\ 'cmd': {{_ -> ['{python}', '-m', 'foretype', '--stdio']}}, 'allowlist': ['*'],
      \\ 'initialization_options': json_decode('{options}')}})
autocmd FileType * setlocal omnifunc=lsp#complete
nmap ga <plug>(lsp-code-action)
let g:lsp_show_message_log_level = 'info'
set statusline=%f\\ %{{lsp#get_server_status('foretype')}}
"""


def checkout(variable: str, file: str) -> Path:
    """The folder that an environment variable names; skips the test where it holds no such plugin."""
    folder = Path(os.environ.get(variable) or "/nowhere")
    if not (folder / file).is_file():
        pytest.skip(f"{variable} names no checkout with {file} in it.")
    if not can_run_coc():
        pytest.skip("These plugins need Vim 9.0.0438 or newer with +channel and +textprop.")
    return folder


@pytest.fixture
def edit(homes: dict[str, str], workspace: Path, tmp_path: Path) -> Iterator[Open]:
    """Opens shapes.py in Vim with one of the plugins."""
    sessions: list[Terminal] = []

    def opened(plugin: Path, settings: str, options: dict[str, Any] | None = None) -> Terminal:
        vimrc = tmp_path / "vimrc"
        text = (COMMON + settings).format(plugin=plugin, python=sys.executable, options=json.dumps(options or {}))
        vimrc.write_text(text, encoding="utf-8")
        subprocess.run(["git", "init", "-q", workspace], check=True)  # vim-lsp looks for it
        sessions.append(Terminal(["vim", "-u", str(vimrc), "shapes.py"], workspace, homes))
        sessions[-1].wait_for("shapes.py")
        return sessions[-1]

    yield opened
    for session in sessions:
        session.stop()


def saved(vim: Terminal, workspace: Path) -> str:
    """Leave insert mode and save; what the file on the disk holds then."""
    vim.keys("Escape")
    vim.type(":write\r")
    file = workspace / "shapes.py"
    vim.wait(lambda: file.read_text(encoding="utf-8") not in ("", SHAPES), "the saved file")
    return file.read_text(encoding="utf-8")


def with_model(url: str) -> dict[str, Any]:
    return {"model": {"base_url": url, "name": "stub", "mode": "chat"}}


WRITTEN = SHAPES + "    def get_hexagon(self, name):\n        self.check(name)\n"
DEFINITION = "    def get_circle(self, name):\n"
CHANGED = SHAPES.replace(DEFINITION, DEFINITION + '        """Load a circle by its name."""\n')


def test_yegappan_lsp_has_the_suggestion_in_its_menu(edit: Open, workspace: Path, output: Path) -> None:
    vim = edit(checkout("FORETYPE_YEGAPPAN_LSP", "autoload/lsp/lsp.vim"), YEGAPPAN)
    vim.type(":setlocal indentexpr= noautoindent\rGo    def get_hexagon(self, name):\r")

    def shown() -> bool:
        # While the server starts, what was typed asks for nothing: type the line anew.
        vim.keys("Escape")
        vim.type("S        self")
        time.sleep(1)
        return "✦" in vim.screen()

    vim.wait(shown, "the menu")
    (output / "vim-yegappan.txt").write_text(vim.screen(), encoding="utf-8")
    vim.keys("C-n", "C-y")
    assert saved(vim, workspace) == WRITTEN


def test_yegappan_lsp_does_an_action(edit: Open, workspace: Path, output: Path) -> None:
    with endpoint(lambda _: replies.chat([DOCUMENTED])) as stub:
        vim = edit(checkout("FORETYPE_YEGAPPAN_LSP", "autoload/lsp/lsp.vim"), YEGAPPAN, with_model(stub.url))
        vim.wait(lambda: stub.received, "the question about the model")
        vim.type("9G:LspCodeAction\r")
        screen = vim.wait_for("Document `get_circle`")
        (output / "vim-yegappan-actions.txt").write_text(screen, encoding="utf-8")
        row = next(row for row in screen.splitlines() if "Document `get_circle`" in row)
        vim.type(row.split(".")[0].strip())
        vim.keys("Enter")
        vim.wait_for("Load a circle by its name.")
        assert saved(vim, workspace) == CHANGED


def test_vim_lsp_completes_by_hand(edit: Open, workspace: Path, output: Path) -> None:
    vim = edit(checkout("FORETYPE_VIM_LSP", "autoload/lsp.vim"), VIM_LSP)

    def running() -> bool:
        vim.type(":redrawstatus\r")  # the plugin does not when the server is there
        return "shapes.py running" in vim.screen()

    vim.wait(running, "the server")
    vim.type("Go    def get_hexagon(self, name):\rse")
    vim.keys("C-x", "C-o")
    vim.wait(lambda: vim.screen().count("self.check(name)") == 4, "the suggestion")
    (output / "vim-lsp.txt").write_text(vim.screen(), encoding="utf-8")
    assert saved(vim, workspace) == WRITTEN


def test_vim_lsp_does_an_action_and_explains(edit: Open, workspace: Path, output: Path) -> None:
    def answer(request: Any) -> replies.Reply:
        return replies.chat([DOCUMENTED if "docstring" in str(request.body) else "It loads a hexagon."])

    with endpoint(answer) as stub:
        vim = edit(checkout("FORETYPE_VIM_LSP", "autoload/lsp.vim"), VIM_LSP, with_model(stub.url))
        vim.wait(lambda: stub.received, "the question about the model")
        vim.type("9Gga")
        vim.wait_for("Explain the selection")
        vim.keys("Enter")
        vim.wait_for("It loads a hexagon.")
        vim.type("9Gga")
        (output / "vim-lsp-actions.txt").write_text(vim.wait_for("Document `get_circle`"), encoding="utf-8")
        vim.keys("C-n")
        vim.keys("Enter")
        vim.wait_for("Load a circle by its name.")
        assert saved(vim, workspace) == CHANGED
