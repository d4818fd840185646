"""Code actions whose answers, files or windows are not as they should be: what is left, and what is said."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.protocol.acting import CLIENTS, StaleError
from tests.protocol.test_action_flow import AREA, INSIDE, opened
from tests.protocol.test_action_streams import MANY, asked_about, documented, git
from tests.protocol.test_code_actions import FILE, MULTIPLIED, fenced
from tests.stub import StubServer, replies

pytestmark = pytest.mark.asyncio

VS_CODE, NEOVIM, EMACS, HELIX = CLIENTS
OVERFLOW = replies.error(400, "This model's maximum context length is 900 tokens. You requested 1200 tokens.")


# Answers that are asked for again, in a window that holds no more


async def test_a_second_question_that_is_too_long_leaves_the_first_reason(acting):
    async with StubServer(fenced("def other():\n    pass"), OVERFLOW) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        await editor.choose(uri, span, "Optimise")
        assert editor.buffers[uri] == FILE
        assert editor.shown() == ["Foretype: The answer does not hold 'area' any more."]
        assert len(stub.asked) == 2


async def test_a_second_question_is_no_longer_than_the_first_was_allowed_to_be(acting):
    """What the wrong answer takes is taken from what stands around the code."""
    before = "".join(f"VALUE_{n} = {n}\n" for n in range(2_000))
    wrong = "def area(w, h:\n" + "    print(w)\n" * 100
    options = {"actions": {"max_tokens": 2_000}}
    async with StubServer(fenced(wrong), fenced(AREA)) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub, before + INSIDE, options=options)
        await editor.choose(uri, span, "Optimise")
        assert editor.buffers[uri] == before + MULTIPLIED, editor.shown()
        first, second = ("".join(m["content"] for m in request.body["messages"]) for request in stub.asked)
        assert wrong.strip() in second
        assert len(second) < len(first) + len(wrong) / 2
        assert second.count("VALUE_") < first.count("VALUE_")


# Text whose end is missing


@pytest.mark.parametrize("reason", ["length", "content_filter"])
async def test_text_that_was_cut_off_says_so(acting, reason: str):
    cut = replies.chat(["It multiplies ", "the"], replies.Shape(finish=reason))
    async with StubServer(cut) as stub:
        editor, uri, _ = await opened(acting, VS_CODE, stub, can={"prose": True})
        answer: dict[str, Any] = await editor.run(
            {"command": {"command": "foretype.action", "arguments": [{"task": "explain", "uri": uri}]}}
        )
        assert answer["text"] == "It multiplies the\n\n*(The answer was cut off here: its end is missing.)*"


async def test_a_model_that_thinks_until_its_tokens_are_gone(acting):
    cut = replies.chat(["<think>", "So it"], replies.Shape(finish="length"))
    async with StubServer(cut) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        await editor.choose(uri, span, "Explain")
        await editor.probe.notification("window/showMessage")
        assert editor.shown() == ["Foretype: The answer was cut off before it began."]


# One file of many


async def test_one_file_that_changes_costs_only_itself(acting):
    """It is named among what failed; the others are changed, in one edit."""
    for name in ("a.py", "b.py", "c.py"):
        (acting.folder / name).write_text(MANY)
    gone = acting.folder / "c.py"
    async with StubServer(lambda request: documented(request).slowly(0.05)) as stub:
        editor = await acting(VS_CODE, stub)
        a, b = ((acting.folder / name).as_uri() for name in ("a.py", "b.py"))
        editor.open(a, MANY)
        editor.open(b, MANY)
        order = {"task": "document", "paths": [acting.folder.as_uri()], "bulk": True}
        running = asyncio.ensure_future(editor.run({"command": {"command": "foretype.action", "arguments": [order]}}))
        await stub.request()
        editor.change(b, MANY.replace("x", "y"))
        gone.unlink()
        answer = await running
        assert answer["applied"] is True
        assert [each["name"] for each in answer["failed"]] == ["b.py", "c.py"]
        assert editor.buffers[a].count('"""') == 24
        assert editor.buffers[b] == MANY.replace("x", "y")
        assert len(editor.edits) == 1
        (said,) = editor.shown()
        assert said.startswith("Foretype: 2 could not be done: b.py (The text was changed meanwhile where ")
        assert said.endswith("); c.py (c.py cannot be read any more, so nothing was changed).")


async def test_where_all_files_change_nothing_is_applied(acting):
    (acting.folder / "a.py").write_text(MANY)
    async with StubServer(lambda request: documented(request).slowly(0.05)) as stub:
        editor = await acting(VS_CODE, stub)
        order = {"task": "document", "paths": [(acting.folder / "a.py").as_uri()], "bulk": True}
        running = asyncio.ensure_future(editor.run({"command": {"command": "foretype.action", "arguments": [order]}}))
        await stub.request()
        (acting.folder / "a.py").write_text("nothing of it\n")
        assert (await running)["applied"] is False
        assert editor.edits == []
        assert len(editor.shown()) == 1


