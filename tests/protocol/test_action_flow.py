"""What surrounds a code action: what is offered to whom, text that changes meanwhile, answers that do not fit."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.protocol.acting import CLIENTS, Editor, selected
from tests.protocol.test_code_actions import FILE, MULTIPLIED, PROBLEM, fenced
from tests.stub import StubServer, replies

pytestmark = pytest.mark.asyncio

VS_CODE, NEOVIM, EMACS, HELIX = CLIENTS
AREA = 'def area(w, h):\n    print("名前 😀", w)\n    return w * h'
INSIDE = FILE.replace("return w + h", "return w + │h")
EMPTY = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}


def shapes(make: Any) -> str:
    return (make.folder / "shapes.py").as_uri()


async def opened(
    make: Any, client: str, stub: StubServer | None, marked: str = INSIDE, **more: Any
) -> tuple[Editor, str, dict]:
    """An editor with the file open, its URI, and the selection."""
    editor = await make(client, stub, **more)
    text, span = selected(marked, editor.encoding)
    uri = shapes(make)
    editor.open(uri, text, more.get("language", "python"))
    return editor, uri, span


# What is offered


async def test_without_a_model_nothing_is_offered(acting):
    editor, uri, span = await opened(acting, VS_CODE, None)
    assert await editor.menu(uri, span) == []
    answer = await editor.run({"command": {"command": "foretype.action", "arguments": [{"task": "fix", "uri": uri}]}})
    assert answer["applied"] is False
    assert editor.shown() == ["Foretype: No model is configured: set `model.base_url` and `model.name`."]


async def test_a_menu_right_after_the_start_waits_for_the_model_where_nobody_stands_still_meanwhile(acting):
    async with StubServer() as stub:
        editor, uri, span = await opened(acting, VS_CODE, stub, at_once=True)
        # VS Code asks for its light bulb as well, and shows what it is told last.
        menus = [editor.menu(uri, span, diagnostics=[PROBLEM], triggerKind=kind) for kind in (1, 2)]
        for items in await asyncio.gather(*menus):
            assert items[0]["title"].startswith("Fix: ")
        other, uri, span = await opened(acting, HELIX, stub, at_once=True)
        assert await other.menu(uri, span, diagnostics=[PROBLEM]) == []


async def test_actions_can_be_switched_off(acting):
    async with StubServer() as stub:
        editor, uri, span = await opened(acting, VS_CODE, stub, options={"actions": {"enable": False}})
        assert await editor.menu(uri, span) == []


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        (["quickfix"], {"quickfix"}),
        (["refactor"], {"refactor.rewrite.foretype.document", "refactor.foretype.tests"}),
        (["refactor.rewrite"], {"refactor.rewrite.foretype.types", "refactor.rewrite.foretype.errors"}),
        (["foretype"], {"foretype.explain", "foretype.summarise"}),
        (["source"], set()),
        (["source.fixAll", "source.organizeImports"], set()),
        ([""], {"quickfix", "foretype.explain"}),
    ],
)
async def test_only_the_kinds_that_are_asked_for(acting, only, kinds):
    async with StubServer() as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        items = await editor.menu(uri, span, only=only, diagnostics=[PROBLEM])
        found = {item["kind"] for item in items}
        assert kinds <= found
        assert all(any(not each or kind == each or kind.startswith(each + ".") for each in only) for kind in found)


async def test_a_light_bulb_is_lit_for_problems_and_selections_only(acting):
    async with StubServer() as stub:
        editor, uri, span = await opened(acting, VS_CODE, stub)
        assert await editor.menu(uri, span, triggerKind=2) == []
        fixes = await editor.menu(uri, span, triggerKind=2, diagnostics=[PROBLEM])
        assert [item["title"] for item in fixes] == ["Fix: adds"]
        assert fixes[0]["diagnostics"][0]["message"] == "adds"


async def test_several_problems_are_fixed_one_by_one_or_together(acting):
    other = {**PROBLEM, "message": "adds too", "code": "E1", "source": "check"}
    async with StubServer() as stub:
        editor, uri, span = await opened(acting, VS_CODE, stub)
        items = await editor.menu(uri, span, only=["quickfix"], diagnostics=[{**other, "message": "x " * 60}, other])
        titles = [item["title"] for item in items]
        assert titles[0].startswith("Fix: x x x")
        assert len(titles[0]) < 70
        assert titles[1:] == ["Fix: adds too", "Fix all 2 problems here", "Fix all 2 of E1, one by one"]


async def test_what_the_client_can_decides_the_form(acting):
    async with StubServer() as stub:
        for client, tagged, resolves in (
            (VS_CODE, True, True),
            (NEOVIM, False, True),
            (EMACS, False, False),
            (HELIX, False, False),
        ):
            editor, uri, span = await opened(acting, client, stub)
            item = next(each for each in await editor.menu(uri, span) if each["title"].startswith("Document"))
            assert item.get("tags", []) == ([1] if tagged else [])
            assert ("data" in item, "command" in item) == (resolves, not resolves)
            explain = next(each for each in await editor.menu(uri, span) if each["title"].startswith("Explain"))
            assert "command" in explain  # text changes nothing, so there is no edit to resolve


async def test_a_client_without_literals_gets_commands(acting, monkeypatch):
    monkeypatch.delitem(CLIENTS[HELIX]["capabilities"]["textDocument"], "codeAction")
    async with StubServer(fenced(AREA)) as stub:
        editor, uri, span = await opened(acting, HELIX, stub)
        item = next(each for each in await editor.menu(uri, span) if each["title"].startswith("Optimise"))
        assert item["command"] == "foretype.action"
        await editor.run(item)
        assert await editor.settled(uri, FILE) == MULTIPLIED


async def test_a_client_without_versioned_edits_gets_plain_ones(acting, monkeypatch):
    monkeypatch.delitem(CLIENTS[HELIX]["capabilities"]["workspace"], "workspaceEdit")
    async with StubServer(fenced(AREA)) as stub:
        editor, uri, span = await opened(acting, HELIX, stub)
        editor.can["workspace"]["workspaceEdit"] = {}
        await editor.choose(uri, span, "Optimise")
        assert await editor.settled(uri, FILE) == MULTIPLIED
        assert list(editor.edits[0]) == ["changes"]


async def test_a_client_that_lets_nobody_change_text_is_told_so(acting, monkeypatch):
    monkeypatch.delitem(CLIENTS[HELIX]["capabilities"]["workspace"], "applyEdit")
    async with StubServer(fenced(AREA)) as stub:
        editor, uri, span = await opened(acting, HELIX, stub)
        await editor.choose(uri, span, "Optimise")
        await editor.probe.notification("window/showMessage")
        assert editor.shown() == ["Foretype: Your editor does not let a language server change text."]
        assert stub.asked == []


async def test_a_prompt_that_is_too_long_for_the_model_is_cut_once(acting):
    too_long = replies.error(400, "This model's maximum context length is 900 tokens. You requested 1200 tokens.")
    before = "".join(f"VALUE_{n} = {n}\n" for n in range(300))
    async with StubServer(too_long, fenced(AREA)) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub, before + INSIDE)
        await editor.choose(uri, span, "Optimise")
        assert editor.buffers[uri] == before + MULTIPLIED, editor.shown()
        first, second = (len(str(request.body["messages"])) for request in stub.asked)
        assert second < first


async def test_an_edit_asks_for_confirmation_where_the_user_wants_it_and_the_client_can(acting):
    always = {"actions": {"confirm": "always"}}
    async with StubServer(fenced(AREA)) as stub:
        editor, uri, span = await opened(acting, VS_CODE, stub, options=always)
        await editor.choose(uri, span, "Optimise")
        (edit,) = editor.edits
        assert edit["changeAnnotations"]["foretype"]["needsConfirmation"] is True
        assert edit["documentChanges"][0]["edits"][0]["annotationId"] == "foretype"
        assert edit["documentChanges"][0]["textDocument"]["version"] == 1
        # Unasked, an edit of the file in sight is not held up; Neovim's confirmation is a question without the edit.
        for client, options in ((VS_CODE, {}), (NEOVIM, always)):
            other, uri, span = await opened(acting, client, stub, options=options)
            await other.choose(uri, span, "Optimise")
            assert not other.edits[0].get("changeAnnotations")


# Text that changes meanwhile


def slow(code: str, seconds: float = 0.15) -> replies.Reply:
    return fenced(code).slowly(seconds)


async def test_an_edit_elsewhere_meanwhile_is_kept(acting):
    async with StubServer(slow(AREA)) as stub:
        editor, uri, span = await opened(acting, HELIX, stub)
        await editor.choose(uri, span, "Optimise")
        await stub.request()
        editor.change(uri, "# new\n" + FILE.replace("[1, 2, 3]", "[4]"))
        assert await editor.settled(uri, editor.buffers[uri]) == "# new\n" + MULTIPLIED.replace("[1, 2, 3]", "[4]")
        assert editor.shown() == []


async def test_an_edit_of_the_same_lines_meanwhile_is_left_alone(acting):
    async with StubServer(slow(AREA)) as stub:
        editor, uri, span = await opened(acting, HELIX, stub)
        await editor.choose(uri, span, "Optimise")
        await stub.request()
        mine = FILE.replace("return w + h", "return w - h")
        editor.change(uri, mine)
        await editor.probe.notification("window/showMessage")
        assert editor.buffers[uri] == mine
        assert editor.shown() == [
            "Foretype: The text was changed meanwhile where the answer belongs, so nothing was changed."
        ]


async def test_the_menu_is_about_the_text_as_it_was(acting):
    """Lines above are new when the item is chosen: the action moves with its function."""
    async with StubServer(fenced(AREA)) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        item = next(each for each in await editor.menu(uri, span) if each["title"].startswith("Optimise"))
        editor.change(uri, "# one\n# two\n" + FILE)
        await editor.run(item)
        assert editor.buffers[uri] == "# one\n# two\n" + MULTIPLIED


async def test_a_problem_moves_with_its_lines(acting):
    """The problem's own place counts for a fix, not only the cursor's: it is in the second of two functions."""
    async with StubServer(fenced("def two():\n    return 2")) as stub:
        editor = await acting(NEOVIM, stub)
        uri = (acting.folder / "fixed.py").as_uri()
        text = "def one():\n    return 0\n\n\ndef two():\n    return 0\n"
        editor.open(uri, text)
        place = {"start": {"line": 5, "character": 4}, "end": {"line": 5, "character": 10}}
        items = await editor.menu(uri, place, diagnostics=[{"range": place, "message": "wrong"}])
        editor.change(uri, "# a\n# b\n# c\n# d\n" + text)
        await editor.run(next(each for each in items if each["title"] == "Fix: wrong"))
        assert editor.buffers[uri] == "# a\n# b\n# c\n# d\n" + text.replace(
            "two():\n    return 0", "two():\n    return 2"
        )
        assert "line 2 of the code" in str(stub.asked[0].body)


async def test_two_actions_at_once_on_the_same_text(acting):
    async with StubServer(slow(AREA), slow(AREA.replace("w * h", "h * w"), 0.3)) as stub:
        editor, uri, span = await opened(acting, EMACS, stub)
        items = await editor.menu(uri, span)
        item = next(each for each in items if each["title"].startswith("Optimise"))
        await asyncio.gather(editor.run(item), editor.run(item))
        await editor.probe.notification("window/showMessage")
        assert editor.buffers[uri] == MULTIPLIED
        assert len(editor.shown()) == 1


async def test_a_document_that_is_closed_meanwhile(acting):
    async with StubServer(slow(AREA)) as stub:
        editor, uri, span = await opened(acting, HELIX, stub)
        await editor.choose(uri, span, "Optimise")
        await stub.request()
        editor.probe.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        await editor.probe.notification("window/showMessage")
        assert editor.edits == []
        assert editor.shown() == ["Foretype: The document was closed meanwhile, so nothing was changed."]


@pytest.mark.parametrize(
    ("reason", "said"),
    [("the buffer is read-only", ": the buffer is read-only"), ("", ", and does not say why.")],
)
async def test_a_client_that_does_not_apply_the_edit(acting, reason, said):
    async with StubServer(fenced(AREA)) as stub:
        editor, uri, span = await opened(acting, HELIX, stub)
        editor.refuse = reason
        await editor.choose(uri, span, "Optimise")
        await editor.probe.notification("window/showMessage")
        assert editor.shown() == [f"Foretype: Your editor did not apply the edit{said}"]
        assert editor.buffers[uri] == FILE


# Answers that do not fit


async def test_a_wrong_answer_is_asked_for_once_more_with_the_finding(acting):
    async with StubServer(fenced("def area(w, h:\n    return"), fenced(AREA)) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        await editor.choose(uri, span, "Optimise")
        assert editor.buffers[uri] == MULTIPLIED
        messages = stub.asked[1].body["messages"]
        assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
        assert "does not parse" in messages[-1]["content"]
        assert editor.shown() == []


async def test_an_answer_without_end_is_ended(acting):
    """The server knows no limit of tokens: 60 MB would come."""
    endless = replies.chat(["```python\n", *["x = 1\n" * 5_000] * 2_000])
    async with StubServer(endless) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        await editor.choose(uri, span, "Optimise")
        await editor.probe.notification("window/showMessage")
        assert editor.buffers[uri] == FILE
        assert len(editor.shown()) == 1
        said = [each["value"].get("message") or "" for each in editor.progress()]
        counts = [int(text.split(": ")[1].split()[0]) for text in said if text.startswith("Writing: ")]
        assert max(counts, default=0) < 100


async def test_more_problems_than_travel_together(acting):
    problems = [{**PROBLEM, "message": f"p{n}", "code": "E1", "source": "check"} for n in range(250)]
    async with StubServer(fenced(AREA)) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        items = await editor.menu(uri, span, only=["quickfix"], diagnostics=problems)
        titles = [item["title"] for item in items]
        assert titles[-2:] == ["Fix the first 200 problems here", "Fix the first 200 of E1, one by one"]
        await editor.run(items[-2])
        assert editor.buffers[uri] == MULTIPLIED


async def test_two_wrong_answers_are_refused_with_the_reason(acting):
    async with StubServer(fenced("def other():\n    pass")) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        await editor.choose(uri, span, "Optimise")
        assert editor.buffers[uri] == FILE
        assert editor.shown() == ["Foretype: The answer does not hold 'area' any more."]
        assert len(stub.asked) == 2


async def test_the_endpoint_dies_in_the_middle(acting):
    async with StubServer(replies.cut(fenced(AREA), 4)) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        await editor.choose(uri, span, "Optimise")
        assert editor.buffers[uri] == FILE
        assert len(editor.shown()) == 1


async def test_the_endpoint_refuses_the_key(acting):
    async with StubServer(replies.error(401, "Incorrect API key provided")) as stub:
        editor, uri, span = await opened(acting, VS_CODE, stub)
        await editor.choose(uri, span, "Optimise")
        assert editor.buffers[uri] == FILE
        assert len(editor.shown()) == 1


async def test_a_busy_endpoint_is_asked_again(acting):
    async with StubServer(replies.rate_limited("0"), fenced(AREA)) as stub:
        editor, uri, span = await opened(acting, VS_CODE, stub)
        await editor.choose(uri, span, "Optimise")
        assert editor.buffers[uri] == MULTIPLIED


# Bad input


@pytest.mark.parametrize("text", ["", "\n\n  \n"])
async def test_an_empty_file(acting, text):
    async with StubServer() as stub:
        editor = await acting(NEOVIM, stub)
        uri = shapes(acting)
        editor.open(uri, text)
        assert await editor.menu(uri, EMPTY) == []
        await editor.run({"command": {"command": "foretype.action", "arguments": [{"task": "simplify", "uri": uri}]}})
        assert editor.shown() == ["Foretype: The file is empty."]
        assert stub.asked == []


async def test_no_function_to_document(acting):
    async with StubServer() as stub:
        editor, uri, _ = await opened(acting, NEOVIM, stub)
        await editor.run(
            {"command": {"command": "foretype.action", "arguments": [{"task": "document", "uri": uri, "range": EMPTY}]}}
        )
        assert editor.shown() == ["Foretype: There is no function or class here."]


async def test_a_selection_across_functions(acting):
    marked = FILE.replace("    return w + h", "│    return w + h").replace(
        "# TODO: give the name", "# TODO│: give the name"
    )
    whole = FILE[FILE.index("def area") :].rstrip("\n")
    async with StubServer(fenced(whole.replace("w + h", "w * h"))) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub, marked)
        await editor.choose(uri, span, "Simplify")
        assert editor.buffers[uri] == MULTIPLIED, editor.shown()


async def test_a_file_with_syntax_errors(acting):
    broken = FILE.replace("class Shape:", "class Shape(:")
    async with StubServer(fenced(AREA)) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub, broken.replace("return w + h", "return w + │h"))
        await editor.choose(uri, span, "Optimise")
        assert editor.buffers[uri] == broken.replace("w + h", "w * h")


async def test_a_read_only_file(acting):
    """The buffer is the editor's; the file is never written by the server."""
    path: Path = acting.folder / "shapes.py"
    path.write_text(FILE, encoding="utf-8")
    path.chmod(0o444)
    async with StubServer(fenced(AREA)) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        await editor.choose(uri, span, "Optimise")
        assert editor.buffers[uri] == MULTIPLIED
        assert path.read_text(encoding="utf-8") == FILE


