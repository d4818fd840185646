"""A request that an edit, or other settings, have made pointless while it waited: no model is asked any more."""

from __future__ import annotations

import asyncio

import pytest

from foretype.context.exclude import Exclusions
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


@pytest.mark.asyncio
@pytest.mark.parametrize("waits", ["to be known", "for the next key"])
async def test_the_model_before_is_not_asked_once_settings_have_changed(
    waits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Unknown()
    monkeypatch.setattr("foretype.features.complete.Pace.delay", lambda *_, **__: 60.0)
    completer = Completer(Settings(enable={"*": True}), LocalEngine(lambda _: WorkspaceView()), model)
    document = Document("untitled:a", "python", 1, Lines("x = "))
    if waits == "for the next key":
        model.found.set()
    asking = asyncio.ensure_future(completer.complete(CompletionRequest(document, Position(0, 4))))
    await model.looked.wait()
    await asyncio.sleep(0)
    completer.configure(completer.settings, Exclusions(), None)
    model.found.set()
    assert (await asyncio.wait_for(asking, 10)).superseded
