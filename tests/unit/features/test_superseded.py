"""A request that an edit has made pointless while it was still looked up whether the model may see the document."""

from __future__ import annotations

import asyncio

import pytest

from foretype.features.complete import Completer
from foretype.features.suggestion import CompletionRequest
from foretype.models.local import LocalEngine, WorkspaceView
from foretype.scheduling.extent import Extent
from foretype.settings.model import Settings
from foretype.suggestions.generation import Opener
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position
from tests.golden.suggesting import SpokenModel


class Unknown(SpokenModel):
    """A model of which it is not known yet what it may see, and that must not be asked."""

    def __init__(self) -> None:
        super().__init__("", 1, chat=False)
        self.looked, self.found = asyncio.Event(), asyncio.Event()

    async def known(self, document: Document) -> None:
        self.looked.set()
        await self.found.wait()

    def opener(self, document: Document, position: Position, extent: Extent, *, ahead: bool = False) -> Opener:
        raise AssertionError("asked")


@pytest.mark.asyncio
@pytest.mark.parametrize("closed", [False, True])
async def test_nothing_is_asked_or_looked_for_any_more(closed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalEngine, "complete", lambda *_: pytest.fail("looked for"))
    model = Unknown()
    completer = Completer(Settings(enable={"*": True}), LocalEngine(lambda _: WorkspaceView()), model)
    before = Document("untitled:a", "python", 1, Lines("x = "))
    after = None if closed else Document("untitled:a", "python", 2, Lines("x = 1"))
    completer.document_changed(None, before)
    asking = asyncio.ensure_future(completer.complete(CompletionRequest(before, Position(0, 4))))
    await model.looked.wait()
    completer.document_changed(before, after)
    model.found.set()
    assert (await asking).superseded
