"""The embedded engine's text stays while it is typed through, whatever the engine thinks of each place by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from foretype.features.guesses import guesses
from foretype.features.suggestion import CompletionRequest
from foretype.features.typing import TypingMemory
from foretype.models.local import LocalEngine, Prediction
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

THRESHOLD = 0.55


@dataclass
class Engine:
    """Predicts what it is told to, at whatever place."""

    found: list[Prediction] = field(default_factory=list)

    def complete(self, *_: Any) -> list[Prediction]:
        return self.found


class Editor:
    """One line, typed at its cursor, `tail` right of it."""

    def __init__(self, line: str, tail: str = "") -> None:
        self.memory, self.engine, self._tail = TypingMemory(), Engine(), tail
        self._show(line)

    def _show(self, line: str) -> None:
        self.line = line
        self.document = Document("file:///a.py", "python", 1, Lines(line + self._tail))

    def type(self, text: str) -> None:
        before = self.document
        self._show(self.line + text)
        self.memory.key(before, self.document)

    def ask(self, *predictions: tuple[str, float], invoked: bool = False, least: float = THRESHOLD) -> list[str]:
        tail = len(self._tail)
        self.engine.found = [Prediction(text, tail, sure, "open file", None, False, text) for text, sure in predictions]
        request = CompletionRequest(self.document, Position(0, len(self.line)), invoked)
        shown = guesses(cast("LocalEngine", self.engine), request, self.memory, least)
        for each in shown:
            assert (each.start, each.end) == (request.position, Position(0, len(self.line) + tail))
        if shown:
            self.memory.showed(shown[0])
        return [each.text for each in shown]


@pytest.mark.parametrize("tail", ["", ")"])
def test_the_rest_stays_though_the_engine_is_no_longer_sure(tail):
    editor = Editor("    ", tail)
    assert editor.ask(("with open(path) as stream:", 0.62)) == ["with open(path) as stream:"]
    for typed, rest in (
        ("with", " open(path) as stream:"),
        (" ", "open(path) as stream:"),
        ("o", "pen(path) as stream:"),
    ):
        editor.type(typed)
        assert editor.ask(("anything", 0.51)) == [rest]
        assert editor.ask() == [rest]  # the popup asks at the same place
    editor.type("pen(pa")
    editor.type("th)")  # two keys before the editor asks
    assert editor.ask() == [" as stream:"]
    editor.type(" as stream:")
    assert editor.ask(("anything", 0.51)) == []


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (("b(c)", 0.57), "b(c)"),  # the same
        (("b(c) + d", 0.57), "b(c) + d"),  # goes on
        (("b", 0.57), "b(c)"),  # falls short
        (("bcd", 0.57), "b(c)"),  # another, less sure than what stands there
        (("bcd", 0.70), "bcd"),  # another, surer
    ],
)
def test_what_may_take_its_place(found, shown):
    editor = Editor("x = ")
    assert editor.ask(("ab(c)", 0.62)) == ["ab(c)"]
    editor.type("a")
    assert editor.ask(found) == [shown]


def test_another_key_ends_it():
    editor = Editor("x = ")
    editor.ask(("ab(c)", 0.62))
    editor.type("a")
    assert editor.ask() == ["b(c)"]
    editor.type("x")
    assert editor.ask() == []
    editor.type("(c)")
    assert editor.ask() == []


def test_who_asks_by_hand_gets_what_the_engine_knows_now():
    editor = Editor("x = ")
    editor.ask(("ab(c)", 0.62))
    editor.type("a")
    assert editor.ask(("bcd", 0.1), ("be", 0.05), invoked=True, least=0.0) == ["bcd", "be"]


def test_beside_a_model_it_stays_only_if_it_was_sure_enough_for_that():
    editor = Editor("x = ")
    editor.ask(("ab(c)", 0.62))
    editor.type("a")
    assert editor.ask(least=0.8) == []
