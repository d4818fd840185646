"""What each way of asking and each provider is sent, seen by a proxy that stands in for the provider's host."""

from __future__ import annotations

import json
from typing import Any

import pytest

from foretype.models.connection import Connection
from foretype.models.dialects import AZURE_API_VERSION
from foretype.models.provider import Endpoint, FileText, FillPrompt, Mode, ModelRequest, Usage
from foretype.models.registry import WAYS, Choice, choices, provider_for
from tests.stub import StubServer, replies
from tests.stub.replies import SSE, Reply, event
from tests.unit.models.asking import QUESTIONS, QUICK, Outcome, ask, ask_way

pytestmark = pytest.mark.asyncio

NOW = {"stream": True, "temperature": 0.0}
USAGE = {"stream_options": {"include_usage": True}}
HALVES = {"prompt": "secret_prompt = 1", "suffix": "secret_suffix"}
CHAT = {"messages": [{"role": "user", "content": "secret_prompt = 1"}]}
INFILL = {"input_prefix": "secret_prompt = 1", "input_suffix": "secret_suffix", "input_extra": [], "prompt": ""}


@pytest.mark.parametrize(
    ("way", "path", "fields"),
    [
        ("chat", "/v1/chat/completions", {**CHAT, **USAGE, "max_tokens": 16}),
        ("fim", "/v1/completions", {"prompt": "secret_prompt = 1", **USAGE, "max_tokens": 16}),
        ("suffix", "/v1/completions", {**HALVES, **USAGE, "max_tokens": 16}),
        ("mistral", "/v1/fim/completions", {**HALVES, "max_tokens": 16}),
        ("infill", "/infill", {**INFILL, "n_predict": 16}),
    ],
)
async def test_each_way(way: Mode, path: str, fields: dict[str, Any]) -> None:
    async with StubServer() as stub:
        await ask_way(stub, way)
    assert stub.asked[0].path == path
    assert stub.asked[0].body == {"model": "m", **NOW, **fields}


@pytest.mark.parametrize("way", WAYS)
async def test_each_takes_its_own_prompt_only(way: Mode) -> None:
    provider = provider_for(Connection(Endpoint("http://x/v1", "m")), Choice(way, None, ""))
    for question in QUESTIONS.values():
        if not isinstance(question.prompt, provider.accepts):
            with pytest.raises(TypeError):
                provider.stream(question)


async def asked_through_proxy(base_url: str, model: str, reply: Reply | None = None) -> tuple[str, Any, dict[str, str]]:
    """Path, body and headers of what is sent to a provider when it is asked in its best way."""
    async with StubServer(reply or replies.chat(["x"])) as stub:
        proxy = f"http://127.0.0.1:{stub.port}"
        endpoint = Endpoint(base_url, model, "sk-1", limits=QUICK, proxy=proxy)
        connection = Connection(endpoint)
        way = choices(endpoint)[0]
        outcome = await ask(provider_for(connection, way), QUESTIONS[way.mode])
        await connection.aclose()
    assert outcome.error is None
    return stub.asked[0].path, stub.asked[0].body, stub.asked[0].headers


