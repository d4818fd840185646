"""`foretype/state`: what a command of the editor's tells its user."""

from __future__ import annotations

import asyncio

import pytest

from tests.stub import StubServer, replies

pytestmark = pytest.mark.asyncio


async def state(probe, **params) -> dict:
    return (await probe.request("foretype/state", params))["result"]


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


async def test_a_model_has_answered_only_when_it_has(session, tmp_path):
    async with StubServer(lambda _: replies.chat(["return 1\n"])) as stub:
        probe = await session({}, {"model": {"base_url": stub.url, "name": "stub", "mode": "chat"}})
        while (told := await state(probe))["model"] is None:
            await asyncio.sleep(0.05)
        assert told["answered"] is False
        uri = (tmp_path / "a.py").as_uri()
        probe.open(uri, "def f():\n    \n")
        await probe.inline(uri, 1, 4)
        assert stub.asked
        for _ in range(100):  # it is counted when the stream has ended, which may be after the suggestion
            if (await state(probe))["answered"]:
                return
            await asyncio.sleep(0.05)
        raise AssertionError("The model that has answered was said not to have.")


async def test_why_a_document_gets_no_suggestions(session, tmp_path):
    probe = await session({}, {"enable": {"css": False}})
    small, large, switched_off = ((tmp_path / name).as_uri() for name in ("small.py", "large.py", "off.css"))
    probe.open(small, "x = 1\n")
    probe.open(large, "x = 1\n" * 400_000)
    probe.open(switched_off, "a {}\n", "css")
    assert (await state(probe, uri=small))["silence"] == ""
    assert "too large" in (await state(probe, uri=large))["silence"]
    assert "switched off for css" in (await state(probe, uri=switched_off))["silence"]
    assert (await state(probe, uri="file:///nowhere.py"))["silence"] == ""
    assert (await state(probe))["silence"] == ""


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