# What an earlier run has answered


async def test_another_language_is_asked_for_anew(acting):
    """An answer is kept for the question that it answers: the same words, the same language."""
    (acting.folder / "a.py").write_text("x = 1\n")
    (acting.folder / "b.py").write_text("broken\n")

    def answer(request: Any) -> replies.Reply:
        return replies.error(400, "no") if "broken" in str(request.body) else replies.chat(["It sets x."])

    async with StubServer(answer) as stub:
        order = {"task": "summarise", "paths": [acting.folder.as_uri()], "bulk": True}
        asked = []
        for language in ("English", "English", "German"):
            editor = await acting(VS_CODE, stub, options={"actions": {"language": language}}, can={"prose": True})
            before = len(stub.asked)
            await editor.run({"command": {"command": "foretype.action", "arguments": [order]}})
            asked.append(sum("x = 1" in str(request.body) for request in stub.asked[before:]))
        assert asked == [1, 0, 1]


# Repositories that somebody else has set up


async def test_no_program_that_a_repository_names_is_run_for_a_commit_message(acting, tmp_path):
    folder: Path = acting.folder
    ran = tmp_path / "ran"
    ran.mkdir()
    git(folder, "init", "-q", "-b", "main")

    def program(name: str) -> str:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\necho run >> '{ran}/{name}'\ncat\n")
        path.chmod(0o755)
        return str(path)

    (folder / "a.py").write_text("x = 1\n")
    (folder / ".gitattributes").write_text("*.py diff=mine filter=mine\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    # A commit that seems to be signed: to look at the signature git would start what gpg.program names.
    found = subprocess.run(["git", "cat-file", "commit", "HEAD"], cwd=folder, check=True, capture_output=True)
    head, _, message = found.stdout.decode().partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----"
    made = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
        cwd=folder,
        input=f"{head}\n{signature}\n\n{message}".encode(),
        check=True,
        capture_output=True,
    )
    git(folder, "reset", "-q", "--soft", made.stdout.decode().strip())
    (folder / "a.py").write_text("x = 2\n")
    git(folder, "add", ".")
    (folder / "a.py").write_text("x = 3\n")
    hook = folder / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho run >> '{ran}/hook'\n")
    hook.chmod(0o755)
    for name, value in {
        "core.fsmonitor": program("fsmonitor"),
        "core.pager": program("pager"),
        "core.sshCommand": program("ssh"),
        "log.showSignature": "true",
        "gpg.program": program("gpg"),
        "diff.external": program("external"),
        "diff.mine.command": program("command"),
        "diff.mine.textconv": program("textconv"),
        "filter.mine.clean": program("clean"),
    }.items():
        git(folder, "config", name, value)
    for marker in ran.iterdir():  # git itself has run some of them while it was set up
        marker.unlink()
    async with StubServer(replies.chat(["Change x"])) as stub:
        editor = await acting(VS_CODE, stub)
        assert await editor.run({"command": {"command": "foretype.commitMessage", "arguments": []}}) == "Change x"
        assert "+x = 2" in str(stub.asked[0].body)
        assert "first" in str(stub.asked[0].body)
    assert [path.name for path in ran.iterdir()] == []


# Tests in a new file


TESTS = "from shapes import area\n\n\ndef test_area():\n    assert area(2, 3) == 6"


@pytest.mark.parametrize("client", [VS_CODE, NEOVIM, HELIX])
async def test_a_new_file_is_shown_when_it_is_there(acting, client: str):
    """Neovim makes its buffer in the background, and saves none."""
    async with StubServer(fenced(TESTS)) as stub:
        editor, uri, span = await opened(acting, client, stub)
        target = (acting.folder / "tests" / "test_shapes.py").as_uri()
        shown: list[tuple[str, bool]] = []

        def show(params: dict[str, Any]) -> dict[str, Any]:
            shown.append((params["uri"], target in editor.buffers))
            return {"success": True}

        editor.probe.answers["window/showDocument"] = show
        await editor.choose(uri, span, "Write tests for `area`")
        await editor.probe.message(lambda m: m.get("method") == "window/showDocument")
        assert shown == [(target, True)]
        assert editor.edits[0]["documentChanges"][0]["kind"] == "create"
        assert editor.edits[0]["documentChanges"][0]["options"] == {"overwrite": False, "ignoreIfExists": False}


async def test_tests_that_were_written_are_not_overwritten(acting):
    """By the next run, whether the editor has saved them or not."""
    more = "def test_more():\n    assert area(1, 1) == 1"
    async with StubServer(fenced(TESTS), fenced(more), fenced(more.replace("more", "most"))) as stub:
        editor, uri, span = await opened(acting, VS_CODE, stub)
        path = acting.folder / "tests" / "test_shapes.py"
        target = path.as_uri()
        await editor.choose(uri, span, "Write tests for `area`")
        editor.open(target, editor.buffers[target])  # in the editor, not on the disk
        await editor.choose(uri, span, "Write tests for `area`")
        assert editor.buffers[target] == f"{TESTS}\n\n\n{more}\n"
        path.parent.mkdir()
        path.write_text(editor.buffers[target])
        editor.probe.notify("textDocument/didClose", {"textDocument": {"uri": target}})
        del editor.versions[target]
        await editor.choose(uri, span, "Write tests for `area`")
        assert editor.buffers[target] == f"{TESTS}\n\n\n{more}\n\n\n{more.replace('more', 'most')}\n"


