"""Which model a session asks: what happens while one is connected to, replaced, or fails to be connected to at all."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from foretype.context.exclude import exclusions_of
from foretype.errors import ServerError
from foretype.features.ask import endpoint_of, governor_of
from foretype.scheduling.health import Facts
from foretype.scheduling.meters import Meters
from foretype.settings.model import Settings
from tests.unit.lsp.sessions import Client, session

pytestmark = pytest.mark.asyncio
CAPABILITIES = {"experimental": {"foretype": {"status": True}}}
OPTIONS = {"model": {"base_url": "http://127.0.0.1:9/v1", "name": "m"}}
TRUSTED = {**OPTIONS, "trusted": True}


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


def change_settings(client: Client, **changed: dict[str, Any]) -> None:
    changed = changed or {"exclude": [f"*.{len(client.received)}"]}
    client.notify("workspace/didChangeConfiguration", {"settings": {"foretype": {**OPTIONS, **changed}}})


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


@pytest.mark.parametrize(
    "changed",
    [
        {"completion": {"max_lines": 3}},
        {"enable": {"python": False}},
        {"actions": {"language": "German"}},
        {"index": {"enable": False}},
        {"usage": {"keep": False}},
        {"log": {"level": "debug"}},
    ],
    ids=lambda changed: next(iter(changed)),
)
async def test_settings_that_are_not_the_models_leave_it_alone(connecting: Connecting, changed: dict[str, Any]) -> None:
    """It would forget that the server is to be left alone for now, and connect to it at once."""
    connecting.may.set()
    async with session(CAPABILITIES, TRUSTED) as client:
        await settled(client)
        asker, before = connecting.made[0], client.server.settings
        asker.governor.facts = Facts
        change_settings(client, **changed)
        await settled(client)
        assert client.server.settings != before
        assert client.server.completer.settings is client.server.settings
        assert client.server.completer.model is client.server.asker is asker
        assert (len(connecting.made), asker.closed) == (1, False)
        assert (client.server.status.current.kind, client.server.status.current.busy) == ("Normal", False)


@pytest.mark.parametrize(
    "changed",
    [
        {"model": {**OPTIONS["model"], "name": "another"}},
        {"model": {**OPTIONS["model"], "timeouts": {"total": 5}}},
        {"context": {"max_tokens": 1024}},
        {"limits": {"requests_per_minute": 5}},
        {"exclude": ["*.env"]},
    ],
    ids=["name", "timeouts", "context", "limits", "exclude"],
)
async def test_settings_that_are_the_models_connect_to_it_anew(connecting: Connecting, changed: dict[str, Any]) -> None:
    connecting.may.set()
    async with session(CAPABILITIES, TRUSTED) as client:
        await settled(client)
        change_settings(client, **changed)
        await settled(client)
        assert client.server.asker is connecting.made[-1] is not connecting.made[0]
        assert connecting.made[0].closed


async def test_another_folder_is_another_model(connecting: Connecting, tmp_path: Path) -> None:
    """What it may see of the disk depends on the folders."""
    connecting.may.set()
    async with session(CAPABILITIES, OPTIONS) as client:
        await settled(client)
        added = [{"uri": tmp_path.as_uri(), "name": "added"}]
        client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": added, "removed": []}})
        while len(connecting.made) < 2:
            await asyncio.wait_for(settled(client), 10)
            await asyncio.sleep(0)
        assert client.server.asker is connecting.made[1]


async def test_one_that_is_being_connected_to_goes_on_and_takes_the_settings_of_its_end(connecting: Connecting) -> None:
    async with session(CAPABILITIES, TRUSTED) as client:
        await asyncio.wait_for(connecting.begun.wait(), 10)
        connecting.begun.clear()
        change_settings(client, completion={"max_lines": 3})
        await asyncio.sleep(0)
        connecting.may.set()
        await settled(client)
        assert not connecting.begun.is_set()
        assert client.server.completer.model is connecting.made[0]
        assert client.server.completer.settings.completion.max_lines == 3


async def test_one_that_did_not_answer_is_connected_to_again_whatever_changed(connecting: Connecting) -> None:
    """What it is asked by was chosen without knowing what it is."""
    connecting.may.set()
    connecting.problem = ServerError("It is down.")
    async with session(CAPABILITIES, TRUSTED) as client:
        await settled(client)
        connecting.problem = None
        change_settings(client, completion={"max_lines": 3})
        await settled(client)
        assert client.server.asker is connecting.made[1]
        assert client.server.status.current.kind == "Normal"


async def test_no_other_settings_count_when_the_model_is_connected_to() -> None:
    """Another one that did would not connect anew when it changes: it has to be in `Settings.asking`."""
    model, context, limits, exclude = Settings().asking
    only: Any = SimpleNamespace(model=model, context=context, limits=limits, exclude=exclude)
    assert endpoint_of(only, None)
    assert governor_of(only, Meters(None))
    assert exclusions_of(only, ())
