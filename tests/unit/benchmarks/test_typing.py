"""The typing benchmark's own logic: what shows, what taking it does, what the model says, how it is counted."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.typing.editor import Answered, Desk
from benchmarks.typing.figures import figures_of
from benchmarks.typing.log import Key, Log, Question
from benchmarks.typing.model import Model, Pace, Writing, continuation
from benchmarks.typing.page import Edit, Item, Page
from benchmarks.typing.person import Person, indentation
from tests.stub import Received

HEAD = "import os\n\n\ndef f(x):"
TARGET = "\n    y = x + 1\n    return y"
TAIL = "\n\n\nprint(f(1))\n"


def page(typed: str = "", target: str = TARGET) -> Page:
    return Page("file:///a.py", "python", HEAD, target, TAIL, typed)


class Script:
    """A backend whose answers the test gives by hand."""

    def __init__(self) -> None:
        self.answered: list[Answered] = []

    def open(self, page: Page) -> None: ...

    def leave(self) -> None: ...

    def accept(self) -> None: ...

    def change(self, page: Page, edit: Edit, answered: Answered) -> None:
        page.apply(edit)
        self.answered.append(answered)


@pytest.mark.parametrize(
    ("typed", "item", "visible"),
    [
        ("\n    ", Item("y = x", 4, 4), "y = x"),
        ("\n    y =", Item("y = x", 4, 4), " x"),  # typed through
        ("\n    z", Item("y = x", 4, 4), ""),  # something else was typed
        ("\n    y = x", Item("y = x", 4, 4), ""),  # all of it was typed
        ("\n   ", Item("y = x", 4, 4), ""),  # the caret is before its place
        ("\n    y = x + 1\n    r", Item("y = x + 1\n    return y", 4, 4), "eturn y"),  # over a line's end
        ("", Item("\n    y", 3, 9), "\n    y"),
        ("\n    y", Item("    y = x", 4, 0), " = x"),  # anchored at the line's start
    ],
)
def test_ghost_text_shows_while_it_fits(typed: str, item: Item, visible: str) -> None:
    assert page(typed).visible(item) == visible


@pytest.mark.parametrize(
    ("typed", "item", "after"),
    [
        ("\n    ", Item("y = x", 4, 4), "\n    y = x"),
        ("\n    y =", Item("y = x", 4, 4), "\n    y = x"),
        ("\n    y", Item("    y = x", 4, 0), "\n    y = x"),
        ("", Item("\n    y", 3, 9), "\n    y"),
        ("", Item("def f(x):\n    y", 3, 0), "\n    y"),  # reaches back before what was typed, and repeats it
    ],
)
def test_taking_a_suggestion_types_what_was_promised(typed: str, item: Item, after: str) -> None:
    one = page(typed)
    edit = one.accepted(item)
    assert edit is not None
    one.apply(edit)
    assert one.text == HEAD + after + TAIL


def test_an_item_that_replaces_what_stands_behind_the_caret_is_damage() -> None:
    assert page("\n    ").accepted(Item("y = x", 4, 4, behind=1)) is None


def test_positions_count_in_the_clients_units() -> None:
    one = Page("file:///a.py", "python", "x = '𝄞", "' # y", "\n", "' #")
    assert one.caret == {"line": 0, "character": 10}
    assert one.range_of(Edit("", 2))["start"] == {"line": 0, "character": 8}


def test_the_screen_keeps_replaces_and_clears_ghost_text() -> None:
    async def run() -> None:
        backend, log = Script(), Log()
        desk = Desk(backend, log)
        one = page("\n    ")
        desk.show(one)
        desk.type("text", Edit("y"))
        backend.answered[-1](1.0, Item(" = x + 1", 4, 5))
        key = desk.type("text", Edit(" "))
        assert (key.shown, key.right, key.left, desk.visible) == (True, True, "= x + 1", "= x + 1")
        backend.answered[-1](2.0, Item("= x + 1\n    return y", 4, 6))
        assert desk.visible == "= x + 1\n    return y"
        desk.type("text", Edit("q"))
        assert desk.visible == ""
        key = desk.type("backspace", Edit("", 1))
        assert not key.possible
        assert desk.visible == "= x + 1\n    return y"
        backend.answered[-1](3.0, None)  # a newer answer without anything takes it away
        assert desk.visible == ""

    asyncio.run(run())


def test_an_acceptance_that_breaks_its_promise_is_counted_and_undone() -> None:
    async def run() -> None:
        backend, log = Script(), Log()
        desk = Desk(backend, log)
        one = page("\n    ")
        desk.show(one)
        desk.type("text", Edit("y"))
        backend.answered[-1](1.0, Item(" = x + 1", 4, 5, behind=2))
        desk.accept()
        assert (len(log.damages), log.accepted, one.typed) == (1, 0, "\n    y")
        backend.answered[-1](2.0, Item(" = x + 1", 4, 5))
        desk.accept()
        assert (len(log.damages), log.accepted, one.typed) == (1, 1, "\n    y = x + 1")

    asyncio.run(run())


def test_a_person_types_the_whole_text_whatever_shows() -> None:
    target = "\n    y = [\n        x,\n    ]\n\n    if y:\n        return y\n    return None"
    one, person = page(target=target), Person("3", accepts=0.0)
    kinds = set()
    for _ in range(400):
        if one.done:
            break
        assert person.pause(one) > 0
        press = person.press(one, "", 0.0)
        kinds.add(press.kind)
        one.apply(press.edit)
    assert one.done
    assert kinds == {"text", "enter", "backspace"}


def test_a_person_takes_only_what_is_right_long_enough_and_read() -> None:
    one, person = page("\n    "), Person("1", accepts=1.0)
    assert person.press(one, "y = x + 2", 9.0).kind == "text"
    assert person.press(one, "y = x", 9.0).kind == "text"
    assert person.press(one, "y = x + 1", 0.0).kind == "text"
    assert person.press(one, "y = x + 1", 9.0).kind == "accept"


def test_an_editor_indents_a_new_line() -> None:
    assert indentation(page()) == "    "
    assert indentation(page("\n    y = x + 1")) == "    "
    assert indentation(page(target="\n\n    y")) == ""


def test_the_model_says_the_true_text_up_to_four_lines_and_keeps_stops() -> None:
    text = "a\nb\nc\nd\ne\n"
    assert continuation(text, 0) == "a\nb\nc\nd"
    assert continuation(text, 1) == "\nb\nc\nd"
    assert continuation(text, 0, ["\n"]) == "a"
    assert continuation(text, len(text)) == ""


@pytest.mark.parametrize(
    ("typed", "start"),
    [
        ("", 0),
        ("\n    y = ", 9),
        ("\n    y = x + 1\n    retirn", 25),  # a slip of the finger
        ("\n    y = x + 1\n        ", None),  # the wrong indentation
        ("\n    something else", None),
    ],
)
def test_the_model_finds_the_place(typed: str, start: int | None) -> None:
    one = page()
    found, at = Model([one], Pace("test", 0, 0)).place("# Path: a.py\n" + HEAD + typed)
    assert (found, at) == ((one, start) if start is not None else (None, 0))


def test_the_model_notes_what_it_wrote() -> None:
    async def run() -> None:
        one = page()
        model = Model([one], Pace("test", 0.0, 0.0))
        body = {"prompt": f"<|fim_prefix|>{HEAD}<|fim_suffix|>{TAIL}<|fim_middle|>", "max_tokens": 3}
        now = asyncio.get_running_loop().time()
        reply = model(Received("POST", "/v1/completions", {}, body, now, 1))
        assert len(list(reply.steps)) > 3
        assert model.writings[0].text == "\n    y = x"
        assert model.writings[0].known_at(9) is not None
        assert model.writings[0].known_at(11) is None

    asyncio.run(run())


def test_figures_count_tokens_shown_and_keys_typed_through() -> None:
    one = page()
    first = Key(10.0, one, "enter", False, False, True, place=5)
    second = Key(10.2, one, "text", True, True, True, place=6, left=" = x + 1")
    third = Key(10.4, one, "text", True, True, True, place=7, left="= x + 1")
    tokens = ["y", " =", " x", " +", " 1", "\n    return", " y"]
    writing = Writing(10.01, one, 5, tokens, [10.05 + 0.01 * n for n in range(6)])
    questions = [
        Question(first, 5, 10.13, "y = x + 1"),
        Question(second, 6, 10.21, " = x + 1"),
        Question(third, 7, 10.9, "= x + 1"),
    ]
    fourth = Key(10.6, one, "text", True, True, True, place=8)
    log = Log([first, second, third, fourth], questions, [writing], characters=8)
    found = figures_of([log])
    assert found.requests == 250
    assert found.tokens == 6
    assert found.never_shown == pytest.approx(1 / 6)
    assert found.through == 0.5  # the third key's answer came too late
    assert found.right == 0.75
    assert found.key_to_request.p50 == pytest.approx(10)
    assert found.added.count == 1
    assert found.added.p50 == pytest.approx(30)


def test_an_answer_whose_reader_leaves_behind_the_last_token_was_read_whole() -> None:
    one = page()
    left = Writing(10.0, one, 5, ["y", " =", " x"], [10.1, 10.2, 10.3])
    assert left.known_at(5) == 10.3
    left.ended_at = 10.4
    assert left.known_at(5) == 10.4
    assert Writing(10.0, one, 5, ["y", " =", " x"], [10.1, 10.2]).known_at(5) is None


def test_what_was_missed_and_wasted_is_told_by_cause() -> None:
    one, other = page("\n    y"), page()
    keys = [
        Key(10.0, one, "enter", False, False, True),  # the page was just turned to
        Key(10.2, one, "text", False, False, True),  # the answer came later
        Key(10.4, one, "text", True, False, True),  # something else showed
        Key(10.6, one, "backspace", False, False, False),  # nothing could be right
        Key(10.8, one, "text", False, False, True),  # something wrong was taken back
        Key(11.0, one, "text", False, False, True),  # there was no answer's text
        Key(11.2, other, "text", True, True, True),
    ]
    questions = [Question(keys[0], 5, 10.3, "y"), Question(keys[4], 9, 10.9, "")]
    writings = [
        Writing(10.41, one, 5, ["a", "b"], [10.42, 10.43], 10.44),  # while a typing error stood there
        Writing(10.61, one, 5, ["a", "b"], [10.62]),  # given up
        Writing(10.81, one, 5, ["a"], [10.82], 10.83),  # not shown
        Writing(10.01, one, 5, ["y", "z"], [10.1, 10.2], 10.21),  # `z` was not shown
    ]
    found = figures_of([Log(keys, questions, writings, characters=8)])
    assert {cause: round(7 * share) for cause, share in found.missed.items()} == {
        "page": 1,
        "late": 1,
        "wrong": 1,
        "mended": 1,
        "nothing": 1,
    }
    assert {cause: round(6 * share) for cause, share in found.waste.items() if share} == {
        "typo": 2,
        "left": 1,
        "unseen": 1,
        "beyond": 1,
    }
