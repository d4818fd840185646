"""A real Emacs with lsp-mode, configured as docs/editors.md says: ghost text and code actions beside other servers."""

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
from tests.editors.test_emacs import DOCUMENTED
from tests.stub import replies

pytestmark = pytest.mark.editor

Open = Callable[..., Emacs]

INIT = """
(setq inhibit-startup-screen t make-backup-files nil auto-save-default nil create-lockfiles nil)
(setq native-comp-jit-compilation nil native-comp-enable-subr-trampolines nil python-indent-guess-indent-offset nil)
(dolist (folder (directory-files "{packages}" t "^[a-z]")) (add-to-list 'load-path folder))
(load "lsp-mode-autoloads" nil t)
(setq lsp-auto-guess-root t lsp-enable-snippet nil lsp-headerline-breadcrumb-enable nil lsp-warn-no-matched-clients nil)
(setq lsp-session-file (expand-file-name "lsp-session" (getenv "HOME")))
(with-eval-after-load 'lsp-mode
  (lsp-register-client
   (make-lsp-client
    :new-connection (lsp-stdio-connection '("{python}" "-m" "foretype" "--stdio"))
    :activation-fn (lambda (&rest _) t)
    :add-on? t
    :priority -1
    :server-id 'foretype
    :initialization-options '({options})))
  (when (require 'lsp-inline-completion nil t)
    (setq lsp-inline-completion-idle-delay 0.2)
    (define-key lsp-inline-completion-active-map (kbd "TAB") #'lsp-inline-completion-accept)
    (put 'lsp-inline-completion-accept 'lsp-inline-completion-keep t)))
(add-hook 'python-mode-hook #'lsp)
"""


@pytest.fixture
def edit(installed: Installed, homes: dict[str, str], workspace: Path, tmp_path: Path) -> Iterator[Open]:
    """Opens shapes.py in Emacs, with the cursor at its end and the server running."""
    program, packages = installed(install.emacs), installed(install.lsp_mode)
    sessions: list[Emacs] = []

    def opened(options: str = "") -> Emacs:
        init = tmp_path / "init.el"
        text = INIT.format(python=sys.executable, packages=packages, options=options)
        init.write_text(text, encoding="utf-8")
        session = Emacs(program, workspace / "shapes.py", init, homes)
        sessions.append(session)
        session.wait(
            lambda: session.evaluate("(if (bound-and-true-p lsp-inline-completion-mode) 1 0)") == 1, "the server"
        )
        session.keys("M->")
        return session

    yield opened
    for session in sessions:
        session.stop()


def test_ghost_text_is_shown_and_accepted(edit: Open, workspace: Path, output: Path) -> None:
    emacs = edit()
    emacs.type("    def get_hexagon(self, name):")
    emacs.keys("Enter")
    emacs.wait(lambda: emacs.screen().count("self.check(name)") == 4, "the ghost text")
    (output / "emacs-lsp-mode.txt").write_text(emacs.screen(), encoding="utf-8")
    assert emacs.line().strip() == ""
    emacs.keys("Tab")
    emacs.wait(lambda: emacs.line() == "        self.check(name)", "the accepted text")
    text = emacs.write(workspace / "shapes.py")
    assert text == SHAPES + "    def get_hexagon(self, name):\n        self.check(name)\n"


def menu_for(emacs: Emacs, title: str) -> bool:
    """Open the menu of actions anew: before the model is connected to, it is empty."""
    emacs.keys("C-g")
    time.sleep(0.3)  # it throws away what was typed with it
    emacs.keys("M-x")
    emacs.type("lsp-execute-code-action\r")
    time.sleep(0.5)
    emacs.keys("Tab")
    time.sleep(0.5)
    return title in emacs.screen()


def test_an_action_is_chosen_and_applied_while_emacs_goes_on(edit: Open, workspace: Path) -> None:
    with endpoint(lambda _: replies.chat([DOCUMENTED]).slowly(0.0, first=2.0)) as stub:
        emacs = edit(f':model (:base_url "{stub.url}" :name "stub" :mode "chat")')
        emacs.wait(lambda: stub.received, "the question about the model")
        emacs.go_to(9)
        emacs.wait(lambda: menu_for(emacs, "Document `get_circle`"), "the menu")
        emacs.type("Document `get_circle`\r")
        emacs.wait(lambda: stub.asked, "the question")
        emacs.keys("M->")
        emacs.type("# typed meanwhile")
        emacs.wait(lambda: emacs.line() == "# typed meanwhile", "what was typed while the model writes")
        emacs.keys("M-<")
        emacs.wait_for("Load a circle by its name.")
        text = emacs.write(workspace / "shapes.py")
    definition = "    def get_circle(self, name):\n"
    changed = SHAPES.replace(definition, definition + '        """Load a circle by its name."""\n')
    assert text.rstrip("\n") == changed + "# typed meanwhile"
