"""Code actions while they run: progress, cancelling, previews; text where it can be shown; many at once."""

from __future__ import annotations

import asyncio
import random
import statistics
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.protocol.acting import CLIENTS, Editor
from tests.protocol.test_action_flow import AREA, EMPTY, opened, shapes, slow
from tests.protocol.test_code_actions import FILE, MULTIPLIED, fenced
from tests.stub import StubServer, replies

pytestmark = pytest.mark.asyncio

VS_CODE, NEOVIM, EMACS, HELIX = CLIENTS
CANCELS = 200
CANCELLED = -32800
LONG = replies.chat(["```python\n", *["    x = 1\n"] * 2000]).slowly(0.004)


def command(name: str, *arguments: Any) -> dict[str, Any]:
    return {"command": {"command": name, "arguments": list(arguments)}}


# Progress


@pytest.mark.parametrize("client", list(CLIENTS))
async def test_progress_begins_says_what_happens_and_ends(acting, client):
    async with StubServer(slow(AREA, 0.05)) as stub:
        editor, uri, span = await opened(acting, client, stub)
        await editor.choose(uri, span, "Optimise")
        assert await editor.settled(uri, FILE) == MULTIPLIED
        await editor.probe.message(lambda m: m.get("method") == "$/progress" and m["params"]["value"]["kind"] == "end")
        values = [entry["value"] for entry in editor.progress()]
        assert [values[0]["kind"], values[-1]["kind"]] == ["begin", "end"]
        assert values[0]["cancellable"] is True
        said = " ".join(value.get("message") or "" for value in values)
        assert "Waiting for the model" in said
        assert "tokens" in said
        assert len({entry["token"] for entry in editor.progress()}) == 1


async def test_progress_begins_at_once(acting):
    """Before the model has said anything at all."""
    async with StubServer(replies.hang()) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        item = next(each for each in await editor.menu(uri, span) if each["title"].startswith("Optimise"))
        editor.probe.begin("codeAction/resolve", item, "r")
        await editor.probe.notification("$/progress")
        editor.probe.notify("$/cancelRequest", {"id": "r"})
        await editor.probe.message(lambda m: m.get("id") == "r")


async def test_the_clients_own_token_is_used(acting):
    async with StubServer(fenced(AREA)) as stub:
        editor, uri, span = await opened(acting, VS_CODE, stub)
        editor.can["window"] = {}
        params = {"command": "foretype.action", "arguments": [{"task": "optimise", "uri": uri, "range": span}]}
        await editor.probe.request("workspace/executeCommand", {**params, "workDoneToken": "mine"})
        assert {entry["token"] for entry in editor.progress()} == {"mine"}
        assert editor.buffers[uri] == MULTIPLIED


# Cancelling


async def test_cancelling_at_a_random_moment_closes_the_stream(acting):
    """Two hundred times, by the request and by the progress; no edit is applied, and every progress that began ends."""
    dice = random.Random(3)
    async with StubServer(LONG) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        item = next(each for each in await editor.menu(uri, span) if each["title"].startswith("Optimise"))
        loop = asyncio.get_running_loop()
        delays: list[float] = []
        for number in range(CANCELS):
            name = f"r{number}"
            future = editor.probe.begin("codeAction/resolve", item, name)
            await asyncio.sleep(dice.random() * 0.12)
            begun = [p for p in editor.progress() if p["value"]["kind"] == "begin"]
            ended = [p["token"] for p in editor.progress() if p["value"]["kind"] == "end"]
            open_tokens = [p["token"] for p in begun if p["token"] not in ended]
            moment = loop.time()
            if number % 2 and open_tokens:
                editor.probe.notify("window/workDoneProgress/cancel", {"token": open_tokens[0]})
            else:
                editor.probe.notify("$/cancelRequest", {"id": name})
            assert (await asyncio.wait_for(future, 10))["error"]["code"] == CANCELLED
            request = stub.asked[-1] if stub.asked else None
            if request is not None and request.at < moment and request not in delays:
                await asyncio.wait_for(request.left.wait(), 10)
                if request.closed_at is not None and request.closed_at >= moment:
                    delays.append(request.closed_at - moment)
        assert editor.edits == []
        assert editor.buffers[uri] == FILE
        assert editor.shown() == []
        assert all(request.finished_at is None for request in stub.asked)
        kinds = [(p["token"], p["value"]["kind"]) for p in editor.progress()]
        begun = {token for token, kind in kinds if kind == "begin"}
        assert begun == {token for token, kind in kinds if kind == "end"}
        assert len(delays) > CANCELS / 3
        print(f"{len(delays)} streams closed, median {statistics.median(delays) * 1000:.1f} ms")


