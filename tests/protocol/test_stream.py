"""Bytes as real and broken clients send them: headers of any form, any split, any size, and recovery after noise."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

from tests.probe import Probe, frame
from tests.protocol.presets import SURE

pytestmark = pytest.mark.asyncio

PARSE_ERROR = -32700


def question(request_id: object) -> bytes:
    """The body of a request that is answered with False."""
    params = {"command": "foretype.accepted", "arguments": ["?"]}
    return json.dumps(
        {"jsonrpc": "2.0", "id": request_id, "method": "workspace/executeCommand", "params": params}
    ).encode()


async def answer(probe: Probe, request_id: object) -> dict:
    return await probe.message(lambda message: message.get("id") == request_id and "method" not in message)


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: {}\r\n\r\n",
        "content-length: {}\r\n\r\n",
        "CONTENT-LENGTH: {}\r\n\r\n",
        "Content-Length:{}\r\n\r\n",
        "Content-Length :  {} \r\n\r\n",
        "Content-Length: {}\n\n",
        "Content-Length: {}\n\r\n",
        "Content-Length: 00{}\r\n\r\n",
        "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
        "Content-Length: {}\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
        "X-Trace: a:b:c\r\nnonsense\r\nContent-Length: {}\r\n: \r\n\r\n",
        "\r\n\r\nContent-Length: {}\r\n\r\n",
    ],
)
async def test_headers_of_any_form_are_understood(session, head):
    probe = await session()
    body = question("h")
    probe.send_bytes(head.format(len(body)).encode() + body)
    assert (await answer(probe, "h"))["result"] is False
    assert not any("error" in message for message in probe.received)


@pytest.mark.parametrize(
    "noise",
    [
        b"Content-Length: -5\r\n\r\n" + question("lost"),
        b"Content-Length: many\r\n\r\n" + question("lost"),
        b"Content-Length: 99999999999999999999\r\n\r\n" + question("lost"),
        b"Content-Length:\r\n\r\n" + question("lost"),
        b"X-Only: unknown\r\n\r\n" + question("lost"),
        b"Content-Length: 3\r\n\r\n" + question("lost"),
        b"Content-Length: %d\r\n\r\n" % (len(question("lost")) - 1) + question("lost"),
        b"Content-Length: 0\r\n\r\n",
        b"\0\1\2\xff\r\n\r\n",
    ],
)
async def test_a_message_that_cannot_be_cut_out_is_reported_and_the_next_is_read(session, noise):
    probe = await session()
    probe.send_bytes(noise + frame(question("next")))
    assert (await answer(probe, "next"))["result"] is False
    reported = [message["error"]["code"] for message in probe.received if "error" in message]
    assert reported
    assert set(reported) == {PARSE_ERROR}


@pytest.mark.parametrize("excess", [1, 2, 20, 100])
async def test_too_long_a_length_costs_one_message_only(session, excess):
    probe = await session()
    body = question("long")
    probe.send_bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body) + excess, body))
    probe.send_bytes(frame(question("next")) + frame(question("last")))
    assert (await answer(probe, "next"))["result"] is False
    assert (await answer(probe, "last"))["result"] is False


async def test_one_byte_at_a_time(start):
    probe = await start()
    begin = {"jsonrpc": "2.0", "id": "i", "method": "initialize", "params": {"capabilities": {}}}
    for byte in frame(begin) + frame(question("slow")):
        probe.send_bytes(bytes([byte]))
        await probe.writer.drain()
        await asyncio.sleep(0)
    assert "result" in await answer(probe, "i")
    assert (await answer(probe, "slow"))["result"] is False
    assert await probe.close() == 0


async def test_many_messages_in_one_write_are_answered_in_order(session):
    probe = await session()
    probe.send_bytes(b"".join(frame(question(f"m{number}")) for number in range(500)))
    await answer(probe, "m499")
    answered = [message["id"] for message in probe.received if str(message.get("id", "")).startswith("m")]
    assert answered == [f"m{number}" for number in range(500)]


async def test_a_message_of_ten_megabytes(start):
    probe = await start()
    await probe.initialize()
    line = "x = 'ü😀'\n"
    probe.open("file:///big.py", line * (10_000_000 // len(line.encode())))
    probe.insert("file:///big.py", 2, 0, 0, "y = 1\n")
    probe.open("file:///small.py", "a = 1\n")
    assert await probe.inline("file:///big.py", 1, 0) == []
    assert (await probe.request("textDocument/hover", {}))["error"]["code"] == -32601
    assert await probe.close() == 0


async def test_a_client_that_stops_reading_does_not_stop_the_server(start):
    """The answers fill the pipe many times over; every request is still handled and answered once read."""
    probe = await start("--log-level", "off")
    await probe.initialize()
    await probe.request("workspace/executeCommand", {"command": "foretype.accepted"})
    probe.reading.cancel()
    await asyncio.gather(probe.reading, return_exceptions=True)
    probe.reader._limit = 1024  # what is in the pipe stays there
    unknown = "x" * 70
    requests = [frame({"jsonrpc": "2.0", "id": f"{number}", "method": unknown}) for number in range(20_000)]
    for batch in range(0, len(requests), 500):
        probe.send_bytes(b"".join(requests[batch : batch + 500]))
        # The server takes in everything, or this would wait for ever.
        await asyncio.wait_for(probe.writer.drain(), 20)
    probe.reader._limit = 2**26
    probe.reader._maybe_resume_transport()
    probe.reading = asyncio.get_running_loop().create_task(probe._read())
    await answer(probe, "19999")
    assert sum("error" in message for message in probe.received) == len(requests)
    assert await probe.close() == 0


async def test_a_stray_print_cannot_break_the_protocol(start):
    """Through sys.stdout, and through the file descriptor, as a C library or a child process would."""
    program = (
        "import os, subprocess, sys; from foretype.lsp.server import Server; from foretype.cli.main import main\n"
        "accepted = Server.accepted\n"
        "def noisy(self, arguments):\n"
        "    print('stray'); sys.stdout.flush(); os.write(1, b'raw stray\\n')\n"
        "    subprocess.run(['echo', 'child stray'])\n"
        "    return accepted(self, arguments)\n"
        "Server.accepted = noisy\n"
        "main([])\n"
    )
    probe = await start("-c", program, command=(sys.executable,))
    await probe.initialize()
    for _ in range(3):
        response = await probe.request("workspace/executeCommand", {"command": "foretype.accepted"})
        assert response["result"] is False
    assert await probe.close() == 0
    for word in (b"stray\n", b"raw stray\n", b"child stray\n"):
        assert word in bytes(probe.errors)


async def test_request_and_edit_in_one_write_over_stdio(start):
    """The answer is for the text before the edit, or null; the next one is for the text after it."""
    probe = await start(*SURE)
    await probe.initialize()
    above = "".join(f"value_{n} = read_setting(default=None)\n" for n in range(20))
    probe.open("file:///a.py", above + "value_99 = read")
    here = {"line": 20, "character": 15}
    place = {"textDocument": {"uri": "file:///a.py"}, "position": here, "context": {"triggerKind": 2}}
    change = {
        "textDocument": {"uri": "file:///a.py", "version": 2},
        "contentChanges": [{"range": {"start": here, "end": here}, "text": "_setting("}],
    }
    after = {**place, "position": {"line": 20, "character": 24}}
    probe.send_bytes(
        frame({"jsonrpc": "2.0", "id": "before", "method": "textDocument/inlineCompletion", "params": place})
        + frame({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": change})
        + frame({"jsonrpc": "2.0", "id": "after", "method": "textDocument/inlineCompletion", "params": after})
    )
    assert (await answer(probe, "before"))["result"] is None
    (item,) = (await answer(probe, "after"))["result"]["items"]
    assert item["insertText"] == "default=None)"
    assert await probe.close() == 0
