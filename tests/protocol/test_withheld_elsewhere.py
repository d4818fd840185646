"""What code actions, commit messages and the counting of tokens send has passed the same gate as ghost text."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path

import pytest

from tests.planted import planted
from tests.protocol.test_withheld import MARK, PLACEHOLDER, SECRET, TOKEN, Sent, ask, connected, strings
from tests.stub import StubServer, replies
from tests.stub.replies import Reply
from tests.stub.server import Received

pytestmark = pytest.mark.asyncio

NAMED = next(each for each in planted() if each.kind == "named 0 24")
VALUE = NAMED.text[NAMED.at : NAMED.at + NAMED.size]
CODE = f"""\
# {MARK}
import os

PASSWORD = "{VALUE}"


def connect(client):
    client.open("{TOKEN}", retries=3)
    password = "{VALUE}"
    return client.login(password)


def other(value):
    return value
"""


async def test_code_actions_show_no_secret(acting):
    """Every item of the menu: the code, what a diagnostic says, names, and a second try after a wrong answer."""
    wrong = [
        f'```python\ndef connect(client):\n    client.open("{PLACEHOLDER}", retries=4)\n    broken(\n```\n',
        f'```python\ndef connect(client):\n    password = "{PLACEHOLDER}"\n    return "{PLACEHOLDER}2"\n```\n',
        "I would rather not.",
    ]
    script = [replies.chat([text]) for text in wrong * 20]
    async with StubServer(*script) as stub:
        editor = await acting("Neovim 0.12", stub)
        uri = (acting.folder / f"{TOKEN}.py").as_uri()
        editor.open(uri, CODE, "python")
        span = {"start": {"line": 7, "character": 4}, "end": {"line": 8, "character": 10}}
        problem = {"range": span, "severity": 1, "message": f'unused: "{TOKEN}", PASSWORD = "{VALUE}"', "source": TOKEN}
        items = await editor.menu(uri, span, diagnostics=[problem])
        assert len(items) >= 5
        for item in items:
            await editor.run(item)
        sent = Sent(stub)
        assert len(stub.asked) >= len(items)
        assert MARK in sent.text
        assert PLACEHOLDER in sent.text
        assert sent.shows(SECRET) == ""
        assert sent.shows(NAMED) == ""


@pytest.mark.parametrize("name", [".env", "deep/id_rsa"])
async def test_no_action_in_a_forbidden_file(acting, name: str):
    async with StubServer(replies.chat(["x"])) as stub:
        editor = await acting("VS Code 1.139", stub)
        uri = (acting.folder / name).as_uri()
        editor.open(uri, CODE, "python")
        span = {"start": {"line": 7, "character": 4}, "end": {"line": 7, "character": 4}}
        for task in ("explain", "document", "fix", "tests"):
            command = {"command": "foretype.action", "arguments": [{"task": task, "uri": uri, "range": span}]}
            await editor.run({"command": command})
        assert stub.asked == []


async def test_a_projects_own_words_show_nothing_forbidden(acting):
    """Instructions that are links to a forbidden file, or ignored; a secret in an action of the project's own."""
    async with StubServer(replies.chat(["x"])) as stub:
        folder: Path = acting.folder
        (folder / ".foretype" / "actions").mkdir(parents=True)
        (folder / ".foretype" / "actions" / "say.md").write_text(f'---\noutput: explain\n---\nSay "{TOKEN}" {MARK}.\n')
        (folder / ".foretype" / "instructions.md").write_text(f"{MARK}allowed\n")
        (folder / ".env").write_text("forbidden=1\n")
        (folder / "AGENTS.md").symlink_to(".env")
        (folder / "deep").mkdir()
        (folder / "deep" / "AGENTS.md").write_text("forbidden too\n")
        (folder / ".foretypeignore").write_text("deep/AGENTS.md\n")
        editor = await acting("VS Code 1.139", stub, options={"trusted": True})
        uri = (folder / "deep" / "main.py").as_uri()
        editor.open(uri, "a = 1\n", "python")
        span = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 5}}
        command = {"command": "foretype.action", "arguments": [{"task": "own:say", "uri": uri, "range": span}]}
        await editor.run({"command": command})
        text = Sent(stub).text
        assert f"{MARK}allowed" in text
        assert f'Say \\"{PLACEHOLDER}\\" {MARK}' in text or f'Say "{PLACEHOLDER}" {MARK}' in text
        assert "forbidden" not in text