@pytest.mark.parametrize("client", [EMACS, HELIX])
async def test_cancelling_by_the_progress_where_the_command_is_answered_already(acting, client):
    async with StubServer(LONG) as stub:
        editor, uri, span = await opened(acting, client, stub)
        await editor.choose(uri, span, "Optimise")
        request = await stub.request()
        start = await editor.probe.notification("$/progress")
        editor.probe.notify("window/workDoneProgress/cancel", {"token": start["params"]["token"]})
        await asyncio.wait_for(request.left.wait(), 10)
        end = await editor.probe.message(
            lambda m: m.get("method") == "$/progress" and m["params"]["value"]["kind"] == "end"
        )
        assert end["params"]["value"]["message"] == "Cancelled."
        assert editor.edits == []


# Previews


async def test_what_is_written_is_shown_to_clients_that_asked(acting):
    async with StubServer(slow(AREA, 0.06)) as stub:
        editor, uri, span = await opened(acting, VS_CODE, stub, can={"editPreview": True})
        await editor.choose(uri, span, "Optimise")
        previews = [m["params"] for m in editor.probe.received if m.get("method") == "foretype/editPreview"]
        assert len(previews) >= 3
        texts = [preview["text"] for preview in previews[:-1]]
        assert all(later.startswith(earlier) for earlier, later in pairwise(texts) if earlier)
        assert previews[0]["uri"] == uri
        assert previews[0]["version"] == 1
        assert previews[-1]["done"] is True
        other, uri, span = await opened(acting, VS_CODE, stub)
        await other.choose(uri, span, "Optimise")
        assert not [m for m in other.probe.received if m.get("method") == "foretype/editPreview"]


# Text


SAID = ["It multiplies ", "the sides.\n\n", "- in metres"]
EXPLANATION = "It multiplies the sides.\n\n- in metres"


async def test_text_is_streamed_to_the_clients_own_view(acting):
    async with StubServer(replies.chat(["<think>hm</think>", *SAID]).slowly(0.03)) as stub:
        editor, uri, span = await opened(acting, VS_CODE, stub, can={"prose": True})
        await editor.choose(uri, span, "Explain")
        told = [m["params"] for m in editor.probe.received if m.get("method") == "foretype/prose"]
        assert "".join(each.get("delta", "") for each in told) == EXPLANATION
        assert told[-1] == {"id": told[0]["id"], "title": "Explain this", "text": EXPLANATION, "done": True}


async def test_text_in_a_virtual_document(acting, monkeypatch):
    monkeypatch.setitem(
        CLIENTS[VS_CODE]["capabilities"]["workspace"], "textDocumentContent", {"dynamicRegistration": True}
    )
    async with StubServer(replies.chat(SAID).slowly(0.3)) as stub:
        editor, uri, span = await opened(acting, VS_CODE, stub)
        registered = await editor.probe.message(
            lambda m: (
                m.get("method") == "client/registerCapability"
                and m["params"]["registrations"][0]["method"] == "workspace/textDocumentContent"
            )
        )
        scheme = registered["params"]["registrations"][0]["registerOptions"]["schemes"][0]
        await editor.choose(uri, span, "Explain")
        shown = await editor.probe.notification("window/showDocument")
        assert shown["params"]["uri"].startswith(f"{scheme}:")
        content = await editor.probe.request("workspace/textDocumentContent", {"uri": shown["params"]["uri"]})
        assert content["result"]["text"] == EXPLANATION
        assert [m for m in editor.probe.received if m.get("method") == "workspace/textDocumentContent/refresh"]
        gone = await editor.probe.request("workspace/textDocumentContent", {"uri": f"{scheme}:/other.md"})
        assert gone["error"]["code"] == -32602


