"""`initialize` as real clients say it, and whether what they are then offered and sent is what they can use.

`clients/*.json` are the parameters of `initialize`: recorded from the editor by a server that writes them down, or
written from the client's public source, as `source` says; without what no server of this kind looks at.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.protocol.acting import CLIENT_ENCODINGS, CLIENTS, selected
from tests.protocol.editing import accept, place_of
from tests.stub import StubServer, replies

pytestmark = pytest.mark.asyncio

RECORDED = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in Path(__file__).parent.glob("clients/*.json")
}
GHOST = {"vscode", "neovim-0.12", "emacs-lsp-mode", "coc.nvim", "lsp4ij"}
"""Who shows ghost text; the others have the completion menu."""
ENCODING = {
    "neovim-0.12": "utf-8",
    "neovim-0.11": "utf-8",
    "emacs-eglot": "utf-32",
    "emacs-lsp-mode": "utf-32",
    "helix": "utf-8",
    "yegappan-lsp": "utf-32",
}
"""Who counts in other units than UTF-16."""
RESOLVE = {"vscode", "neovim-0.12", "neovim-0.11", "coc.nvim", "sublime", "zed", "lsp4ij"}
"""Who asks for an action's edit when it is chosen; eglot, lsp-mode, Helix and Vim would stand still until it comes."""
PLAIN_CHANGES = {"kate", "kate-22.12", "vim-lsp"}
"""Who takes edits without versions only."""

ABOVE = "".join(f"größe_{n} = lies_wert('größe_{n} 😀', vorgabe=None)\n" for n in range(20))
BEFORE, REST = "größe_99 = lies", "_wert('größe_99 😀', vorgabe=None)"
INSIDE = "def fläche(breite, höhe):\n    return breite + │höhe\n"
ASKED = "def fläche(breite, höhe):\n    return breite * höhe\n"


@pytest.fixture(params=sorted(RECORDED))
def client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a client, which `acting` knows as well."""
    name: str = request.param
    monkeypatch.setitem(CLIENTS, name, copy.deepcopy(RECORDED[name]["params"]))
    monkeypatch.setitem(CLIENT_ENCODINGS, name, ENCODING.get(name, "utf-16"))
    return name


def says(client: str, *path: str) -> Any:
    """What the client says of itself at a place in its capabilities; None where it says nothing."""
    value = RECORDED[client]["params"]["capabilities"]
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


async def begun(session, client: str, **more: Any) -> Any:
    params = copy.deepcopy(RECORDED[client]["params"])
    options = {"completion": {"threshold": 0.01}}
    return await session(params.pop("capabilities"), options, **params, **more)


async def test_what_is_advertised_is_what_the_client_can_use(session, client):
    probe = await begun(session, client)
    offered = probe.initialized["capabilities"]
    assert offered["inlineCompletionProvider"] == {}
    assert ("completionProvider" in offered) is (client not in GHOST)
    assert offered["positionEncoding"] == ENCODING.get(client, "utf-16")
    assert offered["positionEncoding"] in (says(client, "general", "positionEncodings") or ["utf-16"])
    assert offered["textDocumentSync"]["change"] == 2
    actions = offered["codeActionProvider"]
    resolves = isinstance(actions, dict) and actions.get("resolveProvider") is True
    assert resolves is (client in RESOLVE)
    # It has no problems of its own to tell of, neither pushed nor pulled.
    assert not {"diagnosticProvider", "hoverProvider", "definitionProvider"} & set(offered)


async def test_nothing_is_sent_that_the_client_did_not_ask_for(session, client):
    probe = await begun(session, client)
    probe.answers |= {"workspace/configuration": [None], "client/registerCapability": None}
    probe.answers["window/workDoneProgress/create"] = None
    probe.open("file:///a.py", ABOVE)
    await probe.inline("file:///a.py", 0, 0)
    await probe.request("foretype/state")
    known = {"window/logMessage"}
    if says(client, "workspace", "configuration"):
        known.add("workspace/configuration")
    if says(client, "window", "workDoneProgress"):
        known |= {"window/workDoneProgress/create", "$/progress"}
    asked = says(client, "experimental", "foretype") or {}
    known |= {f"foretype/{name}" for name in asked}
    for message in probe.received:
        if message.get("method") == "client/registerCapability":
            for each in message["params"]["registrations"]:
                section, name = each["method"].split("/")
                where = "textDocument" if section == "textDocument" else "workspace"
                assert says(client, where, name, "dynamicRegistration") is True, each
        elif "method" in message:
            assert message["method"] in known


@pytest.mark.parametrize("kate", ["kate", "kate-22.12"])
async def test_a_root_beside_an_empty_list_of_folders_is_no_workspace(session, tmp_path, kate):
    """Kate names the home folder as the root and tells of the project's folder afterwards."""
    home, project = tmp_path / "home", tmp_path / "home" / "project"
    project.mkdir(parents=True)
    (home / "foretype.toml").write_text("at_home = true\n", encoding="utf-8")
    (project / "foretype.toml").write_text("in_the_project = true\n", encoding="utf-8")
    probe = await begun(session, kate, rootUri=home.as_uri(), rootPath=str(home), workspaceFolders=[])
    probe.answers |= {"workspace/configuration": [None]}
    assert (await probe.request("foretype/state"))["result"]["problems"] == []
    event = {"added": [{"uri": project.as_uri(), "name": "project"}], "removed": []}
    probe.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    await probe.message(lambda said: "in_the_project" in str(said.get("params")))
    (problem,) = (await probe.request("foretype/state"))["result"]["problems"]
    assert "in_the_project" in problem["message"]


