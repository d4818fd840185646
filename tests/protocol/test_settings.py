"""Settings on their way from the client: pushed, pulled, refused, empty, garbage, and from files with errors."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.probe import Probe
from tests.protocol.test_inline_completion import METHOD, TEXT, URI, params

pytestmark = pytest.mark.asyncio

PULLS = {"textDocument": {"inlineCompletion": {}}, "workspace": {"configuration": True}}
PUSHES = {"textDocument": {"inlineCompletion": {}}}
OFF = {"enable": {"python": False}}


async def count(probe: Probe) -> int:
    return len((await probe.request(METHOD, params()))["result"]["items"])


async def eventually(probe: Probe, wanted: int) -> None:
    """Settings are taken on a moment after the client's answer."""
    for _ in range(500):
        if await count(probe) == wanted:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"never {wanted}")


async def pulling(connect, answer: object) -> Probe:
    probe = await connect()
    probe.answers["workspace/configuration"] = answer
    await probe.initialize(PULLS)
    probe.open(URI, TEXT)
    pulled = await probe.notification("workspace/configuration")
    assert pulled["params"]["items"] == [{"section": "foretype"}]
    return probe


async def test_the_clients_configuration_is_pulled_and_applied(connect):
    probe = await pulling(connect, [OFF])
    await eventually(probe, 0)


async def test_a_change_is_pulled_again(connect):
    probe = await pulling(connect, [None])
    assert await count(probe) == 1
    probe.answers["workspace/configuration"] = [OFF]
    probe.notify("workspace/didChangeConfiguration", {"settings": None})
    await eventually(probe, 0)
    probe.answers["workspace/configuration"] = [{}]
    probe.notify("workspace/didChangeConfiguration", {"settings": {"foretype": OFF}})  # the pull is what counts
    await eventually(probe, 1)


@pytest.mark.parametrize(
    "answer", [None, [], [None], [None, None], {}, [[]], "text", [3], {"foretype": 4}, [{"x": {}}]]
)
async def test_empty_and_garbage_answers_change_nothing(connect, answer):
    probe = await pulling(connect, answer)
    probe.notify("workspace/didChangeConfiguration", {"settings": {}})
    await probe.message(
        lambda _: sum(message.get("method") == "workspace/configuration" for message in probe.received) == 2
    )
    assert await count(probe) == 1


@pytest.mark.parametrize(
    "error",
    [
        {"code": -32601, "message": "no"},
        {"code": "x", "message": 5},
        {"message": "no code"},
        {},
        "text",
        [],
    ],
)
async def test_a_refused_pull_is_harmless(connect, error):
    probe = await connect()
    await probe.initialize(PULLS)
    probe.open(URI, TEXT)
    probe.answer(await probe.notification("workspace/configuration"), error=error)
    assert await count(probe) == 1


async def test_an_answer_that_never_comes_keeps_nobody_waiting(connect):
    probe = await connect()
    await probe.initialize(PULLS)
    probe.open(URI, TEXT)
    await probe.notification("workspace/configuration")
    assert await count(probe) == 1


@pytest.mark.parametrize("settings", [OFF, {"foretype": OFF}])
async def test_pushed_settings_are_applied(session, settings):
    probe = await session(PUSHES)
    probe.open(URI, TEXT)
    assert await count(probe) == 1
    probe.notify("workspace/didChangeConfiguration", {"settings": settings})
    await eventually(probe, 0)
    probe.notify("workspace/didChangeConfiguration", {"settings": {"foretype": {"enable": {"python": True}}}})
    await eventually(probe, 1)


@pytest.mark.parametrize("settings", [None, {}, [], "text", 7, {"foretype": None}, {"foretype": []}, {"other": {}}])
async def test_pushed_garbage_changes_nothing(session, settings):
    probe = await session(PUSHES)
    probe.open(URI, TEXT)
    probe.notify("workspace/didChangeConfiguration", {"settings": settings})
    probe.notify("workspace/didChangeConfiguration", 5)
    probe.notify("workspace/didChangeConfiguration")
    assert await count(probe) == 1


