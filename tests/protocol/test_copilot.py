"""What clients written for Copilot's language server send, as their public sources do, and what they rely on.

copilot.el speaks the standard's inline completion with extras, copilot.lua and LSP-copilot the older requests.
"""

from __future__ import annotations

import asyncio

import pytest

from tests.probe import Probe
from tests.protocol.editing import accept
from tests.protocol.test_inline_completion import END, METHOD, REST, TEXT, URI
from tests.stub import StubServer, replies

pytestmark = pytest.mark.asyncio

EDITOR = {"editorInfo": {"name": "Neovim", "version": "0.12.0"}, "editorPluginInfo": {"name": "x", "version": "1"}}
COPILOT_EL = {
    "workspace": {"workspaceFolders": True},
    "textDocument": {"inlineCompletion": {"dynamicRegistration": False}},
    "copilot": {"ipCodeCitation": False, "watchedFiles": False},
}


async def opened(session, text: str = TEXT) -> Probe:
    probe = await session({}, EDITOR)
    probe.open(URI, text)
    return probe


def doc(**more: object) -> dict:
    """As copilot.lua writes it: the document in both shapes at once."""
    place = {"uri": URI, "version": 1, "relativePath": "a.py"}
    more_of_it = {"insertSpaces": True, "tabSize": 4, "indentSize": 4, "position": END}
    return {"doc": {**place, **more_of_it, **more}, "textDocument": place, "position": END, "_": True}


def told(probe: Probe, method: str) -> list[dict]:
    return [message["params"] for message in probe.received if message.get("method") == method]


async def counted(probe: Probe) -> dict:
    return (await probe.request("foretype/usage"))["result"]


@pytest.mark.parametrize("params", [None, {}, {"options": {"localChecksOnly": True}}, {"userCode": "x"}, {"_": True}])
@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("checkStatus", "OK"),
        ("signIn", "AlreadySignedIn"),
        ("signInInitiate", "AlreadySignedIn"),
        ("signInConfirm", "OK"),
        ("signOut", "NotSignedIn"),
    ],
)
async def test_there_is_no_account_and_so_nothing_to_sign_in_to(session, method, status, params):
    probe = await opened(session)
    assert (await probe.request(method, params))["result"]["status"] == status


async def test_versions_editors_and_models(session):
    probe = await opened(session)
    assert set((await probe.request("getVersion", {}))["result"]) == {"version", "buildType", "runtimeVersion"}
    assert (await probe.request("setEditorInfo", EDITOR))["result"] == "OK"
    (model,) = (await probe.request("copilot/models", {}))["result"]
    assert model["scopes"] == ["completion"]


@pytest.mark.parametrize("options", [EDITOR, {"editorInfo": {}}, {"editorPluginInfo": {}}])
async def test_who_speaks_copilot_is_told_the_status_in_both_its_forms(session, options):
    probe = await session({}, options)
    await probe.message(lambda m: m.get("method") == "statusNotification")
    (new, old) = told(probe, "didChangeStatus")[0], told(probe, "statusNotification")[0]
    assert new == {"kind": "Normal", "message": "", "busy": False}
    assert old == {**new, "status": "Normal"}
    assert told(probe, "foretype/status") == []


async def test_who_does_not_is_told_nothing_until_it_asks(session):
    probe = await session({})
    probe.open(URI, TEXT)
    await probe.request(METHOD, {"textDocument": {"uri": URI}, "position": END, "context": {"triggerKind": 1}})
    assert told(probe, "didChangeStatus") == []
    await probe.request("setEditorInfo", EDITOR)
    await probe.message(lambda m: m.get("method") == "didChangeStatus")


async def test_a_problem_is_an_error_in_both_forms(session):
    async with StubServer(replies.error(401, "no such key")) as stub:
        probe = await session({}, {**EDITOR, "model": {"base_url": stub.url, "name": "stub"}})
        probe.open(URI, TEXT)
        await probe.message(lambda m: m.get("method") == "didChangeStatus" and m["params"]["busy"])
        await probe.message(lambda m: told(probe, "didChangeStatus")[-1]["busy"] is False)
        await probe.request("getCompletionsCycling", doc())
        await probe.message(lambda m: m.get("method") == "statusNotification" and m["params"]["kind"] == "Error")
        assert told(probe, "statusNotification")[-1]["status"] == "Error"
        assert any(each["status"] == "InProgress" for each in told(probe, "statusNotification"))


