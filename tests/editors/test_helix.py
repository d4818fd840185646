"""A real Helix, which has no ghost text: the suggestion is one marked item in its completion menu."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tests.editors import install
from tests.editors.conftest import SHAPES, Installed
from tests.editors.terminal import Terminal

pytestmark = pytest.mark.editor

LANGUAGES = """
[language-server.foretype]
command = "{python}"
args = ["-m", "foretype", "--stdio"]

[[language]]
name = "python"
language-servers = ["foretype"]
"""


def asked_again(helix: Terminal) -> bool:
    """Type the last letters anew: while the server starts, the menu has words of the file only."""
    helix.keys("BSpace", "BSpace")
    time.sleep(0.3)
    helix.type("se")
    time.sleep(1)
    return "✦" in helix.screen()


def in_normal_mode(helix: Terminal) -> bool:
    """Press Escape until it is: a menu takes the first one for itself."""
    helix.keys("Escape")
    time.sleep(0.3)
    return " NOR " in helix.screen()


def test_the_completion_menu_has_the_suggestion(
    installed: Installed, homes: dict[str, str], workspace: Path, output: Path
) -> None:
    program = installed(install.helix)
    folder = Path(homes["XDG_CONFIG_HOME"]) / "helix"
    folder.mkdir()
    (folder / "languages.toml").write_text(LANGUAGES.format(python=sys.executable), encoding="utf-8")
    helix = Terminal([str(program), "shapes.py"], workspace, homes)
    try:
        helix.wait_for("class Shapes")
        helix.type("geo")
        helix.wait_for("INS")
        # Debian's Helix has no grammar for Python, so that it keeps the indentation and adds none.
        helix.type("    def get_hexagon(self, name):\r    se")
        helix.wait(lambda: asked_again(helix), "the suggestion in the menu")
        (output / "helix-menu.txt").write_text(helix.screen(), encoding="utf-8")
        helix.keys("Tab", "Enter")
        helix.wait(lambda: helix.screen().count("self.check(name)") == 4 and "✦" not in helix.screen(), "the text")
        helix.wait(lambda: in_normal_mode(helix), "normal mode")
        helix.type(":write\r")
        helix.wait_for("written")
    finally:
        helix.stop()
    text = (workspace / "shapes.py").read_text(encoding="utf-8")
    assert text.rstrip() == SHAPES + "    def get_hexagon(self, name):\n        self.check(name)"
