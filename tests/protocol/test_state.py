"""`foretype/state`: what a command of the editor's tells its user."""

from __future__ import annotations

import pytest

from tests.stub import StubServer

pytestmark = pytest.mark.asyncio


async def state(probe) -> dict:
    return (await probe.request("foretype/state"))["result"]


async def test_with_nothing_configured_the_embedded_engine_answers(session):
    told = await state(await session())
    assert told["model"] is None
    assert told["reason"] == "No model is configured."
    assert told["problems"] == []
    assert told["status"] == {"kind": "Normal", "message": "", "busy": False}
    assert told["version"]


async def test_the_model_is_named_once_it_is_connected_to(session):
    async with StubServer() as stub:
        wishes = {"experimental": {"foretype": {"status": True}}}
        probe = await session(wishes, {"model": {"base_url": stub.url, "name": "stub"}})
        first = await state(probe)
        assert (first["model"], first["reason"]) == (None, "The model is being connected to.")
        await probe.message(lambda m: m.get("method") == "foretype/status" and m["params"]["busy"])
        await probe.message(lambda _: not statuses(probe)[-1]["busy"])
        told = await state(probe)
        assert (told["model"], told["reason"]) == ("stub", "")


async def test_switched_to_the_embedded_engine(session):
    probe = await session({}, {"model": {"base_url": "http://127.0.0.1:9/v1", "name": "x", "mode": "local"}})
    assert "model.mode" in (await state(probe))["reason"]


async def test_what_is_wrong_with_the_settings_and_its_remedy(session):
    probe = await session({}, {"model": {"modle": "x", "mode": "loud", "api_key": "sk-secret-of-mine"}})
    problems = (await state(probe))["problems"]
    assert len(problems) >= 2
    assert all(each["message"] and each["remedy"] and each["origin"] for each in problems)
    assert {each["severity"] for each in problems} <= {"error", "warning", "notice"}
    words = " ".join(each["message"] for each in problems)
    assert "modle" in words
    assert "loud" in words or "mode" in words
    assert "sk-secret" not in str(problems)


def statuses(probe) -> list[dict]:
    return [message["params"] for message in probe.received if message.get("method") == "foretype/status"]
