"""A real Emacs 30 with the client that comes with it, eglot: the suggestion is a candidate of its completion."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.editors import install
from tests.editors.conftest import SHAPES, Installed
from tests.editors.terminal import Emacs

pytestmark = pytest.mark.editor

Open = Callable[[str], Emacs]

INIT = """
(setq inhibit-startup-screen t make-backup-files nil auto-save-default nil create-lockfiles nil)
(setq native-comp-jit-compilation nil native-comp-enable-subr-trampolines nil python-indent-guess-indent-offset nil)
(require 'eglot)
(add-to-list 'eglot-server-programs '(python-mode . ("{python}" "-m" "foretype" "--stdio")))
(add-hook 'python-mode-hook 'eglot-ensure)
"""


@pytest.fixture
def edit(installed: Installed, homes: dict[str, str], workspace: Path, tmp_path: Path) -> Iterator[Open]:
    """Opens a file of the workspace in Emacs, with the cursor at its end and the server running."""
    program = installed(install.emacs)
    sessions: list[Emacs] = []

    def opened(name: str) -> Emacs:
        init = tmp_path / "init.el"
        init.write_text(INIT.format(python=sys.executable), encoding="utf-8")
        session = Emacs(program, workspace / name, init, homes)
        sessions.append(session)
        session.wait(lambda: session.evaluate("(if (eglot-current-server) 1 0)") == 1, "the server")
        session.keys("M->")
        return session

    yield opened
    for session in sessions:
        session.stop()


def test_eglot_completes_with_the_suggestion(edit: Open, workspace: Path, output: Path) -> None:
    emacs = edit("shapes.py")
    emacs.type("    def get_hexagon(self, name):")
    emacs.keys("Enter")
    emacs.type("se")
    emacs.keys("C-M-i")
    emacs.wait(lambda: emacs.line() == "        self.check(name)", "the completed line")
    (output / "emacs-eglot.txt").write_text(emacs.screen(), encoding="utf-8")
    text = emacs.write(workspace / "shapes.py")
    assert text == SHAPES + "    def get_hexagon(self, name):\n        self.check(name)\n"
