"""Editors in a real terminal (tmux): keys go in as a user's would, and the screen is read as drawn."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WAIT = 20.0
"""Seconds until something that has to appear counts as missing."""


class Terminal:
    """One program in a terminal of its own. `stop` it at the end."""

    def __init__(self, command: list[str], folder: Path, env: dict[str, str]) -> None:
        if not shutil.which("tmux"):
            pytest.skip("tmux is needed as the editor's terminal.")
        # A socket's path may have about a hundred characters only, which temporary folders of tests can exceed.
        self.sockets = tempfile.mkdtemp(prefix="editor")
        self.tmux = ["tmux", "-S", f"{self.sockets}/tmux", "-f", "/dev/null"]
        self._env = {**env, "TERM": "xterm-256color"}
        command = [word.replace("{sockets}", self.sockets) for word in command]
        self.run(*self.tmux, "new-session", "-d", "-x", "100", "-y", "30", *command, cwd=folder)

    def keys(self, *names: str) -> None:
        """Press keys by tmux's names: Escape, Tab, C-x."""
        self.run(*self.tmux, "send-keys", *names)

    def type(self, text: str) -> None:
        """Type text."""
        self.run(*self.tmux, "send-keys", "-l", text)

    def screen(self) -> str:
        """What the terminal shows."""
        return self.run(*self.tmux, "capture-pane", "-p")

    def wait_for(self, text: str) -> str:
        """Wait until the screen shows a text; the screen."""
        self.wait(lambda: text in self.screen(), f"{text!r} on the screen")
        return self.screen()

    def wait(self, condition: Callable[[], Any], what: str) -> None:
        """Wait for anything; an AssertionError with the screen where it does not come."""
        end = time.monotonic() + WAIT
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not come:\n{self.screen()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the program and the terminal."""
        subprocess.run([*self.tmux, "kill-server"], env=self._env, capture_output=True, check=False)
        shutil.rmtree(self.sockets, ignore_errors=True)

    def run(self, *command: str, cwd: Path | None = None) -> str:
        """Run a command in the editor's environment; its output."""
        done = subprocess.run(
            command, env=self._env, cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
        )
        if done.returncode:
            raise AssertionError(f"{' '.join(command[:6])}: {done.stderr or done.stdout}")
        return done.stdout


class Neovim(Terminal):
    """Neovim, which also tells what is in it."""

    def __init__(self, program: Path, file: Path, init: Path, env: dict[str, str]) -> None:
        self._program = str(program)
        command = [self._program, "-n", "-u", str(init), "--listen", "{sockets}/rpc", str(file)]
        super().__init__(command, file.parent, env)
        self.wait(lambda: os.path.exists(f"{self.sockets}/rpc"), "Neovim's socket")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in Lua."""
        lua = json.dumps(f"vim.json.encode({expression})")
        remote = ["--server", f"{self.sockets}/rpc", "--remote-expr", f"luaeval({lua})"]
        return json.loads(self.run(self._program, "-u", "NONE", *remote))

    def ready(self) -> None:
        """Wait for the server: what is typed before it is there asks for nothing."""
        client = "vim.lsp.get_clients({ name = 'foretype', bufnr = 0 })[1]"
        self.wait(lambda: self.evaluate(f"({client} or {{}}).initialized or false"), "the server")

    def write(self, file: Path) -> str:
        """Leave insert mode and save; what the file on the disk holds then."""
        self.keys("Escape")
        self.wait(lambda: self.evaluate("vim.api.nvim_get_mode().mode") == "n", "normal mode")
        self.type(":silent write\r")
        self.wait(lambda: not self.evaluate("vim.bo.modified"), "the saved file")
        return file.read_text(encoding="utf-8")


class Emacs(Terminal):
    """Emacs in a terminal, without the user's configuration, which also tells what is in it."""

    def __init__(self, program: Path, file: Path, init: Path, env: dict[str, str]) -> None:
        self._client = str(program.with_name("emacsclient"))
        command = [str(program), "-Q", "-nw", "--eval", '(setq server-name "{sockets}/emacs")', "-f", "server-start"]
        super().__init__([*command, "-l", str(init), str(file)], file.parent, env)
        self.wait(lambda: os.path.exists(f"{self.sockets}/emacs"), "Emacs's socket")

    def evaluate(self, form: str) -> Any:
        """The value of a Lisp form in the buffer that is shown, as JSON can carry it (nil is None)."""
        lisp = f"(with-current-buffer (window-buffer) (json-encode {form}))"
        printed = self.run(self._client, "-s", f"{self.sockets}/emacs", "--eval", lisp)
        return json.loads(json.loads(printed))

    def line(self) -> str:
        """The line at the cursor, as it is in the text."""
        text: str = self.evaluate("(buffer-substring-no-properties (line-beginning-position) (line-end-position))")
        return text

    def go_to(self, line: int) -> None:
        """Put the cursor at the beginning of a line, counted from 1."""

        def there() -> bool:
            self.keys("M-g", "M-g")
            self.type(f"{line}\r")
            return bool(self.evaluate("(line-number-at-pos (window-point))") == line)

        self.wait(there, f"line {line}")

    def write(self, file: Path) -> str:
        """Save; what the file on the disk holds then."""
        self.keys("C-x", "C-s")
        self.wait(lambda: self.evaluate("(if (buffer-modified-p) 1 0)") == 0, "the saved file")
        return file.read_text(encoding="utf-8")
