"""An action that is chosen while the model is still being connected to waits for it."""

from __future__ import annotations

import pytest

from tests.protocol.test_inline_completion import TEXT, URI
from tests.stub import StubServer, replies

pytestmark = pytest.mark.asyncio


async def test_an_explanation_right_after_the_start(session):
    async with StubServer(replies.chat(["It reads a setting."])) as stub:
        ours = {"experimental": {"foretype": {"prose": True}}}
        probe = await session(ours, {"model": {"base_url": stub.url, "name": "stub", "mode": "chat"}})
        probe.open(URI, TEXT)
        span = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
        argument = {"task": "explain", "uri": URI, "range": span}
        answer = await probe.request(
            "workspace/executeCommand", {"command": "foretype.action", "arguments": [argument]}
        )
        assert answer["result"] == {"text": "It reads a setting."}
