"""Recorded answers of real servers, replayed byte for byte at random receive boundaries.

What each must come to is in tests/wire/expected.json: either the text, finish reason and token counts, or the
error with its status and what it carries. Answers of servers to other questions (embeddings, metrics) are here as
well: nothing that a server sends may hang or raise anything but an error of the tree.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from foretype.errors import ContextOverflowError, RateLimitedError, StreamBrokenError
from foretype.models.provider import Mode
from tests.stub import StubServer, replies
from tests.unit.models.asking import Outcome, ask_way

WIRE = Path(__file__).parents[2] / "wire"
EXPECTED: dict[str, dict[str, object]] = json.loads((WIRE / "expected.json").read_text(encoding="utf-8"))


def told(outcome: Outcome) -> dict[str, object]:
    """The outcome in the form of expected.json."""
    error, usage = outcome.error, outcome.report.usage
    found: dict[str, object] = {"text": outcome.text}
    if error is None:
        found["finish_reason"] = outcome.report.finish_reason
        found["usage"] = [usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens] if usage else None
        return found
    found.update(error=type(error).__name__, status=error.status)
    if isinstance(error, RateLimitedError):
        found["retry_after"] = error.retry_after
    if isinstance(error, ContextOverflowError):
        found.update(limit=error.limit, prompt_tokens=error.prompt_tokens)
    if isinstance(error, StreamBrokenError):
        assert error.partial == outcome.text
    return found


def test_every_recording_is_expected() -> None:
    assert {path.stem for path in WIRE.glob("*.raw")} == set(EXPECTED)


def cuttings(name: str, raw: bytes) -> list[list[int]]:
    """Where the bytes are cut: nowhere, at few, some and many places. The same for a name at every run."""
    chance = random.Random(name)
    places = range(1, max(1, len(raw)))
    return [[], *(sorted(chance.sample(places, min(count, len(places)))) for count in (3, 30, 30, 200))]


@pytest.mark.asyncio
@pytest.mark.parametrize("name", sorted(EXPECTED))
async def test_recording(name: str) -> None:
    raw = (WIRE / f"{name}.raw").read_bytes()
    cuts = cuttings(name, raw)
    way: Mode = "infill" if "infill" in name else "fim" if "completions" in name else "chat"
    async with StubServer(*(replies.recorded(raw, places) for places in cuts)) as stub:
        for _ in cuts:
            assert told(await ask_way(stub, way)) == EXPECTED[name]
