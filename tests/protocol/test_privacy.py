"""Nothing that the user writes, and no secret, is ever logged: not at level debug, not when everything goes wrong."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

from tests.probe import frame
from tests.protocol.test_inline_completion import METHOD, PATTERN, params
from tests.stub import StubServer, replies

pytestmark = pytest.mark.asyncio

MARKER = "xyzzyMarkerOfTheUser"
KEY = "sk-plughSecretKey"
URI = f"file:///w/{MARKER}.py"


async def test_payloads_and_keys_are_never_logged(start):
    """Every way in that carries text: documents, edits, arguments, broken messages, answers of a model, errors."""
    script = [
        replies.chat([f'_setting("{MARKER}")']),
        replies.error(400, f"cannot parse: {MARKER}"),
        replies.whole(200, f"{{broken {MARKER}"),
        replies.error(401, f"bad key {KEY}"),
    ]
    async with StubServer(*script) as stub:
        probe = await start("--log-level", "debug", env={"FORETYPE_API_KEY": KEY})
        model = {"base_url": stub.url, "name": "stub", "headers": {"X-Own": KEY}}
        await probe.initialize(options={"model": model, "unknown": {"x": KEY}}, trace="verbose")
        text = f"# {MARKER}\n{PATTERN}value_99 = read"
        probe.open(URI, text)
        here = {"textDocument": {"uri": URI}, "position": {"line": 21, "character": 15}}
        asked = params(**here, context={"triggerKind": 1})
        for number in range(100):
            probe.insert(URI, number + 2, 0, 2, f"{MARKER} ")
            before = len(stub.asked)
            await probe.request(METHOD, asked)
            if len(stub.asked) == len(script):
                break
            if len(stub.asked) > before:  # other settings end the rest after a failure
                settings = {"foretype": {"completion": {"max_lines": number + 2}}}
                probe.notify("workspace/didChangeConfiguration", {"settings": settings})
            await asyncio.sleep(0.05)  # the connection is made in the background
        probe.send_bytes(frame(f'{{"broken": "{MARKER}"'.encode()))
        probe.send_bytes(f"Content-Length: {MARKER}\r\n\r\n".encode())
        probe.notify(MARKER, {"text": MARKER})
        probe.notify("textDocument/didChange", {"textDocument": {"uri": URI}, "contentChanges": [{"text": [MARKER]}]})
        probe.notify("textDocument/didOpen", {"textDocument": {"uri": 5, "text": MARKER}})
        probe.notify("workspace/didChangeConfiguration", {"settings": {"model": {"api_key_env": KEY}}})
        probe.send_bytes(frame({"jsonrpc": "2.0", "id": MARKER, "result": MARKER}))
        command = {"command": "foretype.accepted", "arguments": [MARKER, {"jsonrpc": MARKER}]}
        await probe.request("workspace/executeCommand", command)
        await probe.request("workspace/executeCommand", {"command": "unknown", "arguments": [MARKER]})
        await probe.request(METHOD, {"textDocument": {"uri": URI}, "position": MARKER})
        assert len(stub.asked) == len(script)
        assert await probe.close() == 0
    logged = [json.dumps(message) for message in probe.received if message.get("method") == "window/logMessage"]
    assert logged
    for secret in (MARKER, KEY):
        assert [line for line in logged if secret in line and "is not known" not in line] == []
        assert secret not in bytes(probe.errors).decode()
    errors = [json.dumps(message["error"]) for message in probe.received if "error" in message]
    assert errors
    assert not any(secret in error for error in errors for secret in (MARKER, KEY))


async def test_a_handler_that_fails_says_so_without_its_inside(start):
    """A mistake of ours: the answer has no traceback and no path, the log has the traceback and no user text."""
    program = (
        "from foretype.features.complete import Completer; from foretype.cli.main import main\n"
        "def broken(self, request):\n"
        "    raise ZeroDivisionError('inside')\n"
        "Completer.complete = broken\n"
        "main([])\n"
    )
    probe = await start("-c", program, command=(sys.executable,))
    await probe.initialize()
    probe.open(URI, f"# {MARKER}\n")
    response = await probe.request(METHOD, params(textDocument={"uri": URI}))
    assert response["error"] == {"code": -32603, "message": "The server made a mistake; its log says more."}
    message = await probe.message(
        lambda received: (
            received.get("method") == "window/logMessage" and "ZeroDivisionError" in received["params"]["message"]
        )
    )
    assert MARKER not in json.dumps(message)
    response = await probe.request("workspace/executeCommand", {"command": "foretype.accepted"})
    assert response["result"] is False
    assert await probe.close() == 0