@pytest.mark.parametrize(
    ("base_url", "model", "url", "fields"),
    [
        (
            *("http://api.openai.com/v1", "gpt-4.1-mini", "http://api.openai.com/v1/chat/completions"),
            {**CHAT, **NOW, **USAGE, "max_completion_tokens": 16},
        ),
        (
            *("http://api.openai.com/v1", "gpt-5-mini", "http://api.openai.com/v1/chat/completions"),
            {**CHAT, **USAGE, "stream": True, "max_completion_tokens": 1040, "reasoning_effort": "minimal"},
        ),
        (
            *("http://api.openai.com/v1", "o4-mini", "http://api.openai.com/v1/chat/completions"),
            {**CHAT, **USAGE, "stream": True, "max_completion_tokens": 1040, "reasoning_effort": "low"},
        ),
        (
            *("http://api.openai.com/v1", "gpt-3.5-turbo-instruct", "http://api.openai.com/v1/completions"),
            {**HALVES, **NOW, **USAGE, "max_tokens": 16},
        ),
        (
            *("http://codestral.mistral.ai/v1", "codestral-latest", "http://codestral.mistral.ai/v1/fim/completions"),
            {**HALVES, **NOW, "max_tokens": 16},
        ),
        (
            *("http://api.mistral.ai/v1", "mistral-small", "http://api.mistral.ai/v1/chat/completions"),
            {**CHAT, **NOW, "max_tokens": 16},
        ),
        (
            *("http://api.deepseek.com/v1", "deepseek-chat", "http://api.deepseek.com/beta/completions"),
            {**HALVES, **NOW, **USAGE, "max_tokens": 16},
        ),
        (
            *("http://openrouter.ai/api/v1", "x/y", "http://openrouter.ai/api/v1/chat/completions"),
            {**CHAT, **NOW, **USAGE, "max_tokens": 16},
        ),
        (
            *("http://api.groq.com/openai/v1", "x", "http://api.groq.com/openai/v1/chat/completions"),
            {**CHAT, **NOW, **USAGE, "max_tokens": 16},
        ),
    ],
)
async def test_each_provider(base_url: str, model: str, url: str, fields: dict[str, Any]) -> None:
    path, body, headers = await asked_through_proxy(base_url, model)
    assert (path, body) == (url, {"model": model, **fields})
    assert headers["authorization"] == "Bearer sk-1"


AZURE = "http://me.openai.azure.com"
DEPLOYED = f"{AZURE}/openai/deployments"
NEWEST = f"api-version={AZURE_API_VERSION}"


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        (AZURE, f"{DEPLOYED}/d/chat/completions?{NEWEST}"),
        (f"{DEPLOYED}/e", f"{DEPLOYED}/e/chat/completions?{NEWEST}"),
        (f"{DEPLOYED}/e?api-version=2025-01-01", f"{DEPLOYED}/e/chat/completions?api-version=2025-01-01"),
        (f"{AZURE}/openai/v1/", f"{AZURE}/openai/v1/chat/completions"),
    ],
)
async def test_azure(base_url: str, url: str) -> None:
    path, body, headers = await asked_through_proxy(base_url, "d", azure_stream())
    assert path == url
    assert body["max_tokens"] == 16
    assert headers["api-key"] == "sk-1"
    assert "authorization" not in headers


def azure_stream() -> Reply:
    """Azure's own chunks: the first without choices, the last without a delta."""
    filtered = {"choices": [], "id": "", "model": "", "prompt_filter_results": [{"prompt_index": 0}]}
    offsets = {"choices": [{"index": 0, "finish_reason": None, "content_filter_offsets": {"check_offset": 1}}]}
    steps = [event(filtered), *replies.chat(["x"]).steps[:2], event(offsets), *replies.chat([]).steps[1:]]
    return Reply(headers=SSE, steps=steps)


async def outcome_of(way: Mode, *steps: bytes) -> Outcome:
    async with StubServer(Reply(headers=SSE, steps=steps)) as stub:
        return await ask_way(stub, way)


async def test_a_chat_shaped_answer_to_mistrals_route() -> None:
    outcome = await outcome_of("mistral", *replies.chat(["a", "b"]).steps)
    assert (outcome.text, outcome.report.finish_reason) == ("ab", "stop")


async def test_infill_events_without_an_end_mark() -> None:
    pieces = [event({"index": 0, "content": piece, "tokens": [1], "stop": False}) for piece in ("a", "", "b")]
    last = {"content": "", "stop": True, "stop_type": "eos", "tokens_evaluated": 9, "tokens_predicted": 2}
    outcome = await outcome_of("infill", *pieces, event({**last, "timings": {"cache_n": 4}, "prompt": "told again"}))
    assert (outcome.text, outcome.error) == ("ab", None)
    assert (outcome.report.finish_reason, outcome.report.usage) == ("stop", Usage(9, 2, 4))


async def test_other_files_go_to_infill_by_name() -> None:
    prompt = FillPrompt("a", "b", files=(FileText("c.py", "x = 1\n"),))
    async with StubServer() as stub:
        connection = Connection(Endpoint(stub.url, "m", limits=QUICK))
        await ask(provider_for(connection, Choice("infill", None, "")), ModelRequest(prompt, 4))
        await connection.aclose()
    assert stub.asked[0].body["input_extra"] == [{"filename": "c.py", "text": "x = 1\n"}]


