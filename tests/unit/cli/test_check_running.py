"""`foretype check` names model servers on this machine, with the lines that would use them."""

from __future__ import annotations

import pytest

from foretype.cli.check import running
from foretype.models.discovery import Found
from foretype.settings.model import Model, Settings

pytestmark = pytest.mark.asyncio


async def findings(monkeypatch: pytest.MonkeyPatch, base_url: str, *found: Found) -> list[running.Finding]:
    async def discover() -> tuple[Found, ...]:
        return found

    monkeypatch.setattr(running, "discover", discover)
    return await running.check_running(Settings(model=Model(base_url=base_url)))


OLLAMA = Found("Ollama", "http://127.0.0.1:11434/v1", ("nomic-embed-text", "llama3", "qwen2.5-coder:7b"))


async def test_the_lines_that_would_use_it(monkeypatch: pytest.MonkeyPatch) -> None:
    (finding,) = await findings(monkeypatch, "", OLLAMA)
    assert finding.text == (
        "Ollama runs on this machine at 127.0.0.1:11434 with nomic-embed-text, llama3, qwen2.5-coder:7b."
    )
    assert finding.details[0].startswith("It is not used.")
    lines = [line.strip() for line in finding.details[1:]]
    assert lines == ["[model]", 'base_url = "http://127.0.0.1:11434/v1"', 'name = "qwen2.5-coder:7b"']


@pytest.mark.parametrize(
    ("models", "best"),
    [(("nomic-embed-text", "llama3"), "llama3"), (("only-embed",), "only-embed"), (('a"b',), 'a\\"b')],
)
async def test_the_model_that_suits_best(models: tuple[str, ...], best: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (finding,) = await findings(monkeypatch, "", Found("vLLM", "http://127.0.0.1:8000/v1", models))
    assert finding.details[-1].strip() == f'name = "{best}"'


async def test_a_server_without_models(monkeypatch: pytest.MonkeyPatch) -> None:
    (finding,) = await findings(monkeypatch, "", Found("Ollama", OLLAMA.base_url, ()))
    assert "no model yet" in finding.text
    assert finding.details == ()


@pytest.mark.parametrize(
    ("base_url", "count"),
    [
        ("http://localhost:11434/v1", 0),
        ("http://127.0.0.1:11434/v1", 0),
        ("http://127.0.0.1:8080/v1", 1),
        ("http://models.lan:11434/v1", 1),
    ],
)
async def test_the_configured_one_is_no_news(base_url: str, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(await findings(monkeypatch, base_url, OLLAMA)) == count
