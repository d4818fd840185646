"""What people get wrong about an endpoint, through the whole server: the status names the cause and the remedy, ghost
text goes on from the embedded engine, nothing is asked again that cannot succeed, and `foretype check` says the same.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from foretype.cli.main import main
from tests.probe import Probe
from tests.stub import Received, Reply, StubServer, replies
from tests.stub.certificate import Certificate, make_certificate

pytestmark = pytest.mark.asyncio

URI = "file:///nowhere/pattern.py"
TEXT = "".join(f"    first_{n} = read_the_setting(config, {n})\n    keep(first_{n})\n" for n in range(12)) + "    keep("
OPTED_IN = {"textDocument": {"inlineCompletion": {}}, "experimental": {"foretype": {"status": True}}}


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment far from the user's own settings, models and keys."""
    base = tmp_path_factory.mktemp("homes")
    ours = {name: "" for name in os.environ if name.startswith(("FORETYPE_", "OPENAI_")) or "proxy" in name.lower()}
    return {**ours, **{f"XDG_{name}_HOME": str(base) for name in ("CONFIG", "CACHE", "STATE")}}


@pytest.fixture(scope="module")
def port(homes: dict[str, str]) -> Iterator[int]:
    """One server for all sessions of this module; it must be alive and without a traceback at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "foretype", "--tcp", "--port", "0"],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **homes},
    )
    assert process.stderr is not None
    listens = re.search(rb":(\d+)$", process.stderr.readline())
    assert listens
    yield int(listens[1])
    alive = process.poll() is None
    process.kill()
    rest = process.stderr.read()
    process.stderr.close()
    process.wait()
    assert alive
    assert b"Traceback" not in rest, rest.decode()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    made = make_certificate(tmp_path_factory.mktemp("tls"))
    if made is None:
        pytest.skip("making a certificate needs openssl")
    return made


@asynccontextmanager
async def session(port: int, model: dict[str, Any]) -> AsyncIterator[Probe]:
    probe = await Probe.connect("127.0.0.1", port)
    try:
        await probe.initialize(OPTED_IN, {"model": {"name": "stub", **model}})
        await probe.message(lambda _: settled(probe))
        probe.open(URI, TEXT)
        yield probe
    finally:
        await probe.stop()


def statuses(probe: Probe) -> list[dict[str, Any]]:
    return [message["params"] for message in probe.received if message.get("method") == "foretype/status"]


def settled(probe: Probe) -> bool:
    seen = statuses(probe)
    return any(status["busy"] for status in seen) and not seen[-1]["busy"]


async def warm_up(port: int) -> None:
    """Have the server ask a model once: the first question of a process loads half of the SDK, and takes that long."""
    async with StubServer(replies.chat(["no"])) as stub, session(port, {"base_url": stub.url, "mode": "chat"}) as probe:
        await ghost_text(probe)
        while not any(request.finished_at for request in stub.asked):
            await asyncio.sleep(0.01)


async def ghost_text(probe: Probe) -> list[str]:
    line = TEXT.count("\n")
    return [item["insertText"] for item in await probe.inline(URI, line, len("    keep("), invoked=True)]


async def checked(model: dict[str, Any], homes: dict[str, str], tools: Tools) -> str:
    """All that `foretype check` finds wrong about the endpoint, in its own words."""
    for name, value in homes.items():
        tools.patch.setenv(name, value)
    chosen = [f"model.{key}={value}" for key, value in {"name": "stub", **model}.items()]
    arguments = [word for each in chosen for word in ("--set", each)]
    code = await asyncio.to_thread(main, ["check", "--json", *arguments])
    assert code == 1
    findings = json.loads(tools.output.readouterr().out)["findings"]
    return " ".join(f"{each['text']} {each['remedy']}" for each in findings if each["state"] == "failure")


@dataclass
class Tools:
    """The fixtures of pytest that `checked` needs."""

    patch: pytest.MonkeyPatch
    output: pytest.CaptureFixture[str]


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tools:
    return Tools(monkeypatch, capsys)


def without_fim(request: Received) -> Reply:
    """llama.cpp with a model that has no fill-in-the-middle tokens: the mark is cut into ordinary pieces."""
    if request.path == "/tokenize":
        return replies.whole(200, json.dumps({"tokens": [{"id": 1, "piece": "<|"}, {"id": 2, "piece": "fim"}]}))
    return replies.chat(["no"])


LLAMA = replies.whole(200, json.dumps({"data": [{"id": "qwen2.5-coder", "owned_by": "llamacpp"}]}))
SAYINGS: dict[str, tuple[Reply | Callable[[Received], Reply], dict[str, Any], str, str]] = {
    "wrong key": (replies.error(401, "Incorrect API key provided"), {}, "missing, wrong", "FORETYPE_API_KEY"),
    "unknown model": (
        *(replies.error(404, "The model `stub` does not exist", code="model_not_found"), {}),
        *("does not have the model 'stub'", "`foretype check` lists"),
    ),
    "no fill-in-the-middle": (
        *(without_fim, {"name": "qwen2.5-coder", "mode": "fim"}),
        *("does not know fill-in-the-middle tokens", "Set `model.mode` to auto or chat"),
    ),
    "a suffix that is refused": (
        *(replies.error(400, "suffix is not currently supported"), {"mode": "suffix"}),
        *("does not know this address or this way of asking", "`model.mode` to auto"),
    ),
    "a proxy's page": (replies.page(), {}, "A web page came back", "Check `model.base_url`"),
    "no credit": (replies.error(402, "Insufficient credits"), {}, "no credit left", "Add credit"),
}


@pytest.mark.parametrize("fault", SAYINGS)
async def test_what_is_wrong_is_said_and_not_asked_again(
    fault: str, port: int, homes: dict[str, str], tools: Tools
) -> None:
    reply, model, cause, remedy = SAYINGS[fault]
    await warm_up(port)
    async with StubServer(reply) as stub:
        if reply is without_fim:
            tools.patch.setattr(stub, "_about", lambda _: LLAMA)
        model = {"base_url": stub.url, **model}
        async with session(port, model) as probe:
            for _ in range(3):
                assert all(text != "no" for text in await ghost_text(probe))
            status = statuses(probe)[-1]
            errors = [message for message in probe.received if "error" in message]
        questions = [request for request in stub.asked if request.path != "/tokenize"]
        said = await checked(model, homes, tools)
    assert status["kind"] in ("Warning", "Error")
    assert cause in status["message"]
    assert remedy in status["message"]
    assert errors == []
    assert len(questions) <= 1, "nothing is asked again that cannot succeed"
    assert cause in said
    assert remedy in said


@pytest.mark.parametrize("wrong", ["http", "https"])
async def test_tls_and_no_tls(
    wrong: str, port: int, homes: dict[str, str], tools: Tools, certificate: Certificate
) -> None:
    async with StubServer() as stub, StubServer() as secure:
        await secure.stop()
        secure.tls = certificate.context
        await secure.start()
        address = secure.url.replace("https", "http") if wrong == "http" else stub.url.replace("http", "https")
        words = "https:// where" if wrong == "http" else "http:// instead of https://"
        async with session(port, {"base_url": address}) as probe:
            await ghost_text(probe)
            assert words in statuses(probe)[-1]["message"]
        assert words in await checked({"base_url": address}, homes, tools)


async def test_a_certificate_that_nobody_trusts_and_one_that_the_user_does(
    port: int, homes: dict[str, str], tools: Tools, certificate: Certificate
) -> None:
    stub = StubServer(replies.chat(["first_11)"]))
    stub.tls = certificate.context
    async with stub:
        async with session(port, {"base_url": stub.url}) as probe:
            await ghost_text(probe)
            assert "certificate" in statuses(probe)[-1]["message"]
            assert "model.ca_file" in statuses(probe)[-1]["message"]
        assert "model.ca_file" in await checked({"base_url": stub.url}, homes, tools)
        assert stub.asked == []
        async with session(port, {"base_url": stub.url, "ca_file": str(certificate.authority)}) as probe:
            assert await ghost_text(probe) == ["first_11)"]
            assert statuses(probe)[-1]["kind"] == "Normal"


async def test_a_refused_way_is_replaced_and_the_status_says_so(port: int) -> None:
    def reply(request: Received) -> Reply:
        return replies.chat(["first_11)"]) if "messages" in request.body else replies.error(404, "no such page")

    async with StubServer(reply) as stub, session(port, {"base_url": stub.url, "name": "qwen2.5-coder"}) as probe:
        assert await ghost_text(probe) == ["first_11)"]
        status = statuses(probe)[-1]
        paths = [request.path for request in stub.asked]
    assert paths[:2] == ["/v1/completions", "/v1/chat/completions"]
    assert status["kind"] == "Normal"
    assert "asked by chat messages, since its server refused" in status["message"]