async def test_text_in_a_read_only_file(acting):
    async with StubServer(replies.chat(SAID)) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        await editor.choose(uri, span, "Explain")
        shown = await editor.probe.notification("window/showDocument")
        path = Path(unquote(urlsplit(shown["params"]["uri"]).path))
        assert path.read_text(encoding="utf-8") == EXPLANATION + "\n"
        assert path.stat().st_mode & 0o777 == 0o400
        await editor.probe.request("shutdown")
        assert not path.exists()


async def test_text_in_a_message(acting, monkeypatch):
    monkeypatch.delitem(CLIENTS[HELIX]["capabilities"]["window"], "showDocument")
    async with StubServer(replies.chat(SAID)) as stub:
        editor, uri, span = await opened(acting, HELIX, stub)
        await editor.choose(uri, span, "Explain")
        await editor.probe.notification("window/showMessage")
        assert editor.shown() == [EXPLANATION]


async def test_the_commands_answer_holds_the_text(acting):
    async with StubServer(replies.chat(SAID)) as stub:
        editor, uri, _ = await opened(acting, VS_CODE, stub, can={"prose": True})
        answer = await editor.run(command("foretype.action", {"task": "summarise", "uri": uri}))
        assert answer == {"text": EXPLANATION}


# Tests


TESTS = "from shapes import area\n\n\ndef test_area():\n    assert area(2, 3) == 6"


@pytest.mark.parametrize("client", [VS_CODE, NEOVIM, HELIX])
async def test_tests_become_a_new_file(acting, client):
    (acting.folder / "tests").mkdir()
    (acting.folder / "tests" / "conftest.py").write_text("")
    async with StubServer(fenced(TESTS)) as stub:
        editor, uri, span = await opened(acting, client, stub)
        target = (acting.folder / "tests" / "test_shapes.py").as_uri()
        await editor.choose(uri, span, "Write tests for `area`")
        for _ in range(200):
            if target in editor.buffers:
                break
            await asyncio.sleep(0.02)
        # Neovim's buffers do not hold the last line's end.
        assert editor.buffers[target] == TESTS + ("" if client == NEOVIM else "\n")
        assert bool(editor.edits[0].get("changeAnnotations")) == (client == VS_CODE)
        assert editor.buffers[uri] == FILE
        assert "pytest" in stub.asked[0].body["messages"][0]["content"]
        assert not (acting.folder / "tests" / "test_shapes.py").exists()  # creating it is the editor's


async def test_tests_are_added_to_the_file_that_is_there(acting):
    (acting.folder / "tests").mkdir()
    there = acting.folder / "tests" / "test_shapes.py"
    there.write_text("from shapes import area\n\n\ndef test_zero():\n    assert area(0, 0) == 0\n")
    async with StubServer(fenced("def test_area():\n    assert area(2, 3) == 6")) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        editor.buffers[there.as_uri()] = there.read_text()
        await editor.choose(uri, span, "Write tests for `area`")
        expected = there.read_text() + "\n\ndef test_area():\n    assert area(2, 3) == 6\n"
        assert editor.buffers[there.as_uri()] == expected, editor.shown()


async def test_an_editor_that_creates_no_files_is_told_which_one_is_needed(acting):
    async with StubServer(fenced(TESTS)) as stub:
        editor, uri, span = await opened(acting, EMACS, stub)
        await editor.choose(uri, span, "Write tests for `area`")
        await editor.probe.notification("window/showMessage")
        (said,) = editor.shown()
        assert said.startswith("Foretype: Your editor does not let a language server create files: ")
        assert said.endswith(": create tests/test_shapes.py, then try again.")
        assert stub.asked == []