async def test_the_emacs_client(session):
    """initialize without processId's fellows, its own settings, a stale cancel, formatting options, reports."""
    probe = await session(COPILOT_EL, EDITOR)
    probe.notify("workspace/didChangeConfiguration", {"settings": {"github": {"copilot": {}}, "mcp": "{}"}})
    probe.open(URI, TEXT)
    probe.notify("textDocument/didFocus", {"textDocument": {"uri": URI}})
    probe.notify("$/cancelRequest", {"id": 977})
    params = {
        "textDocument": {"uri": URI},
        "position": END,
        "context": {"triggerKind": 2},
        "formattingOptions": {"tabSize": 4, "insertSpaces": True},
    }
    (item,) = (await probe.request(METHOD, params))["result"]["items"]
    assert accept(TEXT, item, "utf-16") == TEXT + REST
    before = (await counted(probe))["totals"]
    probe.notify("textDocument/didShowCompletion", {"item": item})
    probe.notify("textDocument/didPartiallyAcceptCompletion", {"item": item, "acceptedLength": 3})
    answer = await probe.request("workspace/executeCommand", item["command"])
    assert answer["result"] is True
    assert (await counted(probe))["totals"] == before
    warnings = [m for m in told(probe, "window/logMessage") if m["type"] <= 2]
    assert warnings == []


async def test_the_older_request_begins_its_text_at_the_start_of_the_line(session):
    probe = await opened(session)
    (completion,) = (await probe.request("getCompletions", doc()))["result"]["completions"]
    typed = TEXT.splitlines()[-1]
    assert completion["displayText"] == REST
    assert completion["text"] == typed + REST
    assert completion["range"] == {"start": {"line": 20, "character": 0}, "end": END}
    assert completion["position"] == END
    assert completion["docVersion"] == 1
    assert accept(TEXT, {"insertText": completion["text"], "range": completion["range"]}, "utf-16") == TEXT + REST


@pytest.mark.parametrize(
    ("asked", "result"),
    [
        (doc(version=7), {"completions": [], "cancellationReason": "DocumentVersionMismatch"}),
        (doc(uri="file:///nobody.py"), {"completions": []}),
    ],
)
@pytest.mark.parametrize("method", ["getCompletions", "getCompletionsCycling"])
async def test_older_requests_about_another_text(session, method, asked, result):
    probe = await opened(session)
    assert (await probe.request(method, asked))["result"] == result


@pytest.mark.parametrize("params", [None, [], {}, {"doc": {}}, {"doc": {"uri": URI, "position": {"line": "x"}}}])
@pytest.mark.parametrize("method", ["getCompletions", "getCompletionsCycling", "getPanelCompletions"])
async def test_nonsense_is_refused_and_the_session_goes_on(session, method, params):
    probe = await opened(session)
    assert (await probe.request(method, params))["error"]["code"] == -32602
    assert (await probe.request("getCompletions", doc()))["result"]["completions"]


async def test_cycling_by_hand_has_alternatives_and_cycling_at_every_key_has_not(session):
    lines = "".join(f"self.paint(colour={name}, width=2)\n" for name in ["red", "green", "blue"] * 6)
    probe = await opened(session, lines + "self.paint(")
    asked = doc(position={"line": 18, "character": 11})
    first, cycled = probe.begin("getCompletions", asked), probe.begin("getCompletionsCycling", asked)
    assert len((await first)["result"]["completions"]) <= 1
    assert len((await cycled)["result"]["completions"]) == 1
    by_hand = (await probe.request("getCompletionsCycling", asked))["result"]["completions"]
    assert len({completion["text"] for completion in by_hand}) == len(by_hand) > 1
    assert len({completion["uuid"] for completion in by_hand}) == len(by_hand)


async def test_what_became_of_a_suggestion(session):
    probe = await opened(session)
    before = await counted(probe)
    (one,) = (await probe.request("getCompletions", doc()))["result"]["completions"]
    assert (await probe.request("notifyShown", {"uuid": one["uuid"]}))["result"] == "OK"
    assert (await probe.request("notifyAccepted", {"uuid": one["uuid"], "acceptedLength": 4}))["result"] == "OK"
    part = await counted(probe)
    assert (await probe.request("notifyAccepted", {"uuid": one["uuid"], "acceptedLength": 4000}))["result"] == "OK"
    whole = await counted(probe)
    assert (await probe.request("notifyAccepted", {"uuid": one["uuid"]}))["result"] == "OK"
    assert (await probe.request("notifyRejected", {"uuids": [one["uuid"], "nobody"]}))["result"] == "OK"

    def accepted(values: dict) -> int:
        return values.get("accepted", {}).get("embedded", 0)

    assert accepted(part) == accepted(before)
    assert accepted(whole) == accepted(await counted(probe)) == accepted(before) + 1


async def test_the_older_panel_gets_its_solutions_and_their_end(session):
    probe = await opened(session)
    answer = await probe.request("getPanelCompletions", {**doc(), "panelId": "p"})
    assert answer["result"]["solutionCountTarget"] >= 1
    await probe.message(lambda m: m.get("method") == "PanelSolutionsDone")
    assert told(probe, "PanelSolutionsDone") == [{"panelId": "p", "status": "OK"}]
    (solution, *_) = told(probe, "PanelSolution")
    assert solution["panelId"] == "p"
    assert solution["completionText"].endswith(REST)
    assert isinstance(solution["score"], (int, float))


