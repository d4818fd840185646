"""A real Helix, which has no ghost text: the suggestion is one marked item in its completion menu."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.editors import install
from tests.editors.conftest import SHAPES, Installed
from tests.editors.endpoint import endpoint
from tests.editors.terminal import Terminal
from tests.stub import replies

pytestmark = pytest.mark.editor

Open = Callable[..., Terminal]

DOCUMENTED = """```python
    def get_circle(self, name):
        \"\"\"Load a circle by its name.\"\"\"
        self.check(name)
        return self.store.load("circle", name)
```"""
LANGUAGES = """
[language-server.foretype]
command = "{python}"
args = ["-m", "foretype", "--stdio"]

[[language]]
name = "python"
language-servers = ["foretype"]
"""
MODEL = """
[language-server.foretype.config.model]
base_url = "{url}"
name = "stub"
mode = "chat"
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


@pytest.fixture
def edit(installed: Installed, homes: dict[str, str], workspace: Path) -> Iterator[Open]:
    """Opens shapes.py in Helix; takes more for its languages.toml."""
    program = installed(install.helix)
    sessions: list[Terminal] = []

    def opened(more: str = "") -> Terminal:
        folder = Path(homes["XDG_CONFIG_HOME"]) / "helix"
        folder.mkdir()
        (folder / "languages.toml").write_text(LANGUAGES.format(python=sys.executable) + more, encoding="utf-8")
        sessions.append(Terminal([str(program), "shapes.py"], workspace, homes))
        sessions[-1].wait_for("class Shapes")
        return sessions[-1]

    yield opened
    for session in sessions:
        session.stop()


def saved(helix: Terminal, workspace: Path) -> str:
    """Save; what the file on the disk holds then."""
    helix.wait(lambda: in_normal_mode(helix), "normal mode")
    helix.type(":write\r")
    helix.wait_for("written")
    return (workspace / "shapes.py").read_text(encoding="utf-8")


def menu_for(helix: Terminal, title: str) -> bool:
    """Open the menu of actions anew: before the model is connected to, it is empty."""
    helix.keys("Escape")
    helix.type(" a")
    time.sleep(1)
    return title in helix.screen()


def test_an_action_is_chosen_and_changes_the_file(edit: Open, workspace: Path, output: Path) -> None:
    with endpoint(lambda _: replies.chat([DOCUMENTED])) as stub:
        helix = edit(MODEL.format(url=stub.url))
        helix.wait(lambda: stub.received, "the question about the model")
        helix.type("9gg")
        helix.wait(lambda: menu_for(helix, "Document `get_circle`"), "the menu")
        screen = helix.screen()
        (output / "helix-actions.txt").write_text(screen, encoding="utf-8")
        rows = screen.splitlines()
        cursor = next(number for number, row in enumerate(rows) if "self.check(name)" in row)
        at = next(number for number, row in enumerate(rows) if "Document `get_circle`" in row)
        for _ in range(at - cursor - 1):  # the menu is below the cursor, and its first entry is selected
            helix.keys("Down")
        helix.keys("Enter")
        helix.wait_for("Load a circle by its name.")
        text = saved(helix, workspace)
    definition = "    def get_circle(self, name):\n"
    assert text == SHAPES.replace(definition, definition + '        """Load a circle by its name."""\n')


def test_the_completion_menu_has_the_suggestion(edit: Open, workspace: Path, output: Path) -> None:
    helix = edit()
    helix.type("geo")
    helix.wait_for("INS")
    # Debian's Helix has no grammar for Python, so that it keeps the indentation and adds none.
    helix.type("    def get_hexagon(self, name):\r    se")
    helix.wait(lambda: asked_again(helix), "the suggestion in the menu")
    (output / "helix-menu.txt").write_text(helix.screen(), encoding="utf-8")
    helix.keys("Tab", "Enter")
    helix.wait(lambda: helix.screen().count("self.check(name)") == 4 and "✦" not in helix.screen(), "the text")
    text = saved(helix, workspace)
    assert text.rstrip() == SHAPES + "    def get_hexagon(self, name):\n        self.check(name)"
