"""Our providers against the real llama-server, with a generated model whose text is known in advance."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from foretype.errors import AuthenticationError, ContextOverflowError, ModelError
from foretype.models.connection import Connection
from foretype.models.families import QWEN
from foretype.models.llamacpp_infill import InfillProvider
from foretype.models.openai_chat import ChatProvider
from foretype.models.openai_fim import FimProvider
from foretype.models.probing import probe
from foretype.models.provider import (
    Answer,
    ChatPrompt,
    Endpoint,
    FileText,
    FillPrompt,
    Message,
    Mode,
    ModelRequest,
    Prompt,
    Provider,
    TextPrompt,
    TimeLimits,
)
from foretype.models.registry import Choice, choices, provider_for
from foretype.prompts.counting import counting_for
from foretype.prompts.place import Place
from foretype.prompts.tokens import TokenCounter
from foretype.prompts.writer import PromptWriter
from tests.rendering import render
from tests.servers.llama_server import KEY, MODEL, LlamaServer, NotAvailableError, running
from tests.servers.tiny_model import CONTEXT, greedy

pytestmark = [pytest.mark.llama, pytest.mark.asyncio]

CHAT = ChatPrompt((Message("user", "hi"),))
FILL = FillPrompt("def area(w, h):\n", "\nprint(1)\n", "a.py", "python")


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaServer]:
    try:
        with running(tmp_path_factory.mktemp("llama")) as server:
            yield server
    except NotAvailableError as reason:
        pytest.skip(f"no llama-server: {reason}")


def endpoint(llama: LlamaServer, key: str = KEY) -> Endpoint:
    return Endpoint(llama.url, MODEL, key, limits=TimeLimits(first_token=30, between_tokens=30, total=60))


async def answer_of(provider: Provider, request: ModelRequest) -> Answer:
    async with provider.stream(request) as answer:
        async for _ in answer:
            pass
    return answer


async def test_chat(llama: LlamaServer) -> None:
    connection = Connection(endpoint(llama))
    answer = await answer_of(ChatProvider(connection), ModelRequest(CHAT, 24))
    await connection.aclose()
    assert answer.text == greedy(b"\n", 24)
    assert answer.report.finish_reason == "length"
    assert answer.report.usage is not None
    # <|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n, one token for each byte and each mark
    assert (answer.report.usage.prompt_tokens, answer.report.usage.completion_tokens) == (21, 24)


async def test_fill_in_the_middle(llama: LlamaServer) -> None:
    connection = Connection(endpoint(llama))
    choice = choices(connection.endpoint, await probe(connection))[0]
    assert (choice.mode, choice.family) == ("fim", QWEN)
    prompt = render(FILL, Choice("fim", QWEN, ""), 500, TokenCounter("cl100k_base"))
    answer = await answer_of(provider_for(connection, choice), ModelRequest(prompt, 16))
    await connection.aclose()
    assert answer.text == greedy(b"\n", 16)
    assert answer.report.usage is not None
    # The marks in the prompt's text were understood as marks: one token each.
    assert answer.report.usage.prompt_tokens == len(FILL.prefix) + len(FILL.suffix) + 3


@pytest.mark.parametrize("files", [(), (FileText("b.py", "X = 1\n"),)])
async def test_infill(llama: LlamaServer, files: tuple[FileText, ...]) -> None:
    connection = Connection(endpoint(llama))
    answer = await answer_of(InfillProvider(connection), ModelRequest(replace(FILL, files=files), 16))
    await connection.aclose()
    assert (answer.text, answer.report.finish_reason) == (greedy(b"\n", 16), "length")
    assert answer.report.usage is not None
    assert answer.report.usage.completion_tokens == 16
    assert answer.report.usage.prompt_tokens >= len(FILL.prefix) + len(FILL.suffix) + 3


async def test_a_suffix_is_ignored_so_it_is_never_the_choice(llama: LlamaServer) -> None:
    """The reason why this server is not asked with a suffix: it answers as if there were none."""
    connection = Connection(endpoint(llama))
    answer = await answer_of(provider_for(connection, Choice("suffix", None, "")), ModelRequest(FILL, 4))
    await connection.aclose()
    assert answer.report.usage is not None
    assert answer.report.usage.prompt_tokens == len(FILL.prefix)


@pytest.mark.parametrize(("model", "mode"), [(MODEL, "fim"), ("a-model-of-no-known-family", "infill")])
async def test_what_the_server_says_of_itself(llama: LlamaServer, model: str, mode: Mode) -> None:
    connection = Connection(replace(endpoint(llama), model=model))
    seen = await probe(connection)
    await connection.aclose()
    assert (seen.reachable, seen.models, seen.software) == (True, (MODEL,), "llama.cpp")
    assert (seen.context, seen.fills) == (CONTEXT, True)
    assert choices(connection.endpoint, seen)[0].mode == mode


async def test_stops(llama: LlamaServer) -> None:
    text = greedy(b"\n", 24)
    stop = text[5:8]
    connection = Connection(endpoint(llama))
    for stops in ((stop,), ("unused 1", "unused 2", "unused 3", "unused 4", stop)):
        answer = await answer_of(ChatProvider(connection), ModelRequest(CHAT, 24, stop=stops))
        assert (answer.text, answer.report.finish_reason) == (text[: text.index(stop)], "stop")
    await connection.aclose()


@pytest.mark.parametrize(
    ("key", "request_", "kind"),
    [
        ("sk-wrong", ModelRequest(CHAT, 4), AuthenticationError),
        ("sk-wrong", ModelRequest(TextPrompt("x"), 4), AuthenticationError),
        ("sk-wrong", ModelRequest(FILL, 4), AuthenticationError),
        (KEY, ModelRequest(ChatPrompt((Message("user", "x" * (CONTEXT + 1)),)), 4), ContextOverflowError),
        (KEY, ModelRequest(TextPrompt("x" * (CONTEXT + 1)), 4), ContextOverflowError),
    ],
)
async def test_errors(llama: LlamaServer, key: str, request_: ModelRequest, kind: type[ModelError]) -> None:
    connection = Connection(endpoint(llama, key))
    ways: dict[type, Mode] = {ChatPrompt: "chat", TextPrompt: "fim", FillPrompt: "infill"}
    provider = provider_for(connection, Choice(ways[type(request_.prompt)], None, ""))
    with pytest.raises(kind) as caught:
        await answer_of(provider, request_)
    await connection.aclose()
    assert "xxxx" not in str(caught.value)


async def busy_slots(llama: LlamaServer) -> int:
    slots = json.loads(await asyncio.to_thread(llama.get, "/slots"))
    return sum(bool(slot["is_processing"]) for slot in slots)


@pytest.mark.parametrize(
    ("cause", "kind", "prompt"),
    [
        ("cancelled", FimProvider, TextPrompt("def ")),
        ("left early", FimProvider, TextPrompt("def ")),
        ("cancelled", ChatProvider, CHAT),
        ("left early", InfillProvider, FILL),
    ],
)
async def test_closing_frees_the_slot(
    llama: LlamaServer, cause: str, kind: Callable[[Connection], Provider], prompt: Prompt
) -> None:
    connection = Connection(endpoint(llama))
    provider = kind(connection)
    long = ModelRequest(prompt, CONTEXT - 100, limits=TimeLimits(total=120))
    streaming = asyncio.Event()
    leave = asyncio.Event()

    async def read() -> None:
        async with provider.stream(long) as answer:
            async for _ in answer:
                streaming.set()
                if leave.is_set():
                    break

    task = asyncio.create_task(read())
    await streaming.wait()
    assert await busy_slots(llama) == 1
    leave.set() if cause == "left early" else task.cancel()
    await asyncio.wait([task])
    # Far less than the rest of the answer would take; asked seldom, since asking delays the server's own check.
    for _ in range(10):
        await asyncio.sleep(0.2)
        if await busy_slots(llama) == 0:
            break
    else:
        pytest.fail("the server still generates two seconds after the stream was closed")
    assert "stop: cancel task" in llama.log.read_text(encoding="utf-8", errors="replace")
    await connection.aclose()


async def test_its_own_tokenizer_counts(llama: LlamaServer) -> None:
    """One byte is one token to this model, and so is each mark; the estimate before it has told is another."""
    connection = Connection(endpoint(llama))
    seen = await probe(connection)
    counting = await counting_for(connection, seen, QWEN)
    text = "<|fim_prefix|>def area(größe):\n return größe\n\n\n# 日本語\n<|fim_suffix|>end"
    estimate = counting.counter.count(text)
    await counting.learn(0, None)
    true = len(text.replace("<|fim_prefix|>", "1").replace("<|fim_suffix|>", "2").encode())
    assert counting.counter.count(text) == true != estimate
    assert counting.words == "the server's own tokenizer"
    # Written by these counts, a prompt has the tokens that the server finds in it.
    lines = "".join(f"value_{number} = {number}\n" for number in range(40))
    hole = FillPrompt(lines + "x = ", lines, "a.py", "python")
    for _ in range(2):
        rendered = PromptWriter(counting.counter).write(Place.of(hole), (), Choice("fim", QWEN, ""), 900)
        await counting.learn(0, None)
    answer = await answer_of(FimProvider(connection), ModelRequest(rendered.prompt, 8))
    await connection.aclose()
    assert answer.report.usage is not None
    assert answer.report.usage.prompt_tokens == rendered.tokens
    assert 870 < rendered.tokens <= 900