async def test_special_tokens_of_the_model_never_show_and_never_travel() -> None:
    prompt = FillPrompt("a", "b", marks=("<mid>", "<end>"), leads=("<mid>",))
    async with StubServer(replies.completions(["<m", "id>text", "<en", "d>", "more"])) as stub:
        connection = Connection(Endpoint(stub.url, "m", limits=QUICK))
        provider = provider_for(connection, Choice("suffix", None, ""))
        outcome = await ask(provider, ModelRequest(prompt, 4, stop=("\n\n",)))
        await connection.aclose()
    assert outcome.text == "text"
    assert stub.asked[0].body["stop"] == ["\n\n"]


async def test_extra_fields_of_the_user() -> None:
    extra = {"temperature": 0.7, "chat_template_kwargs": {"enable_thinking": False}}
    async with StubServer() as stub:
        await ask_way(stub, "chat", extra_body=extra)
    assert extra.items() <= stub.asked[0].body.items()


def refusal(param: str, message: str) -> Reply:
    return replies.error(400, message, param=param, code="unsupported_parameter")


REFUSALS: dict[str, tuple[Reply, str]] = {
    "OpenAI's name": (refusal("temperature", "Unsupported value: 'temperature' does not support 0."), "temperature"),
    "words only": (replies.error(400, "stream_options is not supported"), "stream_options"),
    "Mistral's place": (
        replies.whole(422, json.dumps({"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"]}]})),
        "stream_options",
    ),
    "Mistral's wrapped place": (
        replies.whole(
            422,
            json.dumps({
                "object": "error",
                "message": {"detail": [{"type": "extra_forbidden", "msg": "Extra inputs", "loc": ["body", "stop"]}]},
            }),
        ),
        "stop",
    ),
    "a field of the user": (refusal("top_k", "Unrecognized request argument supplied: top_k"), "top_k"),
}  # fmt: skip


@pytest.mark.parametrize("shape", REFUSALS)
async def test_a_refused_field_is_left_out_from_then_on(shape: str) -> None:
    reply, name = REFUSALS[shape]
    question = ModelRequest(QUESTIONS["chat"].prompt, 16, stop=("x",))
    async with StubServer(reply, replies.chat(["a"]), replies.chat(["b"])) as stub:
        connection = Connection(Endpoint(stub.url, "m", limits=QUICK, extra_body={"top_k": 1}))
        provider = provider_for(connection, Choice("chat", None, ""))
        assert [(await ask(provider, question)).text for _ in range(2)] == ["a", "b"]
        await connection.aclose()
    first, *others = (request.body for request in stub.asked)
    assert name in first
    assert len(others) == 2
    for body in others:
        assert body == {field: value for field, value in first.items() if field != name}


async def test_the_other_name_of_the_limit() -> None:
    said = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    async with StubServer(replies.error(400, said), replies.chat(["a"])) as stub:
        assert (await ask_way(stub, "chat")).text == "a"
    assert [request.body.get("max_completion_tokens") for request in stub.asked] == [None, 16]
    assert "max_tokens" not in stub.asked[1].body


async def test_several_refusals_end() -> None:
    script = [refusal(name, f"Unknown parameter: {name}") for name in ("max_tokens", "temperature", "stream_options")]
    async with StubServer(*script, replies.chat(["a"])) as stub:
        assert (await ask_way(stub, "chat")).text == "a"
    assert len(stub.asked) == 4
    for name in ("max_tokens", "messages", "model"):
        async with StubServer(refusal(name, f"Unknown parameter: {name}")) as stub:
            assert (await ask_way(stub, "chat")).error is not None
        assert len(stub.asked) == (2 if name == "max_tokens" else 1)


async def test_a_value_out_of_bounds_is_no_reason_to_ask_again() -> None:
    async with StubServer(replies.error(400, "max_tokens is too large: 16", param="max_tokens")) as stub:
        assert (await ask_way(stub, "chat")).error is not None
    assert len(stub.asked) == 1
