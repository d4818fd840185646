"""Many clients at once and one after another, none of which can disturb another."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest

from tests.probe import Probe, frame

pytestmark = pytest.mark.asyncio

TEXT = "".join(f'value_{n} = read_setting("value_{n}", default=None)\n' for n in range(20))


async def works(probe: Probe, uri: str = "file:///w.py") -> None:
    probe.open(uri, TEXT + "value_99 = read")
    items = await probe.inline(uri, 20, 15)
    assert items[0]["insertText"].startswith("_setting(")


async def test_clients_one_after_another_and_at_once(connect):
    for _ in range(3):
        probe = await connect()
        await probe.initialize()
        await works(probe)
        await probe.request("shutdown")
        probe.notify("exit")
        await probe.gone()
    together = [await connect() for _ in range(8)]
    await asyncio.gather(*(probe.initialize() for probe in together))
    await asyncio.gather(*(works(probe) for probe in together))


async def test_clients_share_no_documents_ids_or_settings(session):
    one, other = await session(), await session(options={"enable": {"python": False}})
    one.open("file:///same.py", TEXT + "value_99 = read")
    assert (await other.request("textDocument/inlineCompletion", inline("file:///same.py")))["result"] is None
    other.open("file:///same.py", "nothing = here\n")
    items = await one.inline("file:///same.py", 20, 15)
    identity = items[0]["command"]["arguments"]
    accepted = {"command": "foretype.accepted", "arguments": identity}
    assert (await other.request("workspace/executeCommand", accepted))["result"] is False
    assert await other.inline("file:///same.py", 0, 0) == []
    assert (await one.request("workspace/executeCommand", accepted))["result"] is True


def inline(uri: str) -> dict:
    position = {"line": 20, "character": 15}
    return {"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": 2}}


async def test_what_one_client_does_wrong_is_not_logged_to_another(session):
    quiet, loud = await session(), await session(options={"no_such_option_of_ours": 1})
    await loud.message(lambda message: "no_such_option_of_ours" in json.dumps(message))
    await works(quiet)
    assert "no_such_option_of_ours" not in json.dumps(quiet.received)


@pytest.mark.parametrize(
    "misdeed",
    [
        b"\0" * 200_000,
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"Content-Length: 100000\r\n\r\n{",
        frame(b"[" * 50_000),
        frame({"jsonrpc": "2.0", "method": "exit"}),
        frame({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}),
    ],
)
async def test_a_misbehaving_client_disturbs_nobody(session, connect, misdeed):
    good, bad = await session(), await connect()
    bad.send_bytes(misdeed)
    await works(good, "file:///before.py")
    await bad.stop()
    await works(good, "file:///after.py")
    late = await session()
    await works(late)


async def test_a_reset_connection_disturbs_nobody(session, tcp_server):
    good = await session()
    for _ in range(5):
        rude = socket.create_connection((tcp_server.host, tcp_server.port))
        rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        rude.sendall(frame({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}) * 50)
        rude.close()
    await works(good)


async def test_a_client_that_reads_nothing_disturbs_nobody(session):
    good, deaf = await session(), await session()
    deaf.reading.cancel()
    await asyncio.gather(deaf.reading, return_exceptions=True)
    request = frame({"jsonrpc": "2.0", "id": 1, "method": "x" * 70})
    for _ in range(20):
        deaf.send_bytes(request * 1_000)
        await asyncio.wait_for(deaf.writer.drain(), 20)
    await works(good)


async def test_it_listens_on_this_machine_only(tcp_server):
    assert tcp_server.host == "127.0.0.1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing; only asks which address this machine would use
        own = probe.getsockname()[0]
    if own.startswith("127."):
        pytest.skip("this machine has no address but loopback")
    with socket.socket() as outside:
        outside.settimeout(2)
        assert outside.connect_ex((own, tcp_server.port)) != 0


async def test_a_port_that_is_taken_is_said_in_one_line(start, tcp_server):
    probe = await start("--tcp", "--port", str(tcp_server.port))
    assert await probe.gone() == 1
    said = bytes(probe.errors).decode()
    assert said.startswith(f"foretype cannot listen on 127.0.0.1:{tcp_server.port}: ")
    assert said.count("\n") == 1
