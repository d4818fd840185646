"""What is offered to which client, and in which units positions are counted from then on."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.asyncio

INLINE = {"textDocument": {"inlineCompletion": {"dynamicRegistration": True}}}
NO_INLINE = {"textDocument": {"completion": {"completionItem": {"snippetSupport": False}}}}


async def test_inline_completion_is_advertised_as_an_object(session):
    """pygls advertises it only when options are given, and clients take `true` or nothing for no."""
    probe = await session(INLINE)
    capabilities = probe.initialized["capabilities"]
    assert capabilities["inlineCompletionProvider"] == {}
    assert capabilities["textDocumentSync"]["openClose"] is True
    assert capabilities["textDocumentSync"]["change"] == 2
    assert capabilities["executeCommandProvider"] == {
        "commands": [
            "foretype.accepted",
            "foretype.snooze",
            "foretype.resume",
            "foretype.toggleLanguage",
            "foretype.action",
            "foretype.commitMessage",
        ]
    }
    assert capabilities["workspace"]["workspaceFolders"]["supported"] is True
    assert probe.initialized["serverInfo"]["name"] == "foretype"
    assert probe.initialized["serverInfo"]["version"]


@pytest.mark.parametrize(
    ("capabilities", "popup", "offered"),
    [
        (INLINE, None, False),
        (INLINE, "auto", False),
        (INLINE, "always", True),
        (INLINE, "never", False),
        (NO_INLINE, None, True),
        (NO_INLINE, "auto", True),
        (NO_INLINE, "always", True),
        (NO_INLINE, "never", False),
        ({}, None, True),
    ],
)
@pytest.mark.parametrize("nested", [True, False])
async def test_the_popup_is_offered_to_clients_without_ghost_text(session, capabilities, popup, offered, nested):
    options = {"completion": {"popup": popup}} if popup else None
    probe = await session(capabilities, {"foretype": options} if nested and options else options)
    assert ("completionProvider" in probe.initialized["capabilities"]) is offered


async def test_the_popup_is_answered_only_where_it_is_offered(session):
    probe = await session(INLINE)
    params = {"textDocument": {"uri": "file:///a.py"}, "position": {"line": 0, "character": 0}}
    assert (await probe.request("textDocument/completion", params))["error"]["code"] == -32601


TEXT = "".join(f"wide_{n} = '漢😀' + read_setting(default=None)\n" for n in range(20)) + "wide_20 = '漢😀' + read"
COLUMNS = {"utf-8": 26, "utf-16": 22, "utf-32": 21}
"""Of the end of the last line."""


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["utf-8", "utf-16", "utf-32"], "utf-8"),
        (["utf-32", "utf-8", "utf-16"], "utf-32"),
        (["utf-16", "utf-8"], "utf-16"),
        (["utf-7", "utf-32"], "utf-32"),
        (["latin-1", "ebcdic"], "utf-16"),
        (["UTF-8"], "utf-16"),
        (["utf-16"], "utf-16"),
        ([""], "utf-16"),
        ([], "utf-16"),
        (None, "utf-16"),
    ],
)
async def test_the_encoding_that_is_said_is_the_one_that_is_used(session, offered, chosen):
    general = {} if offered is None else {"positionEncodings": offered}
    probe = await session({**INLINE, "general": general})
    assert probe.initialized["capabilities"]["positionEncoding"] == chosen
    probe.open("file:///a.py", TEXT)
    items = await probe.inline("file:///a.py", 20, COLUMNS[chosen])
    place = {"line": 20, "character": COLUMNS[chosen]}
    assert [item["range"] for item in items] == [{"start": place, "end": place}]
    assert items[0]["insertText"].startswith("_setting(")


@pytest.mark.parametrize(
    "options",
    [
        None,
        [],
        "text",
        5,
        True,
        {"foretype": None},
        {"foretype": [1]},
        {"class": 1, "a b": {"def": 2}, "": 3, "1": 4},
        {"model": "gpt"},
        {"completion": {"popup": {"x": 1}}},
        {"enable": "yes", "exclude": 3},
        {"clientCapabilities": 5, "trusted": "yes"},
        {"editorInfo": {"name": "x"}, "editorPluginInfo": {}, "copilotCapabilities": {}},
    ],
)
async def test_any_initialization_options_are_survived(session, options):
    probe = await session(INLINE, options)
    probe.open("file:///a.py", "x = 1\n")
    assert await probe.inline("file:///a.py", 0, 0) == []


@pytest.mark.parametrize(
    "capabilities",
    [
        {},
        {"experimental": 5},
        {"experimental": {"foretype": {"status": True}}},
        {"experimental": {"foretype": [1]}},
        {"textDocument": {"inlineCompletion": None}},
        {"unknown": {"x": 1}, "textDocument": {"unknown": {}}},
        {"window": {"workDoneProgress": True}, "workspace": {"workspaceFolders": True}},
    ],
)
async def test_any_capabilities_are_survived(session, capabilities):
    probe = await session(capabilities)
    assert probe.initialized["capabilities"]["inlineCompletionProvider"] == {}


@pytest.mark.parametrize(
    "more",
    [
        {"root_uri": "vscode-vfs://github/a/b"},
        {"root_uri": "untitled:"},
        {"root_uri": "not a uri"},
        {"root_uri": "file:///no/such/folder"},
        {"root_uri": "file://host/share"},
        {"root_uri": "http://[::1"},
        {"root_uri": "file:///%00"},
        {"rootPath": "/no/such/folder"},
        {"workspaceFolders": [{"uri": "vscode-vfs://github/a", "name": "a"}, {"uri": "file:///no/such", "name": "b"}]},
        {"workspaceFolders": None},
        {"workspaceFolders": []},
        {"clientInfo": {"name": "x"}, "locale": "de", "trace": "verbose"},
    ],
)
async def test_any_workspace_is_survived(session, more):
    probe = await session(**more)
    probe.open("vscode-vfs://github/a/b/c.py", "x = 1\n")
    assert (await probe.request("textDocument/inlineCompletion", ask("vscode-vfs://github/a/b/c.py")))["result"]


def ask(uri: str) -> dict:
    return {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}, "context": {"triggerKind": 2}}
