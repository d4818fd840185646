"""From the first byte to the exit code: what a session may hear before, during and after its life."""

from __future__ import annotations

import asyncio
import os
import sys
import time

import pytest

from tests.probe import frame

pytestmark = pytest.mark.asyncio

INLINE = "textDocument/inlineCompletion"
NOT_INITIALIZED, INVALID_REQUEST, INVALID_PARAMS = -32002, -32600, -32602
GOOD = {"textDocument": {"uri": "file:///a.py"}, "position": {"line": 0, "character": 0}, "context": {"triggerKind": 2}}
QUICK = 2.0
"""Seconds in which a server has to have left; the bar of the specification's readers, not a measurement."""


@pytest.mark.parametrize("method", [INLINE, "shutdown", "nobody/knows", "workspace/executeCommand"])
async def test_requests_before_initialize_are_refused(connect, method):
    probe = await connect()
    assert (await probe.request(method, {}))["error"]["code"] == NOT_INITIALIZED
    assert "capabilities" in await probe.initialize()


async def test_notifications_before_initialize_are_dropped(connect):
    probe = await connect()
    probe.open("file:///a.py", "x = 1\n")
    await probe.initialize()
    assert (await probe.request(INLINE, GOOD))["result"] is None  # not open: the opening was not heard


async def test_a_second_initialize_is_refused_and_changes_nothing(session):
    probe = await session()
    probe.open("file:///a.py", "x = 1\n")
    again = await probe.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    assert again["error"]["code"] == INVALID_REQUEST
    assert (await probe.request(INLINE, GOOD))["result"] == {"items": []}


@pytest.mark.parametrize(
    "params",
    [
        None,
        [],
        {},
        {"capabilities": 5},
        {"capabilities": {}, "processId": "seven"},
        {"capabilities": {"general": {"positionEncodings": 8}}},
        {"capabilities": {}, "workspaceFolders": [{"name": "no uri"}]},
    ],
)
async def test_a_bad_initialize_is_answered_and_a_good_one_may_follow(connect, params):
    probe = await connect()
    assert (await probe.request("initialize", params))["error"]["code"] == INVALID_PARAMS
    assert "capabilities" in await probe.initialize()


async def test_requests_after_shutdown_are_refused(session):
    probe = await session()
    shutdown = await probe.request("shutdown")
    assert shutdown["result"] is None
    assert "error" not in shutdown
    for method in (INLINE, "shutdown", "initialize", "nobody/knows"):
        assert (await probe.request(method, GOOD))["error"]["code"] == INVALID_REQUEST
    probe.notify("textDocument/didOpen", {"textDocument": 5})
    probe.notify("exit")
    await probe.gone()


async def test_shutdown_answers_what_is_still_running(session):
    """An executeCommand in flight made pygls answer shutdown with an error; here all get their one answer."""
    probe = await session()
    probe.open("file:///a.py", "x = 1\n")
    requests = [{"jsonrpc": "2.0", "id": f"r{number}", "method": INLINE, "params": GOOD} for number in range(20)]
    command = {"command": "foretype.accepted", "arguments": []}
    requests.append({"jsonrpc": "2.0", "id": "r20", "method": "workspace/executeCommand", "params": command})
    requests.append({"jsonrpc": "2.0", "id": "r21", "method": "shutdown"})
    probe.send_bytes(b"".join(map(frame, requests)))
    probe.send_bytes(frame({"jsonrpc": "2.0", "method": "exit"}))
    await probe.gone()
    answered = sorted(message["id"] for message in probe.received if str(message.get("id")).startswith("r"))
    assert answered == sorted(request["id"] for request in requests)
    codes = {message["error"]["code"] for message in probe.received if "error" in message}
    assert codes <= {-32800}


@pytest.mark.parametrize(
    ("messages", "end_of_input", "code"),
    [
        (["exit"], False, 1),
        (["initialize", "exit"], False, 1),
        (["initialize", "shutdown", "exit"], False, 0),
        (["initialize", "shutdown"], True, 0),
        (["initialize"], True, 1),
        ([], True, 1),
    ],
)
async def test_exit_codes_are_the_specifications(start, messages, end_of_input, code):
    probe = await start()
    for method in messages:
        if method == "initialize":
            await probe.initialize()
        elif method == "shutdown":
            await probe.request(method)
        else:
            probe.notify(method)
    await probe.writer.drain()
    if end_of_input:
        probe.writer.close()
    assert await probe.gone() == code
    assert bytes(probe.errors) == b""


async def test_it_leaves_at_once_when_input_ends_while_a_model_is_asked(start):
    """Whatever is running; the model here never answers."""
    silent = await asyncio.start_server(lambda reader, writer: asyncio.sleep(60), "127.0.0.1", 0)
    async with silent:
        address = f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}/v1"
        probe = await start()
        await probe.initialize(options={"model": {"base_url": address, "name": "m"}})
        probe.open("file:///a.py", "x = 1\n")
        probe.begin_inline("file:///a.py", 0, 5)
        await probe.request(INLINE, {**GOOD, "textDocument": {"uri": "file:///none.py"}})
        probe.writer.close()
        left = time.monotonic()
        assert await probe.gone() == 1
        assert time.monotonic() - left < QUICK


async def test_it_leaves_when_the_editors_process_dies_although_the_pipe_stays_open(start):
    editor = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE)
    probe = await start()
    await probe.initialize(process_id=editor.pid)
    editor.kill()
    await editor.wait()
    died = time.monotonic()
    assert await probe.gone() == 1
    assert time.monotonic() - died < QUICK
    assert not probe.writer.is_closing() or probe.process.returncode == 1


@pytest.mark.parametrize("process_id", [None, 0, -1, pytest.param(os.getpid(), id="ours"), 2**31 - 1, 2**40])
async def test_it_stays_while_the_editors_process_lives_or_cannot_be_seen(session, process_id):
    probe = await session(process_id=process_id)
    assert (await probe.request("workspace/executeCommand", {"command": "foretype.accepted"}))["result"] is False


async def test_a_process_that_is_gone_already_is_not_watched(session):
    """An editor in another container has a number that means nothing here, or soon nothing."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await process.wait()
    probe = await session(process_id=process.pid)
    assert (await probe.request("workspace/executeCommand", {"command": "foretype.accepted"}))["result"] is False


@pytest.mark.parametrize("more", [["--stdio"], ["serve", "--stdio"], ["--stdio", "--clientProcessId=1"]])
async def test_the_flags_that_editors_add_are_taken(start, more):
    probe = await start(*more)
    await probe.initialize()
    assert await probe.close() == 0
