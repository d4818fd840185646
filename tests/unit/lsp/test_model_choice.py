"""Which model a session asks: what happens while one is connected to, replaced, or fails to be connected to at all."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from foretype.errors import ServerError
from tests.unit.lsp.sessions import Client, session

pytestmark = pytest.mark.asyncio
CAPABILITIES = {"experimental": {"foretype": {"status": True}}}
OPTIONS = {"model": {"base_url": "http://127.0.0.1:9/v1", "name": "m"}}


class Asker:
    """What the session takes for a connected model; its connections close while `may_close` is set."""

    resting, rest, note, name = "", 0.0, "", "m"

    def __init__(self) -> None:
        self.seen = SimpleNamespace(error=None)
        self.governor = SimpleNamespace(changed=lambda: None, facts=lambda: pytest.fail("of a model that is gone"))
        self.may_close, self.closed = asyncio.Event(), False
        self.may_close.set()

    async def close(self) -> None:
        await self.may_close.wait()
        self.closed = True


class Connecting:
    """Stands in for connecting: makes an asker once it `may` go on, or raises what it is told to."""

    def __init__(self) -> None:
        self.begun, self.may = asyncio.Event(), asyncio.Event()
        self.made: list[Asker] = []
        self.error: Exception | None = None
        self.problem: Exception | None = None

    async def __call__(self, *_: Any) -> Asker:
        self.begun.set()
        await self.may.wait()
        if self.error is not None:
            raise self.error
        self.made.append(Asker())
        self.made[-1].seen.error = self.problem
        return self.made[-1]


@pytest.fixture
def connecting(monkeypatch: pytest.MonkeyPatch) -> Connecting:
    stands_in = Connecting()
    monkeypatch.setattr("foretype.features.ask.connect", stands_in)
    return stands_in


async def settled(client: Client) -> None:
    await asyncio.wait_for(client.server.settled(), 10)


def change_settings(client: Client) -> None:
    settings = {"foretype": {**OPTIONS, "completion": {"max_lines": len(client.received) % 20 + 1}}}
    client.notify("workspace/didChangeConfiguration", {"settings": settings})


async def test_what_nobody_foresaw_becomes_the_status_and_goes_to_the_log(
    connecting: Connecting, caplog: pytest.LogCaptureFixture
) -> None:
    connecting.error = ValueError("nobody foresaw this")
    connecting.may.set()
    async with session(CAPABILITIES, OPTIONS) as client:
        await settled(client)
        await asyncio.sleep(0)
        status = client.asked("foretype/status")[-1]["params"]
        assert (status["kind"], status["busy"]) == ("Error", False)
        assert "ValueError" in status["message"]
        assert "log" in status["message"]
        assert client.server.unusable == status["message"], "for who asks for an action"
        assert any(record.exc_info and record.exc_info[1] is connecting.error for record in caplog.records)


async def test_connections_are_closed_to_the_end_though_the_settings_change_again_meanwhile(
    connecting: Connecting,
) -> None:
    connecting.may.set()
    async with session(CAPABILITIES, OPTIONS) as client:
        await settled(client)
        first = connecting.made[0]
        first.may_close.clear()
        for _ in range(3):
            change_settings(client)
            await asyncio.sleep(0)
        await settled(client)
        assert not first.closed
        assert client.server.asker not in (None, first)
        first.may_close.set()
    assert [asker.closed for asker in connecting.made] == [True] * len(connecting.made)


async def test_a_language_that_is_switched_off_while_connecting_stays_off(connecting: Connecting) -> None:
    async with session(CAPABILITIES, OPTIONS) as client:
        await asyncio.wait_for(connecting.begun.wait(), 10)
        switch = {"command": "foretype.toggleLanguage", "arguments": ["python"]}
        client.send({"id": 1, "method": "workspace/executeCommand", "params": switch})
        await asyncio.sleep(0)
        connecting.may.set()
        await settled(client)
        assert client.server.asker is connecting.made[0]
        assert not client.server.completer.settings.enabled("python")


@pytest.mark.parametrize("problem", [None, ServerError("It is down.")])
async def test_a_snooze_shows_also_once_there_is_another_model(
    connecting: Connecting, problem: Exception | None
) -> None:
    connecting.may.set()
    async with session(CAPABILITIES, OPTIONS) as client:
        await settled(client)
        client.send({"id": 1, "method": "workspace/executeCommand", "params": {"command": "foretype.snooze"}})
        connecting.problem = problem
        change_settings(client)
        await asyncio.sleep(0)
        await settled(client)
        status = client.server.status.current
        assert len(connecting.made) == 2
        assert (status.kind, status.busy) == (("Error", False) if problem else ("Inactive", False))


async def test_what_the_model_before_still_has_to_say_is_not_the_status_of_the_next(connecting: Connecting) -> None:
    connecting.may.set()
    async with session(CAPABILITIES, OPTIONS) as client:
        await settled(client)
        before = connecting.made[0]
        connecting.may.clear()
        connecting.begun.clear()
        change_settings(client)
        await asyncio.wait_for(connecting.begun.wait(), 10)
        before.governor.changed()  # a stream of it has broken off
        assert client.server.status.current.busy, "the next is being connected to"
        connecting.may.set()
        await settled(client)
