"""Our providers against aimock: limits, cut and malformed answers, wrong keys, and ways that it does not have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foretype import errors
from foretype.models.connection import Connection
from foretype.models.provider import ChatPrompt, Endpoint, Message, Mode, ModelRequest, TimeLimits
from foretype.models.registry import Choice, provider_for
from tests.servers.aimock import KEY, running
from tests.servers.llama_server import NotAvailableError
from tests.unit.models.asking import QUESTIONS, Outcome, ask

pytestmark = pytest.mark.asyncio

TEXT = "def add(a, b):\n    return a + b\n" * 3
LIMITED = {"message": "Rate limit reached", "type": "rate_limit_error", "code": "rate_limit_exceeded"}
TOO_LONG = {
    "message": "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
    "type": "invalid_request_error",
    "code": "context_length_exceeded",
}
ANSWERS: dict[str, dict[str, object]] = {
    "whole": {"response": {"content": TEXT}},
    "limited": {"response": {"error": LIMITED, "status": 429, "retryAfter": 2}},
    "too long": {"response": {"error": TOO_LONG, "status": 400}},
    "cut": {"response": {"content": TEXT}, "latency": 60, "chunkSize": 4, "disconnectAfterMs": 250},
    "slow": {"response": {"content": TEXT}, "latency": 400, "chunkSize": 4},
}
LIMITS = TimeLimits(connect=5, first_token=20, between_tokens=20, total=60)


@pytest.fixture(scope="module")
def aimock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    fixtures = [{"match": {"userMessage": name}, **answer} for name, answer in ANSWERS.items()]
    try:
        with running(tmp_path_factory.mktemp("aimock"), fixtures) as url:
            yield url
    except NotAvailableError as reason:
        pytest.skip(f"no aimock: {reason}")


async def asked(url: str, words: str, key: str = KEY, limits: TimeLimits = LIMITS, way: Mode = "chat") -> Outcome:
    connection = Connection(Endpoint(url, "gpt-4o-mini", key, limits=limits))
    question = ModelRequest(ChatPrompt((Message("user", words),)), 200) if way == "chat" else QUESTIONS[way]
    try:
        return await ask(provider_for(connection, Choice(way, None, "")), question)
    finally:
        await connection.aclose()


async def test_a_whole_answer(aimock: str) -> None:
    outcome = await asked(aimock, "whole")
    assert (outcome.text, outcome.error, outcome.report.finish_reason) == (TEXT, None, "stop")
    assert outcome.report.usage is not None


async def test_a_limit(aimock: str) -> None:
    outcome = await asked(aimock, "limited")
    assert isinstance(outcome.error, errors.RateLimitedError)
    assert outcome.error.retry_after == 2


async def test_a_prompt_that_is_too_long(aimock: str) -> None:
    outcome = await asked(aimock, "too long")
    assert isinstance(outcome.error, errors.ContextOverflowError)
    assert (outcome.error.limit, outcome.error.prompt_tokens) == (8192, 9000)


async def test_a_cut_answer_keeps_what_came(aimock: str) -> None:
    outcome = await asked(aimock, "cut")
    assert isinstance(outcome.error, errors.StreamBrokenError)
    assert 0 < len(outcome.text) < len(TEXT)
    assert TEXT.startswith(outcome.text)
    assert outcome.error.partial == outcome.text


async def test_an_answer_that_takes_too_long(aimock: str) -> None:
    outcome = await asked(aimock, "slow", limits=TimeLimits(5, 20, 20, 1.5))
    assert isinstance(outcome.error, errors.TimeoutExceededError)
    assert TEXT.startswith(outcome.text)


async def test_a_wrong_key(aimock: str) -> None:
    outcome = await asked(aimock, "whole", key="sk-wrong")
    assert isinstance(outcome.error, errors.AuthenticationError)
    assert "sk-wrong" not in str(outcome.error)


@pytest.mark.parametrize("way", ["fim", "suffix", "mistral", "infill"])
async def test_ways_that_it_does_not_have(aimock: str, way: Mode) -> None:
    assert isinstance((await asked(aimock, "", way=way)).error, errors.WayRefusedError)


@pytest.mark.parametrize(
    ("chaos", "kinds"),
    [
        ("--chaos-malformed", (errors.StreamBrokenError, errors.ServerError)),
        ("--chaos-disconnect", (errors.UnreachableError, errors.StreamBrokenError)),
        ("--chaos-drop", (errors.ServerError,)),
        ("--chaos-ratelimit", (errors.RateLimitedError,)),
    ],
)
async def test_chaos(chaos: str, kinds: tuple[type[errors.ModelError], ...], tmp_path: Path) -> None:
    try:
        with running(tmp_path, [{"match": {"userMessage": "whole"}, **ANSWERS["whole"]}], chaos, "1") as url:
            outcome = await asked(url, "whole")
    except NotAvailableError as reason:
        pytest.skip(f"no aimock: {reason}")
    assert isinstance(outcome.error, kinds)
