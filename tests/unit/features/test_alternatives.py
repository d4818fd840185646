"""Alternatives by hand: how many, how free, and what happens where they are equal, late or broken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from foretype.errors import ServerError
from foretype.features import alternatives, complete
from foretype.features.complete import Completer
from foretype.features.suggestion import CompletionRequest
from foretype.models.local import LocalEngine, WorkspaceView
from foretype.scheduling.extent import Extent
from foretype.settings.model import Completion, Settings
from foretype.suggestions.generation import Opener
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position


class Moody:
    """A `ModelSource` whose answer depends on the temperature; an answer that is None never comes."""

    name = "moody"
    resting = ""
    rest = 0.0

    def __init__(self, answers: dict[float, str | Exception | None]) -> None:
        self._answers = answers
        self.asked: list[float] = []
        self.closed = 0

    async def known(self, document: Document) -> None:
        pass

    def not_shown(self, document: Document) -> str:
        return ""

    def may_see(self, document: Document, position: Position) -> str:
        return ""

    def opener(self, document: Document, position: Position, extent: Extent, *, ahead: bool = False) -> Opener:
        temperature = round(extent.temperature, 1)
        self.asked.append(temperature)

        @asynccontextmanager
        async def opened() -> AsyncIterator[AsyncIterator[str]]:
            try:
                yield self._pieces(temperature)
            finally:
                self.closed += 1

        return opened

    async def _pieces(self, temperature: float) -> AsyncIterator[str]:
        answer = self._answers.get(temperature, "same_as_ever()")
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            await asyncio.Event().wait()
        else:
            yield answer


def suggested(model: Moody, *, invoked: bool = True, **wishes: object) -> list[str]:
    async def ask() -> list[str]:
        settings = Settings(completion=Completion(threshold=1.0, prefetch="never", **wishes))
        completer = Completer(settings, LocalEngine(lambda _: WorkspaceView()), model)
        document = Document("untitled:a", "python", 1, Lines("total = "))
        outcome = await completer.complete(CompletionRequest(document, Position(0, 8), invoked))
        await asyncio.sleep(0)
        completer.store.close()
        return [suggestion.text for suggestion in outcome.suggestions]

    return asyncio.run(ask())


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complete.Pace, "delay", lambda *_, **__: 0.0)


def test_while_typing_there_is_one() -> None:
    model = Moody({0.0: "sum(prices)"})
    assert suggested(model, invoked=False) == ["sum(prices)"]
    assert model.asked == [0.0]


def test_by_hand_there_are_three_at_rising_temperatures() -> None:
    model = Moody({0.0: "sum(prices)", 0.5: "max(prices)", 0.8: "min(prices)"})
    assert suggested(model) == ["sum(prices)", "max(prices)", "min(prices)"]
    assert model.asked == [0.0, 0.5, 0.8]


def test_the_same_again_is_asked_for_more_freely_and_shown_once() -> None:
    model = Moody({0.0: "sum(prices)", 0.5: "sum(prices)", 0.8: "max(prices)", 1.1: "min(prices)"})
    assert suggested(model) == ["sum(prices)", "max(prices)", "min(prices)"]
    assert model.asked == [0.0, 0.5, 0.8, 1.1]


def test_a_model_that_always_says_the_same_is_not_asked_for_ever() -> None:
    model = Moody({})
    assert suggested(model) == ["same_as_ever()"]
    assert model.asked == [0.0, 0.5, 0.8, 1.1]


def test_what_is_late_or_broken_is_left_out_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alternatives, "PATIENCE", 0.05)
    model = Moody({0.0: "sum(prices)", 0.5: None, 0.8: ServerError("It broke.", "Wait."), 1.1: "min(prices)"})
    assert suggested(model) == ["sum(prices)", "min(prices)"]
    assert model.closed == 4


def test_how_many_is_the_users_choice() -> None:
    assert suggested(Moody({0.0: "sum(prices)", 0.5: "max(prices)"}), alternatives=1) == ["sum(prices)"]
    assert suggested(Moody({0.0: "sum(prices)", 0.5: "max(prices)"}), alternatives=2) == ["sum(prices)", "max(prices)"]


def test_the_temperature_is_the_users_choice() -> None:
    model = Moody({0.7: "sum(prices)"})
    assert suggested(model, temperature=0.7, alternatives=1) == ["sum(prices)"]
    assert model.asked == [0.7]
