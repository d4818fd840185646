"""Model servers that run on this machine: found where they usually are, and nothing else is taken for one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from foretype.models import discovery
from foretype.models.discovery import PLACES, Found, Place, discover
from tests.stub import Reply, StubServer, replies

pytestmark = pytest.mark.asyncio


async def found(stub: StubServer, reply: Reply, place: Place, monkeypatch: pytest.MonkeyPatch) -> tuple[Found, ...]:
    monkeypatch.setattr(stub, "_about", lambda _: reply)
    return await discover([replace(place, port=stub.port)])


def answer(payload: object) -> Reply:
    return replies.whole(200, json.dumps(payload))


OLLAMA, LLAMA, LM_STUDIO, VLLM = PLACES


@pytest.mark.parametrize(
    ("place", "payload", "software", "models"),
    [
        (OLLAMA, {"models": [{"name": "coder:7b"}, {"name": "nomic"}]}, "Ollama", ("coder:7b", "nomic")),
        (OLLAMA, {"models": []}, "Ollama", ()),
        (LLAMA, {"models": [{}], "data": [{"id": "m", "owned_by": "llamacpp"}]}, "llama.cpp", ("m",)),
        (LLAMA, {"data": [{"id": "m", "owned_by": "vllm"}]}, "vLLM", ("m",)),
        (LLAMA, {"data": [{"id": "m", "owned_by": ["me"]}]}, "llama.cpp", ("m",)),
        (LM_STUDIO, {"data": [{"id": "a"}, {"id": "\x1b[31mb"}, {}]}, "LM Studio", ("a",)),
        (VLLM, {"data": [{"id": "m", "owned_by": "vllm"}]}, "vLLM", ("m",)),
    ],
)  # fmt: skip
async def test_servers(
    place: Place, payload: object, software: str, models: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with StubServer() as stub:
        servers = await found(stub, answer(payload), place, monkeypatch)
    assert servers == (Found(software, f"http://127.0.0.1:{stub.port}/v1", models),)
    (request,) = stub.received
    assert (request.method, request.path, request.body) == ("GET", place.path, None)
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    "reply",
    [
        replies.page(),
        answer([]),
        answer({"data": 3}),
        answer("models"),
        replies.whole(200, "[" * 100_000),
        replies.error(401, "key please"),
        replies.whole(302, "", {"Location": "http://elsewhere.invalid/"}),
        replies.whole(200, "{"),
        replies.hang(30),
        Reply(raw=True, steps=[b"SSH-2.0-OpenSSH\r\n", replies.End()]),
    ],
)
async def test_what_is_no_server_of_models(reply: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_SECONDS", 0.2)
    async with StubServer() as stub:
        assert await found(stub, reply, LLAMA, monkeypatch) == ()


async def test_nothing_listens() -> None:
    async with StubServer() as stub:
        pass
    assert await discover([replace(place, port=stub.port) for place in PLACES]) == ()


async def test_only_loopback_is_asked() -> None:
    assert discovery.LOOPBACK == "127.0.0.1"
    assert {place.port for place in PLACES} == {11434, 8080, 1234, 8000}
