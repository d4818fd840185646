"""Families by name, and how a model is asked."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from foretype.errors import AuthenticationError, ConfigurationError, UnreachableError
from foretype.models import families
from foretype.models.connection import Connection
from foretype.models.families import family_of
from foretype.models.probing import Probe, probe
from foretype.models.provider import Endpoint, Mode
from foretype.models.registry import WAYS, Choice, choices, provider_for
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
        ("bigcode/santacoder", families.SANTACODER),
        ("ibm-granite/granite-4.0-h-tiny", families.GRANITE_4),
        ("THUDM/codegeex4-all-9b", families.CODEGEEX),
        ("deepseek-ai/DeepSeek-V4", families.DEEPSEEK_CHAT),
        ("tiiuae/Falcon-H1-Tiny-Coder-90M", families.FALCON),
        ("JetBrains/Mellum2-4b", families.MELLUM),
        ("zed-industries/zeta-2", None),
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
    literal = re.sub(r"\{\w+\}", " ", family.template)
    assert [word for word in family.strip(literal).split() if not word.startswith("#")] == []
    assert "#" not in "".join(family.tokens), "headings are text"
    assert family.marks
    assert family.models
    assert family.models == tuple(map(families.squeezed, family.models))


@pytest.mark.parametrize("family", [family for family in ALL if family.files], ids=lambda family: family.name)
def test_multi_file_forms_are_sound(family: families.Family) -> None:
    form = family.files
    assert form is not None
    assert form.file.count("{text}") == form.file.count("{path}") == 1
    assert form.start.count("{repository}") == bool(form.start)
    words = re.split(r"\{\w+\}|\s", form.file + form.start + form.current)
    if family is not families.SEED_CODER:  # there it is ordinary text to the tokenizer
        assert all(word in family.tokens for word in words if word.startswith("<"))


def test_the_order_of_each_family() -> None:
    first = {family.name for family in ALL if family.suffix_first}
    assert first == {"Codestral", "Seed-Coder", "Mellum", "CodeGeeX4"}


def test_all_are_listed() -> None:
    assert set(ALL) == set(families.FAMILIES)


LLAMA = Probe(True, software="llama.cpp")
LOCAL, OLLAMA = "http://127.0.0.1:8080/v1", "http://127.0.0.1:11434/v1"


@pytest.mark.parametrize(
    ("url", "model", "seen", "ways"),
    [
        (LOCAL, "qwen2.5-coder", None, "fim chat"),
        (LOCAL, "llama-3", None, "chat"),
        (LOCAL, "glm-4-9b", None, "chat fim"),
        (LOCAL, "qwen2.5-coder", LLAMA, "fim infill chat"),
        (LOCAL, "codegemma-2b", LLAMA, "infill fim chat"),
        (LOCAL, "qwen2.5-coder", replace(LLAMA, fills=False), "chat"),
        (LOCAL, "my-model", replace(LLAMA, fills=True), "infill chat"),
        (LOCAL, "my-model", LLAMA, "chat"),
        (LOCAL, "glm-4-9b", replace(LLAMA, fills=True), "chat fim infill"),
        (OLLAMA, "qwen2.5-coder:7b", None, "suffix chat"),
        (OLLAMA, "qwen2.5-coder:7b-base", None, "suffix fim chat"),
        (OLLAMA, "llama3.2", None, "chat"),
        (OLLAMA, "some-coder", Probe(True, software="ollama", fills=True), "suffix chat"),
        ("http://models.lan/v1", "qwen2.5-coder:7b", Probe(True, software="ollama", fills=False), "chat"),
        ("https://api.openai.com/v1", "gpt-4.1-mini", None, "chat"),
        ("https://api.openai.com/v1", "gpt-3.5-turbo-instruct", None, "suffix chat"),
        ("https://me.openai.azure.com", "my-deployment", None, "chat"),
        ("https://api.mistral.ai/v1", "codestral-latest", None, "mistral chat"),
        ("https://codestral.mistral.ai/v1", "codestral-2508", None, "mistral chat"),
        ("https://api.mistral.ai/v1", "mistral-large-latest", None, "chat"),
        ("https://api.mistral.ai/v1", "codestral-x", Probe(True, fills=False), "chat"),
        ("https://api.deepseek.com", "deepseek-chat", None, "suffix chat"),
        ("https://openrouter.ai/api/v1", "qwen/qwen2.5-coder-32b", None, "chat"),
        ("https://api.groq.com/openai/v1", "qwen2.5-coder", None, "chat"),
        ("https://not-api.openai.com.example/v1", "qwen2.5-coder", None, "fim chat"),
    ],
)
def test_ways_best_first(url: str, model: str, seen: Probe | None, ways: str) -> None:
    found = choices(Endpoint(url, model), seen)
    assert [choice.mode for choice in found] == ways.split()
    assert all(choice.why and choice.family == family_of(model) for choice in found)


@pytest.mark.parametrize("mode", WAYS)
def test_the_user_decides(mode: Mode) -> None:
    found = choices(Endpoint(LOCAL, "qwen2.5-coder", mode=mode))
    assert [choice.mode for choice in found] == [mode]
    assert provider_for(Connection(Endpoint(LOCAL, "m")), found[0]).mode == mode


@pytest.mark.parametrize(
    ("mode", "model", "seen"),
    [
        ("fim", "gpt-5", None),
        ("local", "x", None),
        ("fim", "qwen2.5-coder", replace(LLAMA, fills=False)),
        ("infill", "qwen2.5-coder", replace(LLAMA, fills=False)),
    ],
)
def test_modes_that_cannot_be_used(mode: Mode, model: str, seen: Probe | None) -> None:
    with pytest.raises(ConfigurationError) as caught:
        choices(Endpoint("http://x/v1", model, mode=mode), seen)
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
        (
            replies.whole(200, json.dumps({"data": [{"id": "m", "max_model_len": 1024, "owned_by": "vllm"}]})),
            Probe(True, ("m",), "The server has 'm'.", software="vLLM", context=1024),
        ),
        (
            replies.whole(200, json.dumps([{"id": "m", "capabilities": {"completion_fim": False}}])),
            Probe(True, ("m",), "The server has 'm'.", fills=False),
        ),
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


TOKENS = {"tokens": [{"id": 1, "piece": mark} for mark in ("<|fim_prefix|>", "\n", "<|fim_suffix|>", "<|fim_middle|>")]}
SPLIT = {"tokens": [{"id": 1, "piece": "<|"}, {"id": 2, "piece": "fim"}]}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("model", "tokens", "fills"),
    [("qwen2.5-coder", TOKENS, True), ("m", TOKENS, True), ("qwen2.5-coder", SPLIT, False), ("m", {}, None)],
)
async def test_what_llamacpp_tells(
    model: str, tokens: object, fills: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with StubServer(replies.whole(200, json.dumps(tokens))) as stub:
        about = {
            "/v1/models": listed("llamacpp", model),
            "/props": replies.whole(200, json.dumps({"default_generation_settings": {"n_ctx": 2048}})),
        }
        monkeypatch.setattr(stub, "_about", about.__getitem__)
        connection = Connection(endpoint(stub, model=model))
        seen = await probe(connection)
        await connection.aclose()
    assert (seen.context, seen.fills) == (2048, fills)
    assert stub.asked[0].path == "/tokenize"


@pytest.mark.asyncio
@pytest.mark.parametrize(("abilities", "fills"), [(["completion", "insert"], True), (["completion"], False)])
async def test_what_ollama_tells(abilities: list[str], fills: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    async with StubServer(replies.whole(200, json.dumps({"capabilities": abilities}))) as stub:
        monkeypatch.setattr(stub, "_about", lambda _: listed("library", "m"))
        connection = Connection(endpoint(stub))
        seen = await probe(connection)
        await connection.aclose()
    assert seen.fills is fills
    assert (stub.asked[0].path, stub.asked[0].body) == ("/api/show", {"model": "m"})


def test_choice_is_a_value() -> None:
    assert Choice("chat", None, "x") == Choice("chat", None, "x")