async def test_a_file_that_was_deleted(acting):
    path: Path = acting.folder / "shapes.py"
    path.write_text(FILE, encoding="utf-8")
    async with StubServer(fenced(AREA)) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        path.unlink()
        await editor.choose(uri, span, "Optimise")
        assert editor.buffers[uri] == MULTIPLIED
        assert not path.exists()


async def test_a_diagnostic_with_a_stale_range(acting):
    beyond = {"start": {"line": 900, "character": 4}, "end": {"line": 900, "character": 400}}
    async with StubServer(fenced("class Shape:\n    pass")) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        items = await editor.menu(uri, span, diagnostics=[{"range": beyond, "message": "gone"}])
        item = next(each for each in items if each["title"] == "Fix: gone")
        await editor.run(item)
        before, after = FILE.split("\n"), editor.buffers[uri].split("\n")
        assert before[:9] == after[:9]


async def test_a_document_that_is_not_open(acting):
    async with StubServer() as stub:
        editor = await acting(NEOVIM, stub)
        assert await editor.menu("file:///nowhere.py", EMPTY) == []
        await editor.run(
            {"command": {"command": "foretype.action", "arguments": [{"task": "fix", "uri": "file:///nowhere.py"}]}}
        )
        assert editor.shown() == ["Foretype: The document is not open any more."]


