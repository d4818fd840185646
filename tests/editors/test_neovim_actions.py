"""Code actions in a real Neovim, by Neovim's own means, and what the files on the disk hold afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.editors.conftest import SHAPES, SIZES
from tests.editors.endpoint import endpoint
from tests.editors.terminal import Neovim
from tests.editors.test_neovim import edit, ready_for_actions, with_model  # noqa: F401  a fixture
from tests.stub import StubServer, replies

pytestmark = pytest.mark.editor

Open = Callable[..., Neovim]
CIRCLE = """    def kreis(self, name):
        self.größen.melde("名前 😀", name, sichtbar=True)
        return self.größen.lade("kreis", name)
"""


def about(request: Any) -> str:
    """The code that a question is about."""
    content: str = request.body["messages"][1]["content"]
    return content.split("----- BEGIN -----\n")[1].split("\n----- END")[0]


def fenced(code: str) -> replies.Reply:
    return replies.chat(["Sure!\n\n```python\n", *code.splitlines(keepends=True), "\n```\n"])


@pytest.fixture
def model() -> Iterator[Callable[[Callable[[Any], replies.Reply]], StubServer]]:
    """Starts a scripted model."""
    running: list[Any] = []

    def start(answer: Callable[[Any], replies.Reply]) -> StubServer:
        running.append(endpoint(answer))
        stub: StubServer = running[-1].__enter__()
        return stub

    yield start
    for each in running:
        each.__exit__(None, None, None)


def choose(neovim: Neovim, line: int, title: str) -> None:
    """Take the one action whose title begins so, at a line."""
    neovim.keys("Escape")
    neovim.type(f":{line}\r")
    options = f"{{ apply = true, filter = function(a) return vim.startswith(a.title, '{title}') end }}"
    neovim.type(f":lua vim.lsp.buf.code_action({options})\r")


def text(neovim: Neovim) -> str:
    lines: str = neovim.evaluate("table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\\n')")
    return lines


def test_an_edit_behind_characters_of_several_bytes_and_one_undo(edit: Open, workspace: Path, model: Any) -> None:  # noqa: F811
    stub = model(lambda request: fenced(about(request).replace("sichtbar=True", "sichtbar=False")))
    neovim = edit("sizes.py", with_model(stub))
    ready_for_actions(neovim, stub)
    neovim.keys("Escape")
    neovim.type(":undo 0\r")
    choose(neovim, 9, "Optimise")
    neovim.wait(lambda: "sichtbar=False" in text(neovim), "the edit")
    expected = SIZES.replace(CIRCLE, CIRCLE.replace("True", "False"))
    assert neovim.write(workspace / "sizes.py") == expected
    neovim.type("u")
    neovim.wait(lambda: "sichtbar=False" not in text(neovim), "the text before")
    assert neovim.write(workspace / "sizes.py") == SIZES


def test_every_method_is_documented(edit: Open, workspace: Path, model: Any) -> None:  # noqa: F811
    stub = model(lambda _: fenced('"""What it does."""'))
    neovim = edit("shapes.py", with_model(stub))
    ready_for_actions(neovim, stub)
    neovim.keys("Escape")
    neovim.type(":undo 0\r")
    choose(neovim, 6, "Document all")
    neovim.wait(lambda: text(neovim).count('"""What it does."""') == 5, "the documentation")
    saved = neovim.write(workspace / "shapes.py")
    assert saved.replace('        """What it does."""\n', "").replace('    """What it does."""\n\n', "") == SHAPES
    assert '    def get_circle(self, name):\n        """What it does."""\n        self.check(name)\n' in saved


def test_tests_become_a_new_file(edit: Open, workspace: Path, model: Any) -> None:  # noqa: F811
    written = "from shapes import Shapes\n\n\ndef test_circle():\n    assert Shapes(None)"
    stub = model(lambda _: fenced(written))
    (workspace / "tests").mkdir()
    neovim = edit("shapes.py", with_model(stub))
    ready_for_actions(neovim, stub)
    choose(neovim, 8, "Write tests")
    there = workspace / "tests" / "test_shapes.py"
    neovim.wait(lambda: neovim.evaluate(f"vim.fn.bufloaded('{there}')") == 1, "the new file")
    neovim.wait(
        lambda: "test_circle" in neovim.evaluate(f"table.concat(vim.fn.getbufline('{there}', 1, '$'), ' ')"), "its text"
    )
    neovim.wait(lambda: neovim.evaluate(f"#vim.fn.win_findbuf(vim.fn.bufnr('{there}'))") == 1, "its one window")
    neovim.type(":silent wall\r")
    neovim.wait(lambda: there.exists() and there.stat().st_size, "the saved file")
    assert there.read_text(encoding="utf-8") == written + "\n"
    assert (workspace / "shapes.py").read_text(encoding="utf-8").startswith(SHAPES)
