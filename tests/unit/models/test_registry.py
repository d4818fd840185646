"""Families by name, and how a model is asked."""

from __future__ import annotations

import json

import pytest

from foretype.errors import AuthenticationError, ConfigurationError, UnreachableError
from foretype.models import families
from foretype.models.connection import Connection
from foretype.models.families import family_of
from foretype.models.openai_chat import ChatProvider
from foretype.models.openai_fim import FimProvider
from foretype.models.provider import Endpoint, Mode
from foretype.models.registry import Choice, Probe, choose, probe, provider_for
from tests.stub import Reply, StubServer, replies
from tests.unit.models.asking import endpoint

ALL = [value for value in vars(families).values() if isinstance(value, families.Family)]


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("Qwen/Qwen2.5-Coder-7B-Instruct", families.QWEN),
        ("qwen2.5-coder:1.5b-base", families.QWEN),
        ("Qwen3-Coder-30B-A3B", families.QWEN),
        ("qwen3-8b", None),
        ("bigcode/starcoder2-3b", families.STARCODER),
        ("stable-code-3b", families.STARCODER),
        ("codellama:7b-code", families.CODE_LLAMA),
        ("CodeLlama-70b-hf", None),
        ("codellama/CodeLlama-13b-Python-hf", None),
        ("deepseek-ai/DeepSeek-Coder-V2-Lite-Base", families.DEEPSEEK),
        ("deepseek-chat", None),
        ("codestral-22b-v0.1", families.CODESTRAL),
        ("mamba-codestral-7B", None),
        ("codegemma:2b", families.CODE_GEMMA),
        ("granite-3.3-8b-base", families.GRANITE),
        ("ibm-granite/granite-3b-code-base", families.GRANITE),
        ("glm-4-9b", families.GLM),
        ("ByteDance-Seed/Seed-Coder-8B-Base", families.SEED_CODER),
        ("JetBrains/Mellum-4b-base", families.MELLUM),
        ("gpt-5-mini", None),
        ("", None),
    ],
)
def test_family_by_name(model: str, family: families.Family | None) -> None:
    assert family_of(model) is family


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.name)
def test_families_are_sound(family: families.Family) -> None:
    assert family.template.count("{prefix}") == family.template.count("{suffix}") == 1
    assert family.stop
    hidden = "".join(f"a{token}" for token in family.tokens)
    assert family.strip(hidden) == "a" * len(family.tokens)
    inner = family.tokens[0]
    assert family.strip(inner[:2] + inner + inner[2:]) == "", "a token that appears when another is taken out"
    literal = family.template.replace("{prefix}", " ").replace("{suffix}", " ").replace("{path}", " ")
    assert family.strip(literal).split() == []


@pytest.mark.parametrize(
    ("url", "model", "mode", "seen", "chosen"),
    [
        ("http://127.0.0.1:8080/v1", "qwen2.5-coder", "auto", None, "fim"),
        ("http://127.0.0.1:8080/v1", "qwen2.5-coder", "chat", None, "chat"),
        ("http://127.0.0.1:8080/v1", "llama-3", "auto", None, "chat"),
        ("https://api.deepseek.com", "deepseek-coder", "auto", None, "chat"),
        ("http://127.0.0.1:11434/v1", "qwen2.5-coder:7b", "auto", None, "chat"),
        ("http://127.0.0.1:11434/v1", "qwen2.5-coder:7b-base", "auto", None, "fim"),
        ("http://models.lan/v1", "qwen2.5-coder:7b", "auto", Probe(True, software="ollama"), "chat"),
        ("http://127.0.0.1:8080/v1", "glm-4-9b", "auto", None, "chat"),
        ("http://127.0.0.1:8080/v1", "glm-4-9b", "fim", None, "fim"),
    ],
)
def test_choice(url: str, model: str, mode: Mode, seen: Probe | None, chosen: Mode) -> None:
    choice = choose(Endpoint(url, model, mode=mode), seen)
    assert (choice.mode, choice.family) == (chosen, family_of(model))
    assert choice.why
    kind = FimProvider if chosen == "fim" else ChatProvider
    assert isinstance(provider_for(Connection(Endpoint(url, model)), choice), kind)


@pytest.mark.parametrize(("mode", "model"), [("fim", "gpt-5"), ("infill", "qwen2.5-coder"), ("local", "x")])
def test_modes_that_cannot_be_used(mode: Mode, model: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        choose(Endpoint("http://x/v1", model, mode=mode))
    assert "model.mode" in caught.value.remedy


def listed(owner: str, *names: str) -> Reply:
    return replies.whole(200, json.dumps({"data": [{"id": name, "owned_by": owner} for name in names]}))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (listed("llamacpp", "m", "n"), Probe(True, ("m", "n"), "The server has 'm'.", software="llama.cpp")),
        (
            listed("library", "a", "b"),
            Probe(True, ("a", "b"), "The server does not list 'm'; it lists a, b.", software="ollama"),
        ),
        (replies.whole(200, "[]"), Probe(True, detail="The server names no models.")),
        (replies.whole(200, "not json"), Probe(True, detail="The server names no models.")),
        (replies.error(404, "no"), Probe(True, detail="The server does not list its models (404).")),
    ],
)
async def test_probe(reply: Reply, expected: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    async with StubServer() as stub:
        monkeypatch.setattr(stub, "_about", lambda _: reply)
        connection = Connection(endpoint(stub))
        assert await probe(connection) == expected
        await connection.aclose()


@pytest.mark.asyncio
async def test_probe_of_what_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with StubServer() as stub:
        monkeypatch.setattr(stub, "_about", lambda _: replies.error(401, "no"))
        connection = Connection(endpoint(stub))
        refused = await probe(connection)
        await connection.aclose()
    assert refused.reachable
    assert isinstance(refused.error, AuthenticationError)
    connection = Connection(endpoint(stub))
    gone = await probe(connection)
    await connection.aclose()
    assert not gone.reachable
    assert isinstance(gone.error, UnreachableError)


def test_choice_is_a_value() -> None:
    assert Choice("chat", None, "x") == Choice("chat", None, "x")
