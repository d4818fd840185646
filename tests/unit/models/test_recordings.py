"""Recorded answers of real servers, replayed byte for byte at random receive boundaries.

What each must come to is in tests/wire/expected.json: either the text, finish reason and token counts, or the
error with its status and what it carries.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from foretype.errors import RateLimitedError, StreamBrokenError
from tests.stub import StubServer, replies
from tests.unit.models.asking import CHAT, Outcome, ask_stub

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
    if isinstance(error, StreamBrokenError):
        assert error.partial == outcome.text
    return found


def test_every_recording_is_expected() -> None:
    assert {path.stem for path in WIRE.glob("*.raw")} == set(EXPECTED)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", sorted(EXPECTED))
async def test_recording(name: str) -> None:
    raw = (WIRE / f"{name}.raw").read_bytes()
    chance = random.Random(name)
    cuts = [[], *(sorted(chance.sample(range(1, len(raw)), min(30, len(raw) - 1))) for _ in range(3))]
    async with StubServer(*(replies.recorded(raw, places) for places in cuts)) as stub:
        for _ in cuts:
            assert told(await ask_stub(stub, CHAT)) == EXPECTED[name]