# The user's own


async def test_actions_of_the_users_own(acting):
    custom = {
        "shout": {
            "prompt": "Shout. {{language}} {{file}}\n{{selection}}",
            "title": "Shout it",
            "languages": ["python"],
        },
        "ask": {"prompt": "What is wrong?", "output": "explain"},
        "other": {"prompt": "x", "languages": ["go"]},
        "empty": {"title": "Nothing"},
    }
    async with StubServer(fenced(AREA), replies.chat(SAID)) as stub:
        options = {"actions": {"custom": custom}}
        editor, uri, span = await opened(acting, VS_CODE, stub, options=options, can={"prose": True})
        titles = [item["title"] for item in await editor.menu(uri, span)]
        assert "Shout it" in titles
        assert "ask" in titles
        assert not {"other", "Nothing"} & set(titles)
        await editor.choose(uri, span, "Shout it")
        assert editor.buffers[uri] == MULTIPLIED
        question = stub.asked[0].body["messages"][-1]["content"]
        assert question.startswith("Shout. python shapes.py\ndef area(w, h):")
        await editor.choose(uri, span, "ask")
        assert "What is wrong?" in stub.asked[1].body["messages"][-1]["content"]


async def test_a_projects_own_actions_need_trust(acting):
    folder = acting.folder / ".foretype" / "actions"
    folder.mkdir(parents=True)
    (folder / "shout.md").write_text("---\ntitle: Shout it\noutput: insert\n---\nAdd a shout behind it.\n")
    (folder / "broken.md").write_text("---\noutput: nonsense\n---\nx\n")
    async with StubServer(fenced("    shout()")) as stub:
        editor, uri, span = await opened(acting, NEOVIM, stub)
        assert "Shout it" not in [item["title"] for item in await editor.menu(uri, span)]
        trusted, uri, span = await opened(
            acting, NEOVIM, stub, FILE.replace("    return w + h", "│    return w + h│"), options={"trusted": True}
        )
        await trusted.choose(uri, span, "Shout it")
        assert trusted.buffers[uri] == FILE.replace("    return w + h\n", "    return w + h\n    shout()\n")
        logged = [m["params"]["message"] for m in trusted.probe.received if m.get("method") == "window/logMessage"]
        assert sum("broken.md" in line for line in logged) == 1


# Many at once


MANY = "".join(f"def function_{n}(x):\n    return x + {n}\n\n\n" for n in range(12))


def asked_about(request: Any) -> str:
    """The code that a question is about, whether it is asked for the first time or again."""
    content: str = request.body["messages"][1]["content"]
    return content.split("----- BEGIN -----\n")[1]


def documented(request: Any) -> replies.Reply:
    unit = asked_about(request)
    number = unit.split("function_")[1].split("(")[0]
    return fenced(f'"""Add {number}."""')


@pytest.mark.parametrize("client", list(CLIENTS))
async def test_every_undocumented_function_of_a_file_is_documented_in_one_edit(acting, client):
    async with StubServer(documented) as stub:
        editor = await acting(client, stub)
        uri = shapes(acting)
        text = MANY.replace("def function_3(x):\n", 'def function_3(x):\n    """Known."""\n')
        editor.open(uri, text)
        await editor.choose(uri, EMPTY, "Document all undocumented functions")
        after = await editor.settled(uri, text)
        assert after.count('"""') == 24, editor.shown()
        assert all(f'"""Add {n}."""\n    return x + {n}\n' in after for n in range(12) if n != 3)
        assert len(editor.edits) == 1
        assert len(stub.asked) == 11
        said = [p["value"].get("message") or "" for p in editor.progress()]
        assert any(" of 11" in message for message in said)