async def test_the_suggestion_comes_as_the_client_shows_it(session, client):
    probe = await begun(session, client)
    buffer, place = place_of(f"{ABOVE}{BEFORE}│\n", ENCODING.get(client, "utf-16"))
    probe.open("file:///a.py", buffer)
    where = {"textDocument": {"uri": "file:///a.py"}, "position": place}
    if client in GHOST:
        response = await probe.request("textDocument/inlineCompletion", {**where, "context": {"triggerKind": 2}})
        (item,) = response["result"]["items"]
        assert isinstance(item["insertText"], str)
        assert item["range"]["start"]["line"] == item["range"]["end"]["line"]
        edit = item
    else:
        response = await probe.request("textDocument/completion", {**where, "context": {"triggerKind": 1}})
        (item,) = response["result"]["items"]
        assert item.get("insertTextFormat") in (None, 1)  # text, not a snippet, whoever could take one
        assert set(item["textEdit"]) == {"range", "newText"}
        assert ("labelDetails" in item) is bool(
            says(client, "textDocument", "completion", "completionItem", "labelDetailsSupport")
        )
        edit = {"range": item["textEdit"]["range"], "insertText": item["textEdit"]["newText"]}
    assert accept(buffer, edit, ENCODING.get(client, "utf-16")) == f"{ABOVE}{BEFORE}{REST}\n"
    assert (await probe.request("workspace/executeCommand", item["command"]))["result"] is True


@pytest.mark.parametrize("name", ["kate", "helix"])
async def test_kate_would_drop_the_places_of_a_snippet_so_it_is_not_shown_any(session, name):
    probe = await begun(session, name)
    lines = "".join(f'copy "build/${{NAME}}/part_{n}" "$1/part_{n}"\n' for n in range(20))
    probe.open("file:///a.sh", f"{lines}copy \n", "shellscript")
    where = {"textDocument": {"uri": "file:///a.sh"}, "position": {"line": 20, "character": 5}}
    response = await probe.request("textDocument/completion", {**where, "context": {"triggerKind": 1}})
    texts = [item["textEdit"]["newText"] for item in response["result"]["items"]]
    assert [("${NAME}" in text) for text in texts] == ([] if name == "kate" else [True])


async def test_an_action_is_applied_in_the_clients_dialect(acting, client):
    async with StubServer(replies.chat([f"```python\n{ASKED}```\n"])) as stub:
        editor = await acting(client, stub)
        editor.can["workspace"].setdefault("workspaceEdit", {})
        text, span = selected(INSIDE, editor.encoding)
        uri = (acting.folder / "flaeche.py").as_uri()
        editor.open(uri, text)
        item = await editor.choose(uri, span, "Optimise")
        assert await editor.settled(uri, text) == ASKED, editor.shown()
        resolved = "data" in item
        assert resolved is (client in RESOLVE)
        (edit,) = editor.edits
        assert ("changes" in edit) is (client in PLAIN_CHANGES)
        assert bool(edit.get("changeAnnotations")) is False  # one file in sight: shown by being changed
        assert ("tags" in item) is bool(says(client, "textDocument", "codeAction", "tagSupport"))


async def test_an_explanation_is_shown_where_the_client_can(acting, client):
    async with StubServer(replies.chat(["It adds ", "two numbers."])) as stub:
        editor = await acting(client, stub)
        editor.probe.answers |= {"window/showDocument": {"success": True}, "client/registerCapability": None}
        text, span = selected(INSIDE, editor.encoding)
        uri = (acting.folder / "flaeche.py").as_uri()
        editor.open(uri, text)
        await editor.choose(uri, span, "Explain")
        if says(client, "window", "showDocument", "support"):
            shown = await editor.probe.notification("window/showDocument")
            assert shown["params"]["uri"].startswith(("foretype-text:", "file:"))
        else:
            await editor.probe.message(lambda _: any("two numbers" in each for each in editor.shown()))


async def test_an_edit_asks_for_confirmation_where_the_client_shows_it(acting, client):
    """Where the user wants it; Neovim asks without showing the edit, so it is spared that."""
    async with StubServer(replies.chat([f"```python\n{ASKED}```\n"])) as stub:
        editor = await acting(client, stub, options={"actions": {"confirm": "always"}})
        editor.can["workspace"].setdefault("workspaceEdit", {})
        text, span = selected(INSIDE, editor.encoding)
        uri = (acting.folder / "flaeche.py").as_uri()
        editor.open(uri, text)
        await editor.choose(uri, span, "Optimise")
        assert await editor.settled(uri, text) == ASKED, editor.shown()
        shows = bool(says(client, "workspace", "workspaceEdit", "changeAnnotationSupport"))
        assert bool(editor.edits[0].get("changeAnnotations")) is (shows and not client.startswith("neovim"))


async def test_a_problem_that_the_client_sends_with_its_question_is_mended(acting, client):
    """It comes with the request for actions, whether the client was pushed its diagnostics or pulled them."""
    async with StubServer(replies.chat([f"```python\n{ASKED}```\n"])) as stub:
        editor = await acting(client, stub)
        editor.can["workspace"].setdefault("workspaceEdit", {})
        text, span = selected(INSIDE, editor.encoding)
        uri = (acting.folder / "flaeche.py").as_uri()
        editor.open(uri, text)
        problem = {"range": span, "message": "not a product", "severity": 2, "source": "lint", "code": "X1"}
        if says(client, "textDocument", "publishDiagnostics", "dataSupport"):
            problem["data"] = {"rule": [1, None]}
        item = await editor.choose(uri, span, "Fix", diagnostics=[problem])
        assert await editor.settled(uri, text) == ASKED, editor.shown()
        assert item["kind"].startswith("quickfix")
        assert item["diagnostics"][0]["message"] == "not a product"
        assert item["diagnostics"][0].get("data") == problem.get("data")
