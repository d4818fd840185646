"""Who is told that there is more to show, and what is known of the request that follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foretype.features.growth import Growth
from foretype.features.suggestion import CompletionRequest, Outcome, Suggestion
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

DOCUMENT = Document("untitled:a", "python", 3, Lines("if x:\n    "))
REQUEST = CompletionRequest(DOCUMENT, Position(1, 4))
SHOWN = Suggestion("y", Position(1, 4), Position(1, 4), "embedded", "this file")


@pytest.fixture
def growth() -> tuple[Growth, list[CompletionRequest]]:
    told: list[CompletionRequest] = []
    growth = Growth()
    growth.tell = told.append
    return growth, told


def test_a_model_that_is_ready_is_told_once(growth: tuple[Growth, list[CompletionRequest]]) -> None:
    watching, told = growth
    watching.unanswered(REQUEST, Outcome())
    watching.ready()
    watching.ready()
    assert told == [REQUEST]


@pytest.mark.parametrize(
    ("request_", "outcome"),
    [
        (REQUEST, Outcome((SHOWN,))),
        (REQUEST, Outcome(gated="word")),
        (replace(REQUEST, popup=True), Outcome()),
    ],
)
def test_nobody_is_told_where_something_shows_or_nothing_ever_will(
    growth: tuple[Growth, list[CompletionRequest]], request_: CompletionRequest, outcome: Outcome
) -> None:
    watching, told = growth
    watching.unanswered(request_, outcome)
    watching.ready()
    assert told == []


def test_nobody_is_told_after_an_edit(growth: tuple[Growth, list[CompletionRequest]]) -> None:
    watching, told = growth
    watching.unanswered(REQUEST, Outcome())
    watching.stop()
    watching.ready()
    assert told == []


def test_the_request_that_follows_is_known_once_and_at_its_place_only(
    growth: tuple[Growth, list[CompletionRequest]],
) -> None:
    watching, _ = growth
    for elsewhere in (replace(REQUEST, position=Position(0, 5)), replace(REQUEST, document=replace(DOCUMENT))):
        watching.unanswered(REQUEST, Outcome())
        watching.ready()
        assert not watching.asked_again(elsewhere)
        assert not watching.asked_again(REQUEST)
    watching.unanswered(REQUEST, Outcome())
    watching.ready()
    assert watching.asked_again(REQUEST)
    assert not watching.asked_again(REQUEST)
