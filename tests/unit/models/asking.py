"""Asks a stub through a real provider and tells what came: text, report or error."""

from __future__ import annotations

from dataclasses import dataclass

from foretype.errors import ModelError
from foretype.models.connection import Connection
from foretype.models.provider import (
    ChatPrompt,
    Endpoint,
    FillPrompt,
    Message,
    Mode,
    ModelRequest,
    Provider,
    Report,
    TextPrompt,
    TimeLimits,
)
from foretype.models.registry import Choice, provider_for
from tests.stub import StubServer

CHAT = ModelRequest(ChatPrompt((Message("user", "secret_prompt = 1"),)), max_tokens=16)
TEXT = ModelRequest(TextPrompt("secret_prompt = 1"), max_tokens=16)
FILL = ModelRequest(FillPrompt("secret_prompt = 1", "secret_suffix", "a.py", "python"), max_tokens=16)
QUESTIONS: dict[Mode, ModelRequest] = {"chat": CHAT, "fim": TEXT, "suffix": FILL, "mistral": FILL, "infill": FILL}
QUICK = TimeLimits(connect=2, first_token=5, between_tokens=5, total=10)


@dataclass(frozen=True, slots=True)
class Outcome:
    text: str
    report: Report
    error: ModelError | None = None
    deltas: int = 0


def endpoint(stub: StubServer, **more: object) -> Endpoint:
    return Endpoint(**{"base_url": stub.url, "model": "m", "key": "sk-secret", "limits": QUICK, **more})  # type: ignore[arg-type]


async def ask(provider: Provider, request: ModelRequest) -> Outcome:
    """The whole answer; a `ModelError` is part of the outcome, anything else is not expected."""
    text, deltas, told = "", 0, 0
    report = Report()
    try:
        async with provider.stream(request) as answer:
            try:
                async for delta in answer:
                    text += delta.text
                    deltas += 1
                    told += delta.finish_reason is not None
            finally:
                report = answer.report
                assert answer.text == text, "the iteration and the text so far must agree"
    except ModelError as error:
        return Outcome(text, report, error, deltas)
    assert told == 1, "a whole answer tells its finish reason exactly once"
    return Outcome(text, report, None, deltas)


async def ask_stub(stub: StubServer, request: ModelRequest = CHAT, **more: object) -> Outcome:
    connection = Connection(endpoint(stub, **more))
    try:
        return await ask(provider_for(connection, Choice(_way_of(request), None, "")), request)
    finally:
        await connection.aclose()


async def ask_way(stub: StubServer, way: Mode, **more: object) -> Outcome:
    """The same, in any of the ways."""
    connection = Connection(endpoint(stub, **more))
    try:
        return await ask(provider_for(connection, Choice(way, None, "")), QUESTIONS[way])
    finally:
        await connection.aclose()


def _way_of(request: ModelRequest) -> Mode:
    kinds: dict[type, Mode] = {ChatPrompt: "chat", TextPrompt: "fim", FillPrompt: "infill"}
    return kinds[type(request.prompt)]
