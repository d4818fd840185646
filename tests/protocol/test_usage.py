"""Limits, usage and health as an editor meets them: a real server, a stub for the model."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from tests.probe import Probe
from tests.protocol.test_inline_completion import METHOD, REST, URI, params
from tests.protocol.test_model import BY_HAND, OPTED_IN, connected, items, statuses
from tests.stub import StubServer, replies

pytestmark = pytest.mark.asyncio
ANSWER = replies.chat(["_setting(model)"])


async def usage(probe: Probe, **asked: object) -> dict:
    return (await probe.request("foretype/usage", asked))["result"]


async def test_what_was_asked_shown_and_accepted_is_counted(session):
    async with StubServer(ANSWER) as stub:
        probe = await connected(session, stub, completion={"prefetch": "never", "alternatives": 1})
        before = await usage(probe)
        response = await probe.request(METHOD, params(context=BY_HAND))
        assert items(response) == ["_setting(model)"]
        probe.insert(URI, 2, 20, 15, "_setting(model)")
        await probe.request("workspace/executeCommand", response["result"]["items"][0]["command"])
        # Half a minute later, or now, since the document is closed: what was accepted is still there.
        probe.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        values = await usage(probe)

    def more(*path: str) -> int:
        found, was = values, before
        for name in path:
            found, was = found.get(name, {}), was.get(name, {})
        return (found or 0) - (was or 0)

    assert more("totals", "requests") == more("models", "stub", "requests") == 1
    assert more("totals", "promptTokens") == 12
    assert more("totals", "cachedTokens") == 8
    assert [more(name, "model") for name in ("hits", "shown", "accepted", "kept")] == [1, 1, 1, 1]
    assert more("lastMinute", "requests") == 1
    assert {"gate", "prompt", "wait", "first_token", "total", "answer"} == set(values["latency"])


async def test_what_was_taken_back_was_not_kept(session):
    async with StubServer(ANSWER) as stub:
        probe = await connected(session, stub, completion={"prefetch": "never", "alternatives": 1})
        before = (await usage(probe))["kept"].get("model", 0)
        response = await probe.request(METHOD, params(context=BY_HAND))
        await probe.request("workspace/executeCommand", response["result"]["items"][0]["command"])
        probe.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        assert (await usage(probe))["kept"].get("model", 0) == before


async def test_numbers_are_not_written_where_the_user_does_not_want_it(start, tmp_path: Path):
    async with StubServer(ANSWER) as stub:

        async def session(*arguments, **more):
            probe = await start("--stdio", "--set", "usage.keep=false", env={"XDG_STATE_HOME": str(tmp_path)})
            await probe.initialize(*arguments, **more)
            return probe

        probe = await connected(session, stub, completion={"prefetch": "never", "alternatives": 1})
        await probe.request(METHOD, params(context=BY_HAND))
        assert (await usage(probe))["totals"]["requests"] == 1
        assert await probe.close() == 0
    assert [file.name for file in (tmp_path / "foretype").iterdir() if file.name.startswith("usage")] == []


@pytest.mark.parametrize("days", [0, -1, 401, "x", 1.5, True])
async def test_days_that_make_no_sense(session, days):
    probe = await session(OPTED_IN)
    assert (await probe.request("foretype/usage", {"days": days}))["error"]["code"] == -32602


async def test_without_parameters_it_is_about_today(session):
    probe = await session(OPTED_IN)
    assert (await probe.request("foretype/usage"))["result"]["days"] == 1


async def test_without_room_the_embedded_engine_answers_and_the_status_says_until_when(session):
    async with StubServer(ANSWER) as stub:
        probe = await connected(
            session, stub, limits={"requests_per_minute": 1}, completion={"prefetch": "never", "alternatives": 1}
        )
        other = await connected(
            session, stub, limits={"requests_per_minute": 1}, completion={"prefetch": "never", "alternatives": 1}
        )
        assert items(await probe.request(METHOD, params(context=BY_HAND))) == ["_setting(model)"]
        # Another window of the same user has no room either.
        assert items(await other.request(METHOD, params(context=BY_HAND))) == [REST]
        await other.message(lambda _: statuses(other)[-1]["kind"] == "Warning")
        assert statuses(other)[-1]["message"].startswith("Limited until ")
        for _ in range(3):
            assert items(await other.request(METHOD, params(context=BY_HAND))) == [REST]
        assert len(stub.asked) == 1
        logged = [m for m in other.received if m.get("method") == "window/logMessage" and "Limited" in str(m)]
        assert len(logged) == 1
        assert not [m for m in other.received if m.get("method") == "window/showMessage"]


async def test_files_that_cannot_be_used_disturb_nobody(start, tmp_path: Path):
    """Damaged, and locked by somebody else: said once in the log, and typing goes on."""
    state = tmp_path / "foretype"
    state.mkdir()
    (state / "usage.sqlite").write_bytes(b"damaged " * 1_000)
    holder = sqlite3.connect(state / "limits.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        async with StubServer(ANSWER) as stub:

            async def session(*arguments, **more):
                probe = await start("--stdio", env={"XDG_STATE_HOME": str(tmp_path)})
                await probe.initialize(*arguments, **more)
                return probe

            probe = await connected(session, stub, completion={"prefetch": "never", "alternatives": 1})
            assert items(await probe.request(METHOD, params(context=BY_HAND))) == ["_setting(model)"]
            probe.insert(URI, 2, 20, 15, "_set")
            following = params(position={"line": 20, "character": 19}, context=BY_HAND)
            assert items(await probe.request(METHOD, following)) == ["ting(model)"]
            assert (await usage(probe))["totals"]["requests"] == 1
            logged = [m["params"]["message"] for m in probe.received if m.get("method") == "window/logMessage"]
            assert len([one for one in logged if "not shared" in one]) == 1
            assert len([one for one in logged if "Usage stays" in one]) == 1
            assert await asyncio.wait_for(probe.close(), 15) == 0
    finally:
        holder.close()
    assert (state / "usage.sqlite.damaged").exists()