async def test_an_action_knows_settings_by_the_editors_language(acting):
    async with StubServer(replies.chat(["x"])) as stub:
        editor = await acting("VS Code 1.139", stub)
        uri = (acting.folder / "hosts").as_uri()
        editor.open(uri, f"{MARK}: 1\npassword: Tr0ub4dor&3x\n", "yaml")
        span = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 4}}
        command = {"command": "foretype.action", "arguments": [{"task": "explain", "uri": uri, "range": span}]}
        await editor.run({"command": command})
        assert MARK in Sent(stub).text
        assert "Tr0ub4dor" not in Sent(stub).text


async def test_commit_messages_show_no_secret(acting):
    folder: Path = acting.folder
    files = {
        "clés/.env": f"A={VALUE}\nforbidden=1\n",
        "my keys/id_rsa": "forbidden key\n",
        'odd"name/.env': "forbidden odd\n",
        "poetry.lock": "forbidden lock\n",
        "ignored.py": "forbidden ignored\n",
        f"{TOKEN}.py": f"# {MARK}\n",
        "main.py": CODE,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / ".gitignore").write_text("ignored.py\n", encoding="utf-8")
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", f"use {TOKEN}"], check=True)
    subprocess.run([*git, "add", "-f", "."], check=True)
    async with StubServer(replies.chat(["Connect"])) as stub:
        editor = await acting("VS Code 1.139", stub)
        command = {"command": "foretype.commitMessage", "arguments": [folder.as_uri()]}
        assert await editor.run({"command": command}) == "Connect"
        sent = Sent(stub)
        assert MARK in sent.text
        assert "forbidden" not in sent.text
        assert sent.shows(SECRET) == ""
        assert sent.shows(NAMED) == ""


class Counting(StubServer):
    """A server that cuts text into tokens on request, as llama.cpp does: every character is one."""

    def _about(self, path: str) -> Reply:
        if path.endswith("/models"):
            model = {"id": "stub", "object": "model", "owned_by": "llamacpp"}
            return replies.whole(200, json.dumps({"object": "list", "data": [model]}))
        return super()._about(path)


def counted_or_answered(request: Received) -> Reply:
    if request.path.endswith("/tokenize"):
        return replies.whole(
            200, json.dumps({"tokens": [{"id": 1, "piece": char} for char in request.body["content"]]})
        )
    return replies.chat([" # x"])


async def test_counting_at_the_server_shows_no_secret(start, tmp_path: Path):
    async with Counting(counted_or_answered) as stub:
        probe = await connected(start, stub, tmp_path, model={"mode": "chat"})
        for number, text in enumerate((CODE, f"# other\n{CODE}", f'a = "{TOKEN}"\n')):
            uri = (tmp_path / f"{TOKEN}{number}.py").as_uri()
            probe.open(uri, text)
            for line in (0, 2, 5, len(text.split("\n")) - 1):
                await ask(probe, uri, {"line": line, "character": 0})
        forbidden = (tmp_path / ".env").as_uri()
        probe.open(forbidden, "forbidden=1\n")
        await ask(probe, forbidden, {"line": 1, "character": 0})
        await stub.request(8)
        counted = [each for each in stub.asked if each.path.endswith("/tokenize")]
        assert any(MARK in text for each in counted for text in strings(each.body))
        sent = Sent(stub)
        assert sent.shows(SECRET) == ""
        assert sent.shows(NAMED) == ""
        assert "forbidden" not in sent.text


async def test_what_was_copied_from_a_forbidden_file_is_not_shown(start, tmp_path: Path):
    async with StubServer(replies.chat([" # x"])) as stub:
        probe = await connected(start, stub, tmp_path, context={"max_tokens": 8192})
        probe.open((tmp_path / ".env").as_uri(), "client_forbidden = connect_value\r\nother_forbidden = 1\r\n")
        uri = (tmp_path / "main.py").as_uri()
        probe.open(uri, f"# {MARK}\nconnect_value = 1\n\n")

        async def keys(first: int) -> str:
            for number in range(first, first + 6):
                probe.insert(uri, number + 2, 2, 0, "connect_value + \n")
                await ask(probe, uri, {"line": 2, "character": 16})
                await asyncio.sleep(0.1)  # what is copied is taken in beside the keys
            return Sent(stub).text

        # Editors copy with the system's line ends, whatever the document has.
        probe.notify("foretype/didCopy", {"text": "client_forbidden = connect_value\nother_forbidden = 1\n"})
        assert "client_forbidden" not in await keys(0)
        probe.notify("foretype/didCopy", {"text": f'client_allowed = connect_value("{TOKEN}")\n'})
        text = await keys(6)
        assert "client_allowed" in text
        assert Sent(stub).shows(SECRET) == ""
