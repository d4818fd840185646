"""Snoozes by two clocks, and what is under way when something is switched."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, tzinfo
from typing import Any

import pytest

from foretype.lsp import switches
from tests.unit.lsp.sessions import Client, session

pytestmark = pytest.mark.asyncio
URI = "untitled:a"


def command(client: Client, name: str, *arguments: Any) -> None:
    client.send({"id": 1, "method": "workspace/executeCommand", "params": {"command": name, "arguments": [*arguments]}})


async def until(true: Any) -> None:
    for _ in range(5_000):
        if true():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("never")


async def test_a_snooze_is_over_by_the_calendar_where_the_machine_slept_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Calendar(datetime):
        ahead = timedelta()

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + cls.ahead

    monkeypatch.setattr(switches, "datetime", Calendar)
    monkeypatch.setattr(switches, "LOOKS", 0.001, raising=False)
    async with session() as client:
        command(client, switches.SNOOZE, 60)
        await asyncio.sleep(0.05)
        assert client.server.completer.snoozed
        Calendar.ahead = timedelta(days=-1)  # set back: the other clock counts on
        await asyncio.sleep(0.05)
        assert client.server.completer.snoozed
        Calendar.ahead = timedelta(minutes=61)
        await until(lambda: not client.server.completer.snoozed)
        assert client.server.status.current.kind == "Normal"


@pytest.mark.parametrize("minutes", [10**400, -(10**400), 1e308])
async def test_minutes_beyond_any_number(minutes: float) -> None:
    async with session() as client:
        command(client, switches.SNOOZE, minutes)
        await until(lambda: client.answers_to(1))
        assert client.answers_to(1)[0]["error"]["code"] == -32602


@pytest.mark.parametrize(("name", "argument"), [(switches.SNOOZE, 5), (switches.TOGGLE_LANGUAGE, "python")])
async def test_what_waits_for_a_model_waits_no_more(
    name: str, argument: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with session() as client:
        stopped: list[bool] = []
        monkeypatch.setattr(client.server.completer, "stop", lambda: stopped.append(True))
        command(client, name, argument)
        await until(lambda: client.answers_to(1))
        assert stopped
