"""`foretype/suggestionChanged`: more to show where nothing was typed since, told to clients that ask for it."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from tests.probe import Probe
from tests.stub import StubServer, replies

pytestmark = pytest.mark.asyncio

CHANGED = "foretype/suggestionChanged"
METHOD = "textDocument/inlineCompletion"
URI = "file:///grown.py"
TEXT = "def area(shapes):\n    "
LINES = ["total = 0\n", "    for shape in shapes:\n", "        total += shape\n", "    return total\n", "\n\nx"]
OURS = {"status": True, "suggestionChanged": True, "dismissed": True}
ASKING = {"textDocument": {"inlineCompletion": {}}, "experimental": {"foretype": OURS}}
CLIENTS = {
    "not asked for": {"textDocument": {"inlineCompletion": {}}},
    "dismissals unheard": {**ASKING, "experimental": {"foretype": {**OURS, "dismissed": False}}},
}
BLOCK = {"multiline": "always", "prefetch": "never"}
PAUSE = 0.7
"""Seconds between two lines of the stub's: more than an answer waits for the next, and than two looks take."""


def place(character: int = 4) -> dict:
    position = {"line": 1, "character": character}
    return {"textDocument": {"uri": URI}, "position": position, "context": {"triggerKind": 2}}


def told(probe: Probe) -> list[dict]:
    return [message["params"] for message in probe.received if message.get("method") == CHANGED]


def statuses(probe: Probe) -> list[dict]:
    return [message["params"] for message in probe.received if message.get("method") == "foretype/status"]


async def opened(session, stub: StubServer, capabilities: dict, **completion: object) -> Probe:
    model = {"base_url": stub.url, "name": "stub", "mode": "chat"}
    probe = await session(capabilities, {"model": model, "completion": {**BLOCK, **completion}})
    probe.open(URI, TEXT)
    return probe


async def first_answer(probe: Probe) -> str:
    """What is shown first by the model; before it is connected to, there is nothing to be shown."""
    for _ in range(200):
        result = (await probe.request(METHOD, place()))["result"]
        if result and result["items"]:
            return result["items"][0]["insertText"]
        await asyncio.sleep(0.05)
    raise AssertionError("nothing was suggested")


async def shown(probe: Probe, character: int = 4) -> str:
    return (await probe.request(METHOD, place(character)))["result"]["items"][0]["insertText"]


async def test_a_block_that_grows_is_told_and_asked_for_until_it_is_whole(session):
    async with StubServer(replies.chat(LINES).slowly(PAUSE)) as stub:
        probe = await opened(session, stub, ASKING)
        texts = [await first_answer(probe)]
        probe.received.clear()
        while "return total" not in texts[-1]:
            await probe.notification(CHANGED)
            assert told(probe) == [{"uri": URI, "version": 1}]
            probe.received.clear()
            texts.append(await shown(probe))
        assert len(stub.asked) == 1
    assert len(texts) > 2
    assert all(later.startswith(earlier) and later != earlier for earlier, later in pairwise(texts))
    assert texts[-1] == "".join(LINES[:4]).rstrip("\n")


async def quiet(probe: Probe, stub: StubServer) -> None:
    """The stream has ended, and has been looked at since for as often as it would be."""
    request = await stub.request()
    while request.finished_at is None and request.closed_at is None:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.6)  # only time can show that nothing comes
    assert told(probe) == []


@pytest.mark.parametrize("how", ["not asked for", "dismissals unheard", "typed", "dismissed", "asked elsewhere"])
async def test_nobody_is_told_who_does_not_wait_for_it(session, how):
    async with StubServer(replies.chat(LINES[:2]).slowly(PAUSE)) as stub:
        probe = await opened(session, stub, CLIENTS.get(how, ASKING))
        while not stub.asked:
            result = (await probe.request(METHOD, place()))["result"]
            await asyncio.sleep(0.05)
        probe.received.clear()
        if how == "typed":
            probe.insert(URI, 2, 1, 4, "to")
        elif how == "dismissed":
            probe.notify("foretype/dismissed", {"id": result["items"][0]["command"]["arguments"][0]})
        elif how == "asked elsewhere":
            elsewhere = {"line": 0, "character": 3}
            await probe.request(METHOD, {**place(), "position": elsewhere})
        await quiet(probe, stub)


async def test_a_model_that_is_ready_is_told_where_nothing_was_shown(session):
    async with StubServer(replies.chat(LINES)) as stub:
        probe = await opened(session, stub, ASKING)
        assert (await probe.request(METHOD, place()))["result"]["items"] == []
        assert not stub.asked
        await probe.notification(CHANGED)
        assert told(probe) == [{"uri": URI, "version": 1}]
        assert (await shown(probe)).startswith("total = 0")


async def test_a_model_that_is_ready_is_not_told_where_something_was_typed_since(session):
    async with StubServer(replies.chat(LINES)) as stub:
        probe = await opened(session, stub, ASKING)
        assert (await probe.request(METHOD, place()))["result"]["items"] == []
        probe.insert(URI, 2, 1, 4, "x = 1  # and no request follows")
        while not any(status["busy"] for status in statuses(probe)) or statuses(probe)[-1]["busy"]:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)  # only time can show that nothing comes
        assert told(probe) == []