async def told(probe: Probe, *words: str) -> dict:
    """The log message that holds all the words."""
    return await probe.message(
        lambda message: (
            message.get("method") == "window/logMessage" and all(word in message["params"]["message"] for word in words)
        )
    )


async def test_a_bad_option_is_told_with_its_name_and_a_suggestion(session):
    probe = await session(PUSHES, {"completion": {"treshold": 0.5}})
    probe.open(URI, TEXT)
    await told(probe, "completion.treshold", "completion.threshold")
    assert await count(probe) == 1


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("[completion]\nthreshhold = 0.3\n", "completion.threshhold"),
        ("[completion]\nmax_lines = 'many'\n", "completion.max_lines"),
        ("this is no TOML", "foretype.toml"),
        ("[completion\n", "foretype.toml"),
        ("a = '\udcff\udcfe'\n", "foretype.toml"),
        ("[model]\nbase_url = 'http://evil.example/v1'\n", "model.base_url"),
    ],
)
async def test_a_settings_file_with_errors_is_told_and_the_server_works(session, tmp_path, content, word):
    (tmp_path / "foretype.toml").write_bytes(content.encode("utf-8", "surrogateescape"))
    probe = await session(PUSHES, {"index": {"enable": False}}, root_uri=tmp_path.as_uri())
    probe.open(URI, TEXT)
    message = await told(probe, word)
    assert message["params"]["type"] in (1, 2, 3)
    assert await count(probe) == 1


async def test_a_changed_settings_file_is_read_when_the_client_says_so(session, tmp_path):
    file = tmp_path / "foretype.toml"
    probe = await session(PUSHES, {"index": {"enable": False}}, root_uri=tmp_path.as_uri())
    probe.open(URI, TEXT)
    assert await count(probe) == 1
    file.write_text("[enable]\npython = false\n")
    probe.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": file.as_uri(), "type": 1}]})
    await eventually(probe, 0)
    file.unlink()
    probe.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": file.as_uri(), "type": 3}]})
    await eventually(probe, 1)


async def test_folders_come_and_go(session, tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, text in ((one, "[enable]\npython = false\n"), (other, "")):
        folder.mkdir()
        (folder / "foretype.toml").write_text(text)
    probe = await session(PUSHES, {"index": {"enable": False}})
    probe.open(URI, TEXT)
    assert await count(probe) == 1
    event = {"added": [{"uri": one.as_uri(), "name": "one"}, {"uri": other.as_uri(), "name": "other"}], "removed": []}
    probe.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    await eventually(probe, 0)
    event = {"added": [], "removed": [{"uri": one.as_uri(), "name": "one"}]}
    probe.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    await eventually(probe, 1)


@pytest.mark.parametrize(
    "uri",
    ["untitled:x", "vscode-vfs://github/x", "", "http://[::1", "file:///%00", "file:///no/such/file", "file://x", "ü"],
)
async def test_any_folder_and_any_changed_file_is_survived(session, uri):
    probe = await session(PUSHES, {"index": {"enable": False}})
    probe.open(URI, TEXT)
    folder = {"uri": uri, "name": "x"}
    for event in ({"added": [folder], "removed": []}, {"added": [], "removed": [folder, folder]}):
        probe.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    probe.notify("workspace/didChangeWorkspaceFolders", {"event": 3})
    changes = [{"uri": uri, "type": kind} for kind in (1, 2, 3, 9)]
    probe.notify("workspace/didChangeWatchedFiles", {"changes": changes})
    probe.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri}]})
    probe.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    assert await count(probe) == 1


async def test_watchers_are_registered_where_the_client_takes_them(connect):
    probe = await connect()
    dynamic = {"dynamicRegistration": True}
    workspace = {"didChangeWatchedFiles": dynamic, "didChangeConfiguration": dynamic}
    await probe.initialize({**PUSHES, "workspace": workspace})
    request = await probe.notification("client/registerCapability")
    methods = {registration["method"] for registration in request["params"]["registrations"]}
    assert methods == {"workspace/didChangeWatchedFiles", "workspace/didChangeConfiguration"}
    probe.answer(request, error={"code": -32603, "message": "not today"})
    probe.open(URI, TEXT)
    assert await count(probe) == 1
    assert "not today" not in json.dumps([message for message in probe.received if message is not request])
