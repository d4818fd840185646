"""Foretype's plugin in a real Neovim 0.12: what a user sees on the screen, and what is in the file afterwards."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.editors import install
from tests.editors.conftest import SHAPES, SIZES, Installed
from tests.editors.endpoint import endpoint
from tests.editors.terminal import Neovim
from tests.stub import StubServer, replies

pytestmark = pytest.mark.editor

Open = Callable[..., Neovim]

INIT = """
{before}
vim.opt.runtimepath:prepend({plugin!r})
vim.o.laststatus = 2
require("foretype").setup({{
  cmd = {{ {python!r}, "-m", "foretype", "--stdio" }},
  keys = {{ accept = "<Tab>", accept_word = "<M-w>", accept_line = "<M-e>", dismiss = "<M-d>" }},
  {options}
}})
vim.o.statusline = "%t [%{{v:lua.require'foretype'.statusline()}}]"
"""


@pytest.fixture
def edit(installed: Installed, homes: dict[str, str], workspace: Path, tmp_path: Path) -> Iterator[Open]:
    """Opens a file of the workspace in Neovim, with the cursor after its last line, in insert mode."""
    program = installed(install.neovim)
    sessions: list[Neovim] = []

    def opened(name: str, options: str = "", before: str = "") -> Neovim:
        init = tmp_path / "init.lua"
        plugin = str(install.REPOSITORY / "clients" / "neovim")
        text = INIT.format(plugin=plugin, python=sys.executable, options=options, before=before)
        init.write_text(text, encoding="utf-8")
        session = Neovim(program, workspace / name, init, homes)
        sessions.append(session)
        session.ready()
        session.type(":call append('$', '') | $ | startinsert\r")
        session.wait(lambda: session.evaluate("vim.api.nvim_get_mode().mode") == "i", "insert mode")
        return session

    yield opened
    for session in sessions:
        session.stop()


def line(neovim: Neovim) -> str:
    """The line at the cursor, as it is in the text."""
    text: str = neovim.evaluate("vim.fn.getline('.')")
    return text


def messages(neovim: Neovim) -> str:
    """All that was told since the start: the screen keeps the last only."""
    told: str = neovim.evaluate("vim.fn.execute('messages')")
    return told


def lines_shown(neovim: Neovim) -> int:
    """How often the screen shows the line that all methods begin with, ghost text included."""
    return neovim.screen().count("self.check(name)")


def test_ghost_text_is_shown_and_accepted(edit: Open, workspace: Path, output: Path) -> None:
    neovim = edit("shapes.py")
    neovim.type("    def get_hexagon(self, name):\r")
    neovim.wait(lambda: lines_shown(neovim) == 4, "the ghost text")
    (output / "neovim-ghost.txt").write_text(neovim.screen(), encoding="utf-8")
    assert line(neovim) == " " * 8  # the indentation is Neovim's; nothing else is in the text yet
    neovim.keys("Tab")
    neovim.wait(lambda: line(neovim) == "        self.check(name)", "the accepted text")
    (output / "neovim-accepted.txt").write_text(neovim.screen(), encoding="utf-8")
    text = neovim.write(workspace / "shapes.py")
    assert text == SHAPES + "    def get_hexagon(self, name):\n        self.check(name)\n"


def ghost_row(neovim: Neovim) -> str:
    """The last line that shows the methods' first line, with the terminal's codes for colours."""
    rows = neovim.run(*neovim.tmux, "capture-pane", "-e", "-p").splitlines()
    return next(row for row in reversed(rows) if "check" in row)


@pytest.mark.parametrize(
    ("before", "colour"),
    [
        ("vim.o.termguicolors = false", "38;5;244"),
        ("vim.o.termguicolors = false; vim.cmd('highlight ComplHint ctermfg=203')", "38;5;203"),
        ("vim.o.termguicolors = false; vim.cmd('highlight NonText ctermfg=99')", "38;5;99"),
        ("vim.o.termguicolors = false; vim.cmd('colorscheme habamax')", "38;5;"),
    ],
)
def test_ghost_text_differs_from_code_without_true_colour(edit: Open, before: str, colour: str) -> None:
    neovim = edit("shapes.py", before=before)
    neovim.type("    def get_hexagon(self, name):\r")
    neovim.wait(lambda: lines_shown(neovim) == 4, "the ghost text")
    assert colour in ghost_row(neovim)


def test_ghost_text_keeps_its_colour_when_the_scheme_changes(edit: Open) -> None:
    neovim = edit("shapes.py", before="vim.o.termguicolors = false")
    colour = "vim.api.nvim_get_hl(0, { name = 'ComplHint', link = false })"
    assert neovim.evaluate(colour)["ctermfg"] == 244
    neovim.keys("Escape")
    neovim.type(":colorscheme habamax\r")
    nontext = "vim.api.nvim_get_hl(0, { name = 'NonText', link = false }).ctermfg"
    neovim.wait(lambda: neovim.evaluate(f"{colour}.ctermfg") == neovim.evaluate(nontext), "the scheme's colour")
    neovim.type(":colorscheme default\r")
    neovim.wait(lambda: neovim.evaluate(f"{colour}.ctermfg") == 244, "our colour")
    neovim.type(":set termguicolors\r")
    neovim.wait(lambda: "ctermfg" not in neovim.evaluate(colour), "Neovim's own colour")
    neovim.type(":set notermguicolors\r")
    neovim.wait(lambda: neovim.evaluate(f"{colour}.ctermfg") == 244, "our colour")
    dark = neovim.evaluate(f"{colour}.fg")
    neovim.type(":set background=light\r")
    neovim.wait(lambda: neovim.evaluate(f"{colour}.fg") != dark, "the light scheme's colour")
    neovim.wait(lambda: neovim.evaluate(f"{colour}.ctermfg") == 244, "our colour")


def test_characters_of_several_bytes_before_the_cursor(edit: Open, workspace: Path, output: Path) -> None:
    neovim = edit("sizes.py")
    neovim.type("    def sechseck(self, name):\r")
    neovim.type('self.größen.melde("名前 😀",')
    neovim.wait(lambda: neovim.screen().count("name, sichtbar=True)") == 4, "the ghost text")
    (output / "neovim-multibyte.txt").write_text(neovim.screen(), encoding="utf-8")
    neovim.keys("Tab")
    whole = '        self.größen.melde("名前 😀", name, sichtbar=True)'
    neovim.wait(lambda: line(neovim) == whole, "the accepted text")
    assert neovim.write(workspace / "sizes.py") == SIZES + f"    def sechseck(self, name):\n{whole}\n"


def test_what_was_typed_of_the_ghost_text_is_not_inserted_twice(edit: Open, workspace: Path) -> None:
    neovim = edit("shapes.py")
    neovim.type("    def get_hexagon(self, name):\r")
    neovim.wait(lambda: lines_shown(neovim) == 4, "the ghost text")
    # Both in one go: Neovim asks again 200 ms after a key only, so it still has the suggestion from before.
    neovim.keys("s", "e", "l", "f", "Tab")
    neovim.wait(lambda: line(neovim).endswith(")"), "the accepted text")
    assert neovim.write(workspace / "shapes.py").endswith("def get_hexagon(self, name):\n        self.check(name)\n")


def test_word_by_word_and_to_the_end_of_the_line(edit: Open, workspace: Path) -> None:
    neovim = edit("shapes.py")
    neovim.type("    def get_hexagon(self, name):\r")
    neovim.wait(lambda: lines_shown(neovim) == 4, "the ghost text")
    neovim.keys("M-w")
    neovim.wait(lambda: line(neovim) == "        self", "the first word")
    neovim.wait(lambda: lines_shown(neovim) == 4, "the rest of the ghost text")
    neovim.keys("M-w")
    neovim.wait(lambda: line(neovim) == "        self.", "the dot")
    neovim.wait(lambda: lines_shown(neovim) == 4, "the rest of the ghost text")
    neovim.keys("M-e")
    neovim.wait(lambda: line(neovim) == "        self.check(name)", "the line")
    assert neovim.write(workspace / "shapes.py").endswith("def get_hexagon(self, name):\n        self.check(name)\n")


def test_dismissed_until_the_next_key(edit: Open) -> None:
    neovim = edit("shapes.py")
    neovim.type("    def get_hexagon(self, name):\r")
    neovim.wait(lambda: lines_shown(neovim) == 4, "the ghost text")
    neovim.keys("M-d")
    neovim.wait(lambda: lines_shown(neovim) == 3, "the ghost text's end")
    assert line(neovim) == " " * 8
    assert neovim.evaluate("vim.api.nvim_get_mode().mode") == "i"
    neovim.type("s")
    neovim.wait(lambda: lines_shown(neovim) == 4, "ghost text at the next key")


def test_a_snooze_ends_and_begins_by_command(edit: Open) -> None:
    neovim = edit("shapes.py")
    neovim.keys("Escape")
    neovim.type(":Foretype snooze 30\r")
    neovim.wait_for("no suggestions until ")
    neovim.wait(lambda: neovim.evaluate("require('foretype').statusline()") == "ft -", "the status")
    neovim.type("A    def get_hexagon(self, name):\r")
    neovim.wait(lambda: line(neovim) == " " * 8, "the new line")
    neovim.keys("Escape")
    neovim.type(":Foretype resume\r")
    neovim.wait_for("suggestions are on.")
    neovim.type("S")
    neovim.wait(lambda: lines_shown(neovim) == 4, "ghost text again")


def test_todays_use(edit: Open) -> None:
    neovim = edit("shapes.py")
    neovim.type("    def get_hexagon(self, name):\r")
    neovim.wait(lambda: lines_shown(neovim) == 4, "the ghost text")
    neovim.keys("Tab")
    neovim.wait(lambda: line(neovim) == "        self.check(name)", "the accepted text")
    neovim.keys("Escape")
    neovim.type(":Foretype usage\r")
    assert "today: 1 accepted, 0 requests, 0 tokens." in neovim.wait_for("today: ")


def test_the_key_keeps_its_meaning_where_there_is_no_ghost_text(edit: Open) -> None:
    neovim = edit("shapes.py", "settings = { enable = { python = false } },")
    neovim.wait(lambda: neovim.evaluate("require('foretype').statusline()") in ("ft", "ft -"), "the server")
    neovim.type("    def get_hexagon(self, name):\r")
    neovim.wait(lambda: neovim.evaluate("require('foretype').statusline()") == "ft -", "the status")
    neovim.keys("Tab", "x")
    neovim.wait(lambda: line(neovim).endswith("x"), "the key after Tab")
    assert line(neovim) in ("        \tx", "            x", "\t\tx")
    assert lines_shown(neovim) == 3


def test_commands_and_health(edit: Open, output: Path) -> None:
    neovim = edit("shapes.py")
    neovim.keys("Escape")
    neovim.type(":Foretype status\r")
    neovim.wait_for("Foretype: ready, the embedded engine answers: No model is configured.")
    neovim.type(":Foretype toggle\r")
    neovim.wait_for("ghost text is off.")
    neovim.type("A    def get_hexagon(self, name):\r")
    neovim.wait(lambda: line(neovim) == " " * 8, "the new line")
    assert neovim.evaluate("vim.lsp.inline_completion.is_enabled({ bufnr = 0 })") is False
    neovim.keys("Escape")
    neovim.type(":Foretype toggle\r")
    neovim.wait_for("ghost text is on.")
    before = neovim.evaluate("vim.lsp.get_clients({ name = 'foretype' })[1].id")
    neovim.type(":Foretype restart\r")
    newest = "(vim.lsp.get_clients({ name = 'foretype', bufnr = 0 })[1] or {}).id or 0"
    neovim.wait(lambda: neovim.evaluate(newest) > before, "the new server")
    neovim.ready()
    neovim.type("S")
    neovim.wait(lambda: lines_shown(neovim) == 4, "ghost text by the new server")
    neovim.keys("Escape")
    neovim.type(":checkhealth foretype\r")
    screen = neovim.wait_for("Runs for")
    (output / "neovim-health.txt").write_text(screen, encoding="utf-8")
    assert "OK foretype " in screen
    assert "the embedded engine answers" in screen
    assert "OK Nothing is wrong with the settings." in screen
    assert "ERROR" not in screen
    assert "WARNING" not in screen


def test_wrong_settings_are_told_once_and_by_every_command_for_it(edit: Open, output: Path) -> None:
    neovim = edit("shapes.py", 'settings = { model = { modle = "x" } },')
    neovim.wait(lambda: ":Foretype says what." in messages(neovim), "the warning that nobody asked for")
    neovim.wait(lambda: neovim.evaluate("require('foretype').statusline()") == "ft ?", "the mark in the statusline")
    neovim.keys("Escape")
    neovim.type(":Foretype\r")
    screen = neovim.wait_for("modle")
    (output / "neovim-settings.txt").write_text(screen, encoding="utf-8")
    assert "ready" not in screen
    assert "the embedded engine answers" in screen
    neovim.keys("Enter")
    neovim.type(":checkhealth foretype\r")
    neovim.type("/modle\r")
    assert "WARNING Settings" in neovim.wait_for("modle")


def test_misspelt_options_are_told(edit: Open) -> None:
    neovim = edit("shapes.py", "setings = {},")
    neovim.wait(lambda: 'setup() has no "setings"' in messages(neovim), "the warning")
    assert "cmd, keys, settings" in messages(neovim)


def test_a_server_that_starts_and_one_that_cannot_be_run_are_told_apart(edit: Open) -> None:
    neovim = edit("shapes.py")
    neovim.keys("Escape")
    silent = f"{{ '{sys.executable}', '-c', 'import sys; sys.stdin.read()' }}"
    neovim.type(f":lua vim.lsp.config('foretype', {{ cmd = {silent} }})\r:Foretype restart\r")
    neovim.wait(lambda: neovim.evaluate("require('foretype').statusline()") == "ft ...", "the status")
    neovim.type(":Foretype\r")
    neovim.wait_for("the server is starting")
    neovim.type(":lua require('foretype').setup({ cmd = { '/no/foretype' } })\r")
    neovim.wait_for("/no/foretype cannot be run")


def test_the_status_waits_for_a_server_that_starts(edit: Open) -> None:
    neovim = edit("shapes.py")
    neovim.keys("Escape")
    before = neovim.evaluate("vim.lsp.get_clients({ name = 'foretype' })[1].id")
    late = f"import os, time; time.sleep(2); os.execv('{sys.executable}', ['{sys.executable}', '-m', 'foretype'])"
    neovim.type(f":lua vim.lsp.config('foretype', {{ cmd = {{ '{sys.executable}', '-c', [[{late}]] }} }})\r")
    neovim.type(":Foretype restart\r")
    starting = "(vim.lsp.get_clients({ name = 'foretype', bufnr = 0, _uninitialized = true })[1] or {}).id or 0"
    neovim.wait(lambda: neovim.evaluate(starting) > before, "the new server")
    neovim.type(":messages clear\r:Foretype\r")
    neovim.wait(lambda: "the embedded engine answers" in messages(neovim), "the status")
    assert "the server is starting" not in messages(neovim)


def test_the_status_says_that_a_file_is_too_large(edit: Open, workspace: Path) -> None:
    (workspace / "large.py").write_text("x = 1\n" * 400_000, encoding="utf-8")
    neovim = edit("large.py")
    neovim.keys("Escape")
    neovim.type(":Foretype\r")
    assert "ready" not in neovim.wait_for("no suggestions here: The file is too large")


def test_a_model_that_has_not_answered_is_not_said_to_answer(edit: Open) -> None:
    with endpoint(lambda _: replies.hang(60.0)) as stub:
        neovim = edit("shapes.py", with_model(stub))
        ready_for_actions(neovim, stub)
        neovim.type("A    def get_hexagon(self, name):\r")
        neovim.wait(lambda: stub.asked, "the question")
        neovim.keys("Escape")
        neovim.type(":Foretype\r")
        neovim.wait(lambda: "the model stub has not answered yet." in messages(neovim), "the status")
        assert "the model stub answers" not in messages(neovim)


def test_a_model_that_fails_is_told_in_a_sentence(edit: Open) -> None:
    with endpoint(lambda _: replies.error(500, "broken")) as stub:
        neovim = edit("shapes.py", with_model(stub))
        ready_for_actions(neovim, stub)
        neovim.type("A    def get_hexagon(self, name):\r")
        neovim.wait(lambda: neovim.evaluate("require('foretype').statusline()") in ("ft ?", "ft !"), "the failure")
        neovim.keys("Escape")
        neovim.type(":Foretype\r")
        neovim.wait_for("Foretype: the embedded engine answers in place of the model stub: ")


def test_a_model_that_cannot_be_reached_is_not_said_to_answer(edit: Open) -> None:
    neovim = edit("shapes.py", 'settings = { model = { base_url = "http://127.0.0.1:9/v1", name = "away" } },')
    neovim.wait(lambda: neovim.evaluate("require('foretype').statusline()") == "ft !", "the status")
    neovim.keys("Escape")
    neovim.type(":Foretype\r")
    assert "answers." not in neovim.wait_for("the model away: ")


def test_a_neovim_without_ghost_text_says_what_is_missing(edit: Open, output: Path) -> None:
    """0.11 has no vim.lsp.inline_completion; taken away here, since no 0.11 is at hand."""
    neovim = edit("shapes.py", before="vim.lsp.inline_completion = false")
    neovim.wait(lambda: "no ghost text before Neovim 0.12" in messages(neovim), "the warning")
    neovim.keys("Escape")
    neovim.type(":checkhealth foretype\r")
    screen = neovim.wait_for("Runs for")
    (output / "neovim-011.txt").write_text(screen, encoding="utf-8")
    assert "WARNING Neovim" in screen
    assert "ERROR" not in screen


EXPLANATION = "It loads a **hexagon**.\n\n- first it checks the name"
DOCUMENTED = """```python
    def get_triangle(self, name):
        \"\"\"Load a triangle by its name.\"\"\"
        self.check(name)
        return self.store.load("triangle", name)
```"""


def with_model(stub: StubServer) -> str:
    return f'settings = {{ model = {{ base_url = "{stub.url}", name = "stub", mode = "chat" }} }},'


def ready_for_actions(neovim: Neovim, stub: StubServer) -> None:
    """The server has its model: it has asked for it, and nothing is said to be under way any more."""
    neovim.keys("Escape")
    neovim.wait(lambda: stub.received, "the question about the model")
    neovim.wait(lambda: neovim.evaluate("require('foretype').statusline()") == "ft", "a quiet status")


def test_an_explanation_comes_into_a_split(edit: Open, output: Path) -> None:
    words = EXPLANATION.split(" ")
    with endpoint(lambda _: replies.chat([f"{word} " for word in words])) as stub:
        neovim = edit("shapes.py", with_model(stub))
        ready_for_actions(neovim, stub)
        neovim.type(":9,11Foretype explain\r")
        screen = neovim.wait_for("first it checks the name")
        (output / "neovim-explain.txt").write_text(screen, encoding="utf-8")
        assert "It loads a **hexagon**." in screen
        assert "(q closes)" in screen
        assert neovim.evaluate("vim.fn.winnr('$')") == 2
        assert neovim.evaluate("vim.bo.filetype") == "markdown"  # the cursor is where the text is read
        asked = stub.asked[-1].body["messages"][-1]["content"]
        assert "get_circle" in asked
        neovim.type("q")
        neovim.wait(lambda: neovim.evaluate("vim.fn.winnr('$')") == 1, "the end of the split")
        assert neovim.evaluate("vim.bo.filetype") == "python"


def test_who_has_gone_on_keeps_the_cursor_when_an_explanation_comes(edit: Open) -> None:
    reply = replies.chat([f"{word} " for word in EXPLANATION.split(" ")])
    with endpoint(lambda _: reply.slowly(0.0, first=1.5)) as stub:
        neovim = edit("shapes.py", with_model(stub))
        ready_for_actions(neovim, stub)
        neovim.type(":9,11Foretype explain\r")
        neovim.wait(lambda: stub.asked, "the question")
        neovim.type("gg")
        neovim.wait_for("first it checks the name")
        assert neovim.evaluate("vim.bo.filetype") == "python"


def test_an_explanation_is_waited_for_in_its_split(edit: Open) -> None:
    reply = replies.chat([f"{word} " for word in EXPLANATION.split(" ")])
    with endpoint(lambda _: reply.slowly(0.0, first=2.0)) as stub:
        neovim = edit("shapes.py", with_model(stub))
        ready_for_actions(neovim, stub)
        neovim.type(":9,11Foretype explain\r")
        assert "first it checks the name" not in neovim.wait_for("Asking stub …")
        assert neovim.evaluate("vim.bo.filetype") == "python"  # the cursor follows with the text
        assert "Asking" not in neovim.wait_for("first it checks the name")
        assert neovim.evaluate("vim.fn.winnr('$')") == 2
        assert neovim.evaluate("vim.bo.filetype") == "markdown"


def test_a_split_that_was_closed_while_it_waited_stays_closed(edit: Open) -> None:
    reply = replies.chat([f"{word} " for word in EXPLANATION.split(" ")])
    with endpoint(lambda _: reply.slowly(0.0, first=2.0)) as stub:
        neovim = edit("shapes.py", with_model(stub))
        ready_for_actions(neovim, stub)
        neovim.type(":9,11Foretype explain\r")
        neovim.wait_for("Asking stub …")
        neovim.type(":only\r")
        neovim.wait(lambda: stub.asked, "the question")
        client = "vim.lsp.get_clients({ name = 'foretype' })[1]"
        neovim.wait(lambda: neovim.evaluate(f"vim.tbl_count({client}.requests)") == 0, "the answer")
        assert neovim.evaluate("vim.fn.winnr('$')") == 1


def test_the_split_of_an_explanation_that_fails_is_closed(edit: Open) -> None:
    with endpoint(lambda _: replies.error(400, "no such thing").slowly(0.0, first=1.0)) as stub:
        neovim = edit("shapes.py", with_model(stub))
        ready_for_actions(neovim, stub)
        neovim.type(":9,11Foretype explain\r")
        neovim.wait_for("Asking stub …")
        neovim.wait_for("no such thing")
        neovim.keys("Enter")  # the reason takes more than one line
        neovim.wait(lambda: neovim.evaluate("vim.fn.winnr('$')") == 1, "the end of the split")


BLOCK = ["self.check(name)\n", "        self.sides = 6\n", '        return self.store.load("hexagon", name)\n', "\n\nx"]


def test_ghost_text_grows_while_the_model_goes_on_writing(edit: Open, workspace: Path) -> None:
    with endpoint(lambda _: replies.chat(BLOCK).slowly(1.0)) as stub:
        neovim = edit("shapes.py", with_model(stub))
        neovim.wait(lambda: stub.received, "the question about the model")
        neovim.wait(lambda: neovim.evaluate("require('foretype').statusline()") == "ft", "a quiet status")
        neovim.type("    def get_hexagon(self, name):\r")
        neovim.wait(lambda: lines_shown(neovim) == 4, "the first line")
        assert 'hexagon", name' not in neovim.screen()
        neovim.wait_for('self.store.load("hexagon", name)')  # no key was typed since
        neovim.keys("Tab")
        neovim.wait(lambda: line(neovim).endswith('"hexagon", name)'), "the accepted text")
        whole = "".join(BLOCK[:3])
        assert neovim.write(workspace / "shapes.py") == f"{SHAPES}    def get_hexagon(self, name):\n        {whole}"


def test_a_model_that_becomes_ready_is_asked_without_another_key(edit: Open) -> None:
    with endpoint(lambda _: replies.chat(["print('from the model')\n", "\n\n"])) as stub:
        neovim = edit("empty.py", with_model(stub))  # nothing to learn a pattern from
        neovim.type("x = 1\rif x:\r")
        neovim.wait_for("print('from the model')")
        assert line(neovim).strip() == ""


def test_tests_are_shown_in_a_window_of_their_own(edit: Open, workspace: Path) -> None:
    written = "from shapes import Shapes\n\n\ndef test_circle():\n    assert Shapes(None)"
    (workspace / "tests").mkdir()
    with endpoint(lambda _: replies.chat(["```python\n", written, "\n```\n"])) as stub:
        neovim = edit("shapes.py", with_model(stub))
        ready_for_actions(neovim, stub)
        neovim.type(":9,11Foretype tests\r")
        assert "save it to keep it" in neovim.wait_for("def test_circle():")
        assert neovim.evaluate("vim.fn.winnr('$')") == 2
        assert neovim.evaluate("vim.bo.filetype") == "python"
    neovim.type(":silent write\r")
    there = workspace / "tests" / "test_shapes.py"
    neovim.wait(lambda: there.exists() and there.stat().st_size, "the saved file")
    assert there.read_text(encoding="utf-8") == written + "\n"


MENDED = """```python
    def kreis(self, name):
        self.größen.melde("名前 😀", name, sichtbar=True)
        return self.größen.lade("rund", name)
```"""


def test_fix_is_about_the_problems_that_the_editor_knows(edit: Open, workspace: Path) -> None:
    with endpoint(lambda _: replies.chat([MENDED])) as stub:
        neovim = edit("sizes.py", with_model(stub))
        ready_for_actions(neovim, stub)
        neovim.type(":9Foretype fix\r")
        neovim.wait(lambda: "no problem is known on this line." in messages(neovim), "the message")
        assert not stub.asked
        column = len('        self.größen.melde("名前 😀", '.encode())
        problem = f"{{ lnum = 8, col = {column}, end_col = {column + 4}, message = 'unknown name', severity = 2 }}"
        neovim.evaluate(f"{{ vim.diagnostic.set(vim.api.nvim_create_namespace('lint'), 0, {{ {problem} }}) }}")
        neovim.type(":9,10Foretype fix\r")
        neovim.wait_for('"rund"')
        question = stub.asked[-1].body["messages"][-1]["content"]
        assert "unknown name" in question
        text = neovim.write(workspace / "sizes.py")
    assert text.count("名前") == 3


def test_an_action_is_chosen_and_changes_the_file(edit: Open, workspace: Path, output: Path) -> None:
    with endpoint(lambda _: replies.chat([DOCUMENTED])) as stub:
        neovim = edit("shapes.py", with_model(stub))
        ready_for_actions(neovim, stub)
        neovim.type("gg/get_triangle\r:Foretype actions\r")
        screen = neovim.wait_for("Document `get_triangle`")
        (output / "neovim-actions.txt").write_text(screen, encoding="utf-8")
        number = next(row.split(":")[0].strip() for row in screen.splitlines() if "Document `get_triangle`" in row)
        neovim.type(f"{number}\r")
        neovim.wait_for("Load a triangle by its name.")
        text = neovim.write(workspace / "shapes.py")
    definition = "    def get_triangle(self, name):\n"
    assert text == SHAPES.replace(definition, definition + '        """Load a triangle by its name."""\n') + "\n"