@pytest.mark.parametrize("token", [None, "mine", 3])
async def test_the_newer_panel_streams_where_it_gets_a_token(session, token):
    probe = await opened(session)
    params = {"textDocument": {"uri": URI, "version": 1}, "position": END}
    if token is not None:
        params["partialResultToken"] = token
    answered = (await probe.request("textDocument/copilotPanelCompletion", params))["result"]["items"]
    streamed = [m["value"]["items"][0] for m in told(probe, "$/progress") if m["token"] == token]
    assert [len(answered), len(streamed)] == ([1, 0] if token is None else [0, 1])
    (item,) = answered + streamed
    assert accept(TEXT, item, "utf-16") == TEXT + REST


async def test_a_request_that_typing_has_overtaken_is_answered(session):
    async with StubServer(replies.Reply(steps=[replies.Pause(600)])) as stub:
        probe = await session({}, {**EDITOR, "model": {"base_url": stub.url, "name": "stub"}})
        probe.open(URI, TEXT)
        await probe.message(lambda m: m.get("method") == "didChangeStatus" and not m["params"]["busy"])
        waiting = probe.begin("getCompletions", doc())
        probe.insert(URI, 2, 20, 15, "x")
        result = (await asyncio.wait_for(waiting, 10))["result"]
        assert result == {"completions": [], "cancellationReason": "RequestCancelled"}


SUBLIME = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {"completion": {"completionItem": {"snippetSupport": True, "labelDetailsSupport": True}}},
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
}


def sublime_doc(text: str, version: int, position: dict) -> dict:
    """As LSP-copilot writes it, the whole text included."""
    return {
        "doc": {
            "source": text,
            "tabSize": 4,
            "indentSize": 1,
            "insertSpaces": True,
            "path": "/project/a.py",
            "uri": URI,
            "relativePath": "a.py",
            "languageId": "python",
            "position": position,
            "version": version,
        }
    }


async def test_the_sublime_client(session):
    """Three requests at the start, two at every pause of which one answer counts, and whole lines put in place."""
    probe = await session(SUBLIME, None, clientInfo={"name": "Sublime Text LSP", "version": "2.8.0"})
    assert (await probe.request("getVersion", {}))["result"]["version"]
    assert (await probe.request("checkStatus", {}))["result"]["status"] == "OK"
    editor = {"editorInfo": {"name": "vscode", "version": "4200"}, "editorPluginInfo": {"name": "x", "version": "1"}}
    assert (await probe.request("setEditorInfo", editor))["result"] == "OK"
    await probe.message(lambda m: m.get("method") == "statusNotification")
    probe.open(URI, TEXT)
    first = probe.begin("getCompletions", sublime_doc(TEXT, 1, END))
    cycling = probe.begin("getCompletionsCycling", sublime_doc(TEXT, 1, END))
    await first
    (completion,) = (await cycling)["result"]["completions"]
    assert {"uuid", "text", "displayText", "position", "range"} <= set(completion)
    assert completion["position"] == END
    assert completion["displayText"] == REST
    assert (await probe.request("notifyAccepted", {"uuid": completion["uuid"]}))["result"] == "OK"
    assert (await probe.request("notifyRejected", {"uuids": ["other"]}))["result"] == "OK"
    assert (await probe.request("checkFileStatus", {"uri": URI}))["result"] == {"status": "included"}
    assert (await probe.request("checkFileStatus", {"uri": ""}))["result"] == {"status": "not included"}
    panel = {**sublime_doc(TEXT, 1, END), "panelId": "copilot://1"}
    assert (await probe.request("getPanelCompletions", panel))["result"]["solutionCountTarget"] >= 1
    done = await probe.message(lambda m: m.get("method") == "PanelSolutionsDone")
    assert done["params"] == {"panelId": "copilot://1", "status": "OK"}
    # It shows suggestions by itself, so the menu of the package LSP has not the same once more.
    asked = {"textDocument": {"uri": URI}, "position": END, "context": {"triggerKind": 1}}
    assert (await probe.request("textDocument/completion", asked))["result"] is None


@pytest.mark.parametrize("behind", [")", ");", "));"])
async def test_the_sublime_client_keeps_what_stands_behind_the_cursor(session, behind):
    """It puts the text in the place of the whole line, without a look at the range."""
    async with StubServer(replies.chat(["default=None"])) as stub:
        options = {**EDITOR, "model": {"base_url": stub.url, "name": "stub"}}
        probe = await session(SUBLIME, options, clientInfo={"name": "Sublime Text LSP", "version": "2.8.0"})
        await probe.message(lambda m: m.get("method") == "didChangeStatus" and m["params"]["busy"])
        await probe.message(lambda _: not told(probe, "didChangeStatus")[-1]["busy"])
        text = f"{TEXT}_setting({behind}"
        before = text.splitlines()[-1].removesuffix(behind)
        place = {"line": 20, "character": len(before)}
        probe.open(URI, text)
        answer = (await probe.request("getCompletions", sublime_doc(text, 1, place)))["result"]
    (completion,) = answer["completions"]
    whole = {"start": {"line": 20, "character": 0}, "end": {"line": 20, "character": len(before + behind)}}
    assert completion["range"] == whole
    assert completion["text"] == f"{before}default=None{behind}"
