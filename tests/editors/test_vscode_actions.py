"""Code actions in a real VS Code, against a scripted model: what is on the screen, and in the files afterwards."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.editors.conftest import SHAPES
from tests.editors.endpoint import endpoint
from tests.editors.vscode_fixtures import Open
from tests.stub import replies

pytestmark = [pytest.mark.editor, pytest.mark.slow]

BROKEN = '{\n  "name": "shapes",\n  "count": 3,\n}\n'
MENDED = '{\n  "name": "shapes",\n  "count": 3\n}\n'
DOCUMENTED = SHAPES.replace(
    "    def get_triangle(self, name):\n",
    '    def get_triangle(self, name):\n        """Load a triangle by its name."""\n',
)


def answer(request: Any) -> replies.Reply:
    """A model that does what each task asks for, in the manner of models."""
    question = json.dumps(request.body["messages"])
    if "You write documentation" in question:
        return replies.chat(["```python\n", '"""Load a triangle ', 'by its name."""\n', "```"])
    if "mend the problems" in question:
        return replies.chat(["Here it is:\n\n```json\n", *MENDED.rstrip().splitlines(keepends=True), "\n```\n"])
    if "explain the code" in question:
        # Slow enough that the beginning is on the screen while the end is still to come.
        return replies.chat(
            ["Loads a **circle** ", "by its name.\n\n", *["It is checked. "] * 8, "Then, it ends."]
        ).slowly(0.5)
    if "a git commit" in question:
        return replies.chat(["Keep one ", "shape more"])
    return replies.chat(["nothing"])


def staged(workspace: Path) -> None:
    """Make the workspace a repository with one staged change."""
    shutil.rmtree(workspace / ".git")
    author = ["-c", "user.name=a", "-c", "user.email=a@b.invalid"]
    for words in (["init", "-q"], ["add", "sizes.py"], [*author, "commit", "-q", "-m", "first"], ["add", "shapes.py"]):
        subprocess.run(["git", *words], cwd=workspace, check=True)


def test_actions_change_the_files_and_say_what_they_are_about(opened: Open, workspace: Path, output: Path) -> None:
    (workspace / "data.json").write_text(BROKEN, encoding="utf-8")
    staged(workspace)
    with endpoint(answer) as stub:
        seen = opened(model=stub, user={"git.enabled": True}).play("actions", output)
    assert seen["document"] == {"previews": 0}
    assert (workspace / "shapes.py").read_text(encoding="utf-8") == DOCUMENTED
    assert seen["fix"][:2] == ["Quick Fix", "Fix: Trailing comma"]
    assert (workspace / "data.json").read_text(encoding="utf-8") == MENDED
    assert seen["explain"]["first"].startswith("Loads a circle")
    assert "it ends" not in seen["explain"]["first"]
    assert seen["explain"]["whole"].splitlines()[0] == "Loads a circle by its name."
    assert seen["explain"]["whole"].endswith("Then, it ends.")
    assert seen["commit"] == "Keep one shape more"
    assert seen["messages"] == []


def test_an_edit_is_shown_first_to_who_wants_that(opened: Open, workspace: Path, output: Path) -> None:
    with endpoint(answer) as stub:
        code = opened({"foretype.actions.confirm": "always"}, model=stub)
        seen = code.play("previewed", output)
    assert seen == {"before": 0, "messages": []}
    assert (workspace / "shapes.py").read_text(encoding="utf-8") == DOCUMENTED


def test_tests_become_a_new_file(opened: Open, workspace: Path, output: Path) -> None:
    written = "from shapes import Shapes\n\n\ndef test_circle():\n    assert Shapes(None)"
    (workspace / "tests").mkdir()
    with endpoint(lambda _: replies.chat([f"```python\n{written}\n```"])) as stub:
        seen = opened(model=stub).play("writeTests", output)
    assert seen == {"active": "test_shapes.py", "messages": []}
    assert (workspace / "tests" / "test_shapes.py").read_text(encoding="utf-8") == written + "\n"
    assert (workspace / "shapes.py").read_text(encoding="utf-8") == SHAPES


def test_a_model_is_asked_once_what_it_needs_is_installed(opened: Open, workspace: Path, output: Path) -> None:
    """The set-up installs first what the embedded engine needs; the extension connects to the model afterwards."""
    with endpoint(answer) as stub:
        seen = opened({"foretype.server.path": ""}, model=stub).play("setupForModel", output)
    assert seen == {"document": {"previews": 0}, "messages": []}
    assert (workspace / "shapes.py").read_text(encoding="utf-8") == DOCUMENTED
