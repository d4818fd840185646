"""The stub that knows the file must recognise every form in which Foretype asks for a hole to be filled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from foretype.models import families
from foretype.models.connection import Connection
from foretype.models.openai_chat import ChatProvider
from foretype.models.provider import Endpoint, FillPrompt, Mode, ModelRequest
from foretype.models.registry import Choice, provider_for
from foretype.prompts.forms import HOLE
from foretype.prompts.tokens import TokenCounter, load_encoding
from tests.rendering import render
from tests.stub import StubServer, truth
from tests.stub.truth import Truth
from tests.unit.models.asking import ask, endpoint

ROOT = Path(__file__).parents[3]
TEXT = "def area(width, height):\n    return width * height\n\n\nprint(area(2, 3))\n"
FILL = FillPrompt("def area(width, height):\n    return wi", "\n\n\nprint(area(2, 3))\n", "a.py", "python")
COUNTER = TokenCounter("cl100k_base")
COUNTER.use(load_encoding("cl100k_base"))


def test_the_mark_is_the_same() -> None:
    assert truth.HOLE == HOLE


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("mode", "family"),
    [
        ("chat", None),
        ("fim", families.QWEN),
        ("fim", families.STARCODER),
        ("fim", families.SEED_CODER),
        ("suffix", None),
        ("mistral", None),
        ("infill", families.QWEN),
    ],
)
async def test_answers_what_really_stands_there(mode: Mode, family: families.Family | None) -> None:
    choice = Choice(mode, family, "")
    prompt = render(FILL, choice, 2000, COUNTER)
    async with StubServer(Truth(TEXT)) as stub:
        connection = Connection(endpoint(stub))
        provider = provider_for(connection, choice)
        whole = await ask(provider, ModelRequest(prompt, 64))
        short = await ask(provider, ModelRequest(prompt, 2))
        await connection.aclose()
    assert (whole.text, whole.report.finish_reason) == ("dth * height", "stop")
    assert (short.text, short.report.finish_reason) == ("dth *", "length")


def test_unknown_text_gets_nothing() -> None:
    assert Truth(TEXT).continuation("def aera(width, height):\n    retrun wi", "") == ""
    assert Truth(TEXT, lines=1).continuation("def ", "") == "area(width, height):"
    assert Truth(TEXT).continuation("", "") == TEXT.rstrip("\n").rsplit("\n", 1)[0].rstrip("\n")


@pytest.mark.asyncio
async def test_as_a_process(tmp_path: Path) -> None:
    known = tmp_path / "known.py"
    known.write_text(TEXT, encoding="utf-8")
    command = [sys.executable, "-m", "tests.stub", "--answer-from", str(known), "--model", "tiny"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
            connection = Connection(Endpoint(url, "tiny"))
            outcome = await ask(
                ChatProvider(connection), ModelRequest(render(FILL, Choice("chat", None, ""), 2000, COUNTER), 64)
            )
            assert outcome.text == "dth * height"
            assert '"finished_at"' in await connection.get("/stub/requests")
            assert '"tiny"' in await connection.get("/models")
            await connection.aclose()
        finally:
            process.terminate()
