"""A real Vim with coc.nvim, configured as docs/editors.md says.

coc.nvim is on no registry of packages as a program: FORETYPE_COC names a folder of it with `build/index.js` in it, as
its branch `release` has it; without, or without a Vim that can run it, these tests are skipped.
"""

from __future__ import annotations

import json
import os
import shutil
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
from tests.stub import replies

pytestmark = pytest.mark.editor

Open = Callable[..., Terminal]

VIMRC = """
set nocompatible backspace=indent,eol,start nobackup nowritebackup noswapfile hidden laststatus=2 shortmess+=I
set runtimepath^={coc}
let g:coc_config_home = '{home}'
let g:coc_data_home = '{home}/data'
let g:coc_disable_startup_warning = 1
inoremap <silent><expr> <Tab> coc#inline#visible() ? coc#inline#accept() : "\\<Tab>"
nmap ga <Plug>(coc-codeaction-cursor)
filetype plugin indent on
set statusline=%f\\ %{{get(g:,'coc_service_initialized',0)}}
"""


def can_run_coc() -> bool:
    """Whether there is a Vim with job, channels and virtual text."""
    vim = shutil.which("vim")
    wanted = "has('patch-9.0.0438') && has('channel') && has('textprop')"
    command = ["vim", "-Nu", "NONE", "-es", "-c", f"if {wanted} | qall! | else | cquit | endif"]
    return vim is not None and subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0


@pytest.fixture
def edit(homes: dict[str, str], workspace: Path, tmp_path: Path) -> Iterator[Open]:
    """Opens shapes.py in Vim, with the cursor on its last line."""
    coc = Path(os.environ.get("FORETYPE_COC") or "/nowhere")
    if not (coc / "build" / "index.js").is_file():
        pytest.skip("FORETYPE_COC names no folder of coc.nvim with build/index.js in it.")
    if not shutil.which("node") or not can_run_coc():
        pytest.skip("coc.nvim needs Node, and Vim 9.0.0438 or newer with +channel and +textprop.")
    sessions: list[Terminal] = []

    def opened(options: dict[str, Any] | None = None) -> Terminal:
        home = tmp_path / "coc"
        home.mkdir()
        server = {"command": sys.executable, "args": ["-m", "foretype", "--stdio"], "filetypes": ["*"]}
        settings = {"languageserver": {"foretype": {**server, "initializationOptions": options or {}}}}
        (home / "coc-settings.json").write_text(json.dumps(settings), encoding="utf-8")
        vimrc = tmp_path / "vimrc"
        vimrc.write_text(VIMRC.format(coc=coc, home=home), encoding="utf-8")
        sessions.append(Terminal(["vim", "-u", str(vimrc), "shapes.py"], workspace, homes))
        sessions[-1].wait_for("shapes.py 1")
        sessions[-1].type("G")
        return sessions[-1]

    yield opened
    for session in sessions:
        session.stop()


def saved(vim: Terminal, workspace: Path) -> str:
    """Leave insert mode and save; what the file on the disk holds then."""
    vim.keys("Escape")
    vim.type(":write\r")
    vim.wait_for("written")
    return (workspace / "shapes.py").read_text(encoding="utf-8")


def test_ghost_text_is_shown_and_accepted(edit: Open, workspace: Path, output: Path) -> None:
    vim = edit()
    vim.type("o    def get_hexagon(self, name):\r")

    def shown() -> bool:
        # While the server starts, what was typed asks for nothing: type the line's margin anew.
        vim.keys("C-u")
        vim.type("        ")
        time.sleep(1)
        return bool(vim.screen().count("self.check(name)") == 4)

    vim.wait(shown, "the ghost text")
    vim.wait(lambda: vim.screen().count("self.check(name)") == 4, "the ghost text, and nothing typed since")
    (output / "vim-coc.txt").write_text(vim.screen(), encoding="utf-8")
    vim.keys("Tab")
    time.sleep(1)  # coc.nvim accepts behind Vim's back, and the screen shows the same before and after
    vim.type("  # accepted")
    vim.wait_for("self.check(name)  # accepted")
    text = saved(vim, workspace)
    assert text == SHAPES + "    def get_hexagon(self, name):\n        self.check(name)  # accepted\n"


def test_an_action_is_chosen_and_changes_the_file(edit: Open, workspace: Path, output: Path) -> None:
    with endpoint(lambda _: replies.chat([DOCUMENTED])) as stub:
        vim = edit({"model": {"base_url": stub.url, "name": "stub", "mode": "chat"}})
        vim.wait(lambda: stub.received, "the question about the model")
        vim.type("9Gga")
        screen = vim.wait_for("Document `get_circle`")
        (output / "vim-coc-actions.txt").write_text(screen, encoding="utf-8")
        row = next(row for row in screen.splitlines() if "Document `get_circle`" in row)
        vim.type(row.split("│")[1].split(".")[0].strip())
        vim.wait_for("Load a circle by its name.")
        text = saved(vim, workspace)
    definition = "    def get_circle(self, name):\n"
    assert text == SHAPES.replace(definition, definition + '        """Load a circle by its name."""\n')
