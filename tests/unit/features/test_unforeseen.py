"""Failures of a stream that are no server's: they are logged and become a sentence, not an error while typing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from foretype.errors import ConfigurationError
from foretype.features.complete import Completer
from foretype.features.suggestion import CompletionRequest, Outcome
from foretype.models.local import LocalEngine, WorkspaceView
from foretype.scheduling.extent import Extent
from foretype.settings.model import Settings
from foretype.suggestions.generation import Opener
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position
from tests.golden.suggesting import SpokenModel


class Broken(SpokenModel):
    """A model whose stream breaks in a way of ours."""

    def __init__(self, error: Exception) -> None:
        super().__init__("", 1, chat=False)
        self.error = error

    def opener(self, document: Document, position: Position, extent: Extent, *, ahead: bool = False) -> Opener:
        @asynccontextmanager
        async def opened() -> AsyncIterator[AsyncIterator[str]]:
            raise self.error
            yield

        return opened


async def outcome(error: Exception) -> Outcome:
    completer = Completer(Settings(enable={"*": True}), LocalEngine(lambda _: WorkspaceView()), Broken(error))
    document = Document("untitled:a", "python", 1, Lines("x = "))
    return await completer.complete(CompletionRequest(document, Position(0, 4), invoked=True))


@pytest.mark.asyncio
async def test_what_nobody_foresaw_is_logged_and_said(caplog: pytest.LogCaptureFixture) -> None:
    error = ValueError("of the user's text")
    found = await outcome(error)
    assert "ValueError" in found.problem
    assert "log" in found.problem
    assert "text" not in found.problem, "what it says may be the user's own"
    assert [record.exc_info[1] for record in caplog.records if record.exc_info] == [error]


@pytest.mark.asyncio
async def test_what_the_user_can_mend_is_said_with_its_remedy(caplog: pytest.LogCaptureFixture) -> None:
    found = await outcome(ConfigurationError("The prompt does not fit.", "Raise `context.max_tokens`."))
    assert found.problem == "The prompt does not fit. Raise `context.max_tokens`."
    assert caplog.records == []