async def test_a_file_that_somebody_creates_meanwhile_is_left_alone(acting):
    path = acting.folder / "tests" / "test_shapes.py"
    async with StubServer(fenced(TESTS).slowly(0.05)) as stub:
        editor, uri, span = await opened(acting, HELIX, stub)
        await editor.choose(uri, span, "Write tests for `area`")
        await stub.request()
        path.parent.mkdir()
        path.write_text("mine\n")
        await editor.probe.notification("window/showMessage")
        assert editor.edits == []
        assert editor.shown() == ["Foretype: test_shapes.py was created meanwhile, so nothing was changed: try again."]


async def test_tests_are_put_nowhere_outside_of_the_workspace(acting, tmp_path):
    """The project's folder of tests is a link to elsewhere: no file is made there, nor changed."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (acting.folder / "tests").symlink_to(outside)
    async with StubServer(fenced(TESTS)) as stub:
        for there in (False, True):
            if there:
                (outside / "test_shapes.py").write_text("theirs\n")
            editor, uri, span = await opened(acting, VS_CODE, stub)
            await editor.choose(uri, span, "Write tests for `area`")
            assert [edit for edit in editor.edits if "outside" in str(edit) or "/tests/" in str(edit)] == []
        assert (outside / "test_shapes.py").read_text() == "theirs\n"
        assert stub.asked == []


# An endpoint that dies in the middle, and two actions at once


async def test_the_endpoint_dies_in_the_middle_of_a_text(acting):
    """What has come of it is not shown as if it were the whole, and nothing is left open on the screen."""
    said = replies.chat([f"Piece {n}. " for n in range(10)]).slowly(0.02)
    async with StubServer(replies.cut(said, 12)) as stub:
        editor, uri, span = await opened(acting, VS_CODE, stub, can={"prose": True})
        await editor.choose(uri, span, "Explain")
        told = [m["params"] for m in editor.probe.received if m.get("method") == "foretype/prose"]
        assert told
        assert [each.get("done", False) for each in told] == [False] * (len(told) - 1) + [True]
        assert not any("text" in each for each in told)
        assert len(editor.shown()) == 1


async def test_the_endpoint_dies_for_some_of_many(acting):
    """Half an answer is none; it is asked for again, and what fails in the end is named."""

    def answer(request: Any) -> replies.Reply:
        reply = documented(request)
        return replies.cut(reply, 2) if "function_3(" in asked_about(request) else reply

    text = "".join(f"def function_{n}(x):\n    return x + {n}\n\n\n" for n in range(5))
    async with StubServer(answer) as stub:
        editor = await acting(VS_CODE, stub)
        uri = (acting.folder / "shapes.py").as_uri()
        editor.open(uri, text)
        order = {"task": "document", "uri": uri, "bulk": True}
        result = await editor.run({"command": {"command": "foretype.action", "arguments": [order]}})
        assert result["applied"] is True
        assert [each["name"] for each in result["failed"]] == ["function_3"]
        assert editor.buffers[uri].count('"""') == 8
        assert len(editor.shown()) == 1


async def test_two_actions_that_are_resolved_before_either_is_applied(acting):
    """Both edits are for the text as it was: the editor takes the first, and refuses the second by its version."""
    async with StubServer(fenced(AREA), fenced(AREA.replace("w * h", "h * w"))) as stub:
        editor, uri, span = await opened(acting, VS_CODE, stub)
        item = next(each for each in await editor.menu(uri, span) if each["title"].startswith("Optimise"))
        one, other = [(await editor.probe.request("codeAction/resolve", item))["result"] for _ in range(2)]
        editor.apply(one["edit"])
        after = editor.buffers[uri]
        assert after in (MULTIPLIED, MULTIPLIED.replace("w * h", "h * w"))
        with pytest.raises(StaleError):
            editor.apply(other["edit"])
        assert editor.buffers[uri] == after


async def test_a_problem_whose_lines_were_changed_is_told_once(acting):
    place = {"start": {"line": 9, "character": 4}, "end": {"line": 9, "character": 16}}
    async with StubServer() as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        items = await editor.menu(uri, span, diagnostics=[{"range": place, "message": "adds"}])
        mine = FILE.replace("    return w + h\n", "    mine()\n")
        editor.change(uri, mine)
        await editor.run(next(each for each in items if each["title"] == "Fix: adds"))
        assert editor.buffers[uri] == mine
        assert len(editor.shown()) == 1
        assert stub.asked == []