async def test_what_fails_is_named_and_the_rest_is_done(acting):
    def answer(request: Any) -> replies.Reply:
        return fenced("no idea") if "function_5" in asked_about(request) else documented(request)

    async with StubServer(answer) as stub:
        editor = await acting(NEOVIM, stub)
        uri = shapes(acting)
        editor.open(uri, MANY)
        items = await editor.menu(uri, EMPTY)
        item = next(each for each in items if each["title"].startswith("Document all"))
        result = await editor.run(item)
        assert result["applied"] is True
        assert [each["name"] for each in result["failed"]] == ["function_5"]
        assert editor.buffers[uri].count('"""') == 22
        assert len(editor.shown()) == 1
        assert editor.shown()[0].startswith("Foretype: 1 could not be done: function_5 (")
        # Started again, only what failed is asked for again.
        asked = len(stub.asked)
        editor.change(uri, MANY)
        await editor.run(item)
        assert len(stub.asked) - asked <= 2


async def test_a_folder_with_open_and_closed_files(acting):
    (acting.folder / "sub").mkdir()
    closed = acting.folder / "sub" / "closed.py"
    closed.write_text(MANY)
    (acting.folder / "sub" / ".env").write_text("def function_1(x):\n    return 1\n")
    async with StubServer(documented) as stub:
        editor = await acting(VS_CODE, stub)
        uri = shapes(acting)
        editor.open(uri, MANY)
        (acting.folder / "shapes.py").write_text("other on the disk")
        editor.buffers[closed.as_uri()] = MANY
        answer = await editor.run(
            command("foretype.action", {"task": "document", "paths": [acting.folder.as_uri()], "bulk": True})
        )
        assert answer["applied"] is True, editor.shown()
        assert editor.buffers[uri].count('"""') == editor.buffers[closed.as_uri()].count('"""') == 24
        assert len(editor.edits) == 1
        assert closed.read_text() == MANY


@pytest.mark.parametrize("opened_too", [False, True])
async def test_a_closed_file_that_changes_meanwhile(acting, opened_too: bool):
    """On the disk, or in the editor, which has opened it: the edit is for the text that is there at the end."""
    closed = acting.folder / "closed.py"
    closed.write_text(MANY)
    now = "import os\n\n" + MANY
    async with StubServer(lambda request: documented(request).slowly(0.05)) as stub:
        editor = await acting(VS_CODE, stub)
        order = command("foretype.action", {"task": "document", "paths": [closed.as_uri()], "bulk": True})
        running = asyncio.ensure_future(editor.run(order))
        await stub.request()
        if opened_too:
            editor.open(closed.as_uri(), MANY)
            editor.change(closed.as_uri(), now)
        else:
            closed.write_text(now)
            editor.buffers[closed.as_uri()] = now
        assert (await running)["applied"] is True, editor.shown()
        after = editor.buffers[closed.as_uri()]
        assert "".join(line for line in after.splitlines(True) if '"""' not in line) == now
        assert all(f'def function_{n}(x):\n    """Add {n}."""\n' in after for n in range(12))


async def test_what_the_editor_did_not_apply_is_not_asked_for_again(acting):
    async with StubServer(documented) as stub:
        editor = await acting(VS_CODE, stub)
        uri = shapes(acting)
        editor.open(uri, MANY)
        editor.refuse = "busy"
        order = command("foretype.action", {"task": "document", "uri": uri, "bulk": True})
        assert (await editor.run(order))["applied"] is False
        asked, editor.refuse = len(stub.asked), None
        assert (await editor.run(order))["applied"] is True
        assert editor.buffers[uri].count('"""') == 24
        assert len(stub.asked) == asked == 12


async def test_nothing_outside_of_the_workspace_is_touched(acting, tmp_path):
    outside = tmp_path / "outside.py"
    outside.write_text(MANY)
    (acting.folder / "link.py").symlink_to(outside)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "far.py").write_text(MANY)
    (acting.folder / "folder").symlink_to(tmp_path / "other")
    around = acting.folder.as_uri()
    places = [
        outside.as_uri(),
        *(f"{around}/{name}" for name in ("link.py", "../outside.py", "folder", "folder/far.py")),
    ]
    async with StubServer(documented) as stub:
        editor = await acting(VS_CODE, stub)
        for place in places:
            await editor.run(command("foretype.action", {"task": "document", "paths": [place], "bulk": True}))
        assert editor.edits == []
        assert stub.asked == []
        assert outside.read_text() == MANY
        assert editor.shown() == ["Foretype: This is outside of the workspace."] * len(places)