@pytest.mark.parametrize(
    "arguments",
    [[], [None], ["x"], [{}], [{"task": 1, "uri": "x"}], [{"task": "fix", "uri": "x", "range": {"start": 1}}], [[[]]]],
)
async def test_arguments_that_are_none(acting, arguments):
    editor = await acting(NEOVIM, None)
    response = await editor.probe.request(
        "workspace/executeCommand", {"command": "foretype.action", "arguments": arguments}
    )
    assert response["error"]["code"] == -32602


async def test_a_file_with_secrets_by_name_is_left_alone(acting):
    async with StubServer() as stub:
        editor = await acting(NEOVIM, stub)
        uri = (acting.folder / ".env").as_uri()
        editor.open(uri, "A=1\n", "shellscript")
        assert await editor.menu(uri, EMPTY) == []
        await editor.run({"command": {"command": "foretype.action", "arguments": [{"task": "explain", "uri": uri}]}})
        assert len(editor.shown()) == 1
        assert stub.asked == []


async def test_a_secret_in_the_code_never_leaves_and_comes_back(acting):
    secret = "sk-" + "proj-Zx8Qw2Lm4Nv6Bc1Ty3Ui5Op7As9Df0Gh2Jk4"
    source = f'def area(w, h):\n    key = "{secret}"\n    return w + h\n'

    def answer(request: Any) -> replies.Reply:
        shown = request.body["messages"][-1]["content"]
        unit = shown.split("----- BEGIN -----\n")[1].split("\n----- END")[0]
        return fenced(unit.replace("w + h", "w * h"))

    async with StubServer(answer) as stub:
        editor = await acting(NEOVIM, stub)
        uri = shapes(acting)
        editor.open(uri, source)
        here = {"line": 2, "character": 6}
        await editor.choose(uri, {"start": here, "end": here}, "Optimise")
        assert secret not in str(stub.asked[0].body)
        assert editor.buffers[uri] == source.replace("w + h", "w * h"), editor.shown()


async def test_an_untitled_document(acting):
    async with StubServer(fenced(AREA)) as stub:
        editor = await acting(NEOVIM, stub)
        text, span = selected(INSIDE, editor.encoding)
        editor.open("untitled:Untitled-1", text)
        await editor.choose("untitled:Untitled-1", span, "Optimise")
        assert editor.buffers["untitled:Untitled-1"] == MULTIPLIED
