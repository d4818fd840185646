"""Our providers against the LiteLLM proxy, as a company's gateway runs it.

The proxy is too large to install for a test (three quarters of a gigabyte), so these run where it is there already:
FORETYPE_TEST_LITELLM names its command, for example `.../bin/litellm`.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from foretype import errors
from foretype.models.connection import Connection
from foretype.models.probing import probe
from foretype.models.provider import Endpoint, Mode, TimeLimits
from foretype.models.registry import Choice, provider_for
from tests.unit.models.asking import QUESTIONS, Outcome, ask

COMMAND = os.environ.get("FORETYPE_TEST_LITELLM", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.asyncio,
    pytest.mark.skipif(not COMMAND, reason="FORETYPE_TEST_LITELLM does not name the command of LiteLLM's proxy"),
]

KEY = f"sk-{secrets.token_hex(16)}"  # the proxy does not start without a strong one
TEXT = "def add(a, b):\n    return a + b\n"
MOCKS: dict[str, dict[str, object]] = {
    "ok": {"mock_response": TEXT},
    "limited": {"mock_response": "litellm.RateLimitError"},
    "too-long": {"mock_response": "litellm.ContextWindowExceededError"},
    "failing": {"mock_response": "litellm.InternalServerError"},
    "twice-a-minute": {"mock_response": TEXT, "rpm": 2},
    "nobody-there": {"api_base": "http://127.0.0.1:9/v1", "api_key": "x"},
}


@pytest.fixture(scope="module")
def litellm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("litellm")
    models = [
        {"model_name": name, "litellm_params": {"model": "openai/x", **parameters}}
        for name, parameters in MOCKS.items()
    ]
    # JSON is YAML, too. Nothing is retried there, so that what happens here is known.
    settings = {"optional_pre_call_checks": ["enforce_model_rate_limits"], "num_retries": 0}
    (folder / "config.yaml").write_text(json.dumps({"model_list": models, "router_settings": settings}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--config", str(folder / "config.yaml"), "--host", "127.0.0.1", "--port", str(port)]
    quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_DOCS": "True", "LITELLM_MASTER_KEY": KEY}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [COMMAND, *options, "--telemetry", "False"], stdout=log, stderr=log, env={**os.environ, **quiet}
        )
        try:
            _wait_until_ready(process, port, folder / "log")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 240
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/liveliness", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"LiteLLM did not start: {log.read_text(errors='replace')[-2000:]}")


async def asked(url: str, model: str, way: Mode = "chat", key: str = KEY) -> Outcome:
    limits = TimeLimits(connect=5, first_token=30, between_tokens=30, total=60)
    connection = Connection(Endpoint(url, model, key, limits=limits))
    try:
        return await ask(provider_for(connection, Choice(way, None, "")), QUESTIONS[way])
    finally:
        await connection.aclose()


@pytest.mark.parametrize("way", ["chat", "fim"])
async def test_a_whole_answer(litellm: str, way: Mode) -> None:
    outcome = await asked(litellm, "ok", way)
    assert (outcome.text, outcome.error, outcome.report.finish_reason) == (TEXT, None, "stop")


async def test_its_models(litellm: str) -> None:
    connection = Connection(Endpoint(litellm, "ok", KEY))
    seen = await probe(connection)
    await connection.aclose()
    assert set(MOCKS) <= set(seen.models)
    assert seen.detail == "The server has 'ok'."


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("limited", errors.RateLimitedError),
        ("too-long", errors.ContextOverflowError),
        ("failing", errors.ServerError),
        ("no-such-model", errors.UnknownModelError),
        ("nobody-there", errors.ServerError),
    ],
)
async def test_errors(litellm: str, model: str, kind: type[errors.ModelError]) -> None:
    assert isinstance((await asked(litellm, model)).error, kind)


async def test_a_wrong_key(litellm: str) -> None:
    outcome = await asked(litellm, "ok", key="sk-wrong")
    assert isinstance(outcome.error, errors.AuthenticationError)


async def test_a_limit_of_the_gateway_says_how_long(litellm: str) -> None:
    outcomes = [await asked(litellm, "twice-a-minute") for _ in range(3)]
    assert [outcome.error is None for outcome in outcomes] == [True, True, False]
    error = outcomes[-1].error
    assert isinstance(error, errors.RateLimitedError)
    assert error.retry_after is not None
    assert 0 < error.retry_after <= 60