async def test_bulk_work_is_cancelled_by_its_progress(acting):
    async with StubServer(LONG) as stub:
        editor = await acting(HELIX, stub)
        uri = shapes(acting)
        editor.open(uri, MANY)
        await editor.choose(uri, EMPTY, "Document all undocumented functions")
        request = await stub.request(2)
        token = (await editor.probe.notification("$/progress"))["params"]["token"]
        editor.probe.notify("window/workDoneProgress/cancel", {"token": token})
        await asyncio.wait_for(request.left.wait(), 10)
        assert editor.edits == []


# Commit messages


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


async def test_the_message_for_what_is_staged(acting):
    folder = acting.folder
    git(folder, "init", "-q")
    (folder / "a.py").write_text("x = 1\n")
    (folder / ".env").write_text("PASSWORD=geheim\n")
    git(folder, "add", "a.py")
    git(folder, "add", "-f", ".env")
    async with StubServer(replies.chat(["```\nAdd x.\nIt is needed\n```"])) as stub:
        editor: Editor = await acting(VS_CODE, stub)
        answer = await editor.run(command("foretype.commitMessage"))
        assert answer == "Add x\n\nIt is needed"
        question = str(stub.asked[0].body)
        assert "+x = 1" in question
        assert "geheim" not in question
        git(folder, "commit", "-qm", "x")
        assert await editor.run(command("foretype.commitMessage", {"uri": (folder / "a.py").as_uri()})) is None
        assert editor.shown() == ["Foretype: Nothing is staged."]


@pytest.mark.parametrize("case", ["submodule", "conflict", "link"])
async def test_each_staged_file_is_judged_by_its_own_name(acting, case: str):
    """What git says of submodules, conflicts and links has no part, or two, beside those of ordinary files."""
    folder = acting.folder
    git(folder, "init", "-q", "-b", "main")
    (folder / "b").symlink_to("nowhere")
    (folder / "a.py").write_text("x = 1\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "x")
    if case == "submodule":
        git(folder, "init", "-q", "module")
        git(folder / "module", "commit", "-q", "--allow-empty", "-m", "m")
        git(folder, "config", "diff.submodule", "log")
        (folder / "a.py").write_text("x = 2\n")
    elif case == "conflict":
        git(folder, "checkout", "-qb", "other")
        (folder / "a.py").write_text("x = 3\n")
        git(folder, "commit", "-qam", "o")
        git(folder, "checkout", "-q", "main")
        (folder / "a.py").write_text("x = 4\n")
        git(folder, "commit", "-qam", "p")
        subprocess.run(["git", "merge", "other"], cwd=folder, capture_output=True, check=False)
    else:
        (folder / "b").unlink()
        (folder / "b").write_text("y = 1\n")
    (folder / "p.env").write_text("a lone sentence\n")
    (folder / "z.py").write_text("z = 1\n")
    names = ["p.env", "z.py", *(["module", "a.py"] if case == "submodule" else ["b"])]
    git(folder, "add", "-f", *names)
    async with StubServer(replies.chat(["Add z"])) as stub:
        editor: Editor = await acting(VS_CODE, stub)
        assert await editor.run(command("foretype.commitMessage")) == "Add z", editor.shown()
        question = str(stub.asked[0].body)
        assert "+z = 1" in question
        assert "a lone sentence" not in question


async def test_no_repository(acting):
    async with StubServer() as stub:
        editor = await acting(VS_CODE, stub)
        assert await editor.run(command("foretype.commitMessage")) is None
        assert editor.shown() == ["Foretype: This folder is not in a git repository."]
