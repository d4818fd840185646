"""A real Emacs 30 with the client that comes with it, eglot: the suggestion is a candidate of its completion."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.editors import install
from tests.editors.conftest import SHAPES, Installed
from tests.editors.endpoint import endpoint
from tests.editors.terminal import Emacs
from tests.stub import replies

pytestmark = pytest.mark.editor

Open = Callable[..., Emacs]

INIT = """
(setq inhibit-startup-screen t make-backup-files nil auto-save-default nil create-lockfiles nil)
(setq native-comp-jit-compilation nil native-comp-enable-subr-trampolines nil python-indent-guess-indent-offset nil)
(require 'eglot)
(add-to-list 'eglot-server-programs '(python-mode . ("{python}" "-m" "foretype" "--stdio" {options})))
(add-hook 'python-mode-hook 'eglot-ensure)
"""
MODEL = ':initializationOptions (:model (:base_url "{url}" :name "stub" :mode "chat"))'
DOCUMENTED = """```python
    def get_circle(self, name):
        \"\"\"Load a circle by its name.\"\"\"
        self.check(name)
        return self.store.load("circle", name)
```"""


@pytest.fixture
def edit(installed: Installed, homes: dict[str, str], workspace: Path, tmp_path: Path) -> Iterator[Open]:
    """Opens a file of the workspace in Emacs, with the cursor at its end and the server running."""
    program = installed(install.emacs)
    sessions: list[Emacs] = []

    def opened(name: str, options: str = "") -> Emacs:
        init = tmp_path / "init.el"
        init.write_text(INIT.format(python=sys.executable, options=options), encoding="utf-8")
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


def menu_for(emacs: Emacs, title: str) -> bool:
    """Open the menu of actions anew: before the model is connected to, it is empty."""
    emacs.keys("C-g")
    time.sleep(0.3)  # it throws away what was typed with it
    emacs.keys("M-x")
    emacs.type("eglot-code-actions\r")
    time.sleep(0.5)
    emacs.keys("Tab")
    time.sleep(0.5)
    return title in emacs.screen()


def test_eglot_offers_an_action_and_applies_it(edit: Open, workspace: Path, output: Path) -> None:
    with endpoint(lambda _: replies.chat([DOCUMENTED])) as stub:
        emacs = edit("shapes.py", MODEL.format(url=stub.url))
        emacs.wait(lambda: stub.received, "the question about the model")
        emacs.go_to(9)
        emacs.wait(lambda: menu_for(emacs, "Document `get_circle`"), "the menu")
        (output / "emacs-actions.txt").write_text(emacs.screen(), encoding="utf-8")
        emacs.type("Document `get_circle`\r")
        emacs.wait_for("Load a circle by its name.")
        text = emacs.write(workspace / "shapes.py")
    definition = "    def get_circle(self, name):\n"
    assert text == SHAPES.replace(definition, definition + '        """Load a circle by its name."""\n')
