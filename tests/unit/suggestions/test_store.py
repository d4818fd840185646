"""Which generation still fits after which edit, with │ for the cursor: typed through, closed brackets, moved away."""

from __future__ import annotations

import asyncio

import pytest

from foretype.suggestions import store
from foretype.suggestions.store import PLACES_KEPT, Entry, SuggestionStore
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position
from tests.unit.suggestions.streams import Stream, settle

pytestmark = pytest.mark.asyncio

URI = "file:///a.py"


def at_cursor(text: str, uri: str = URI) -> tuple[Document, Position]:
    before, after = text.split("│")
    head = Lines(before)
    place = Position(len(head) - 1, len(head[len(head) - 1]))
    return Document(uri, "python", 1, Lines(before + after)), place


class Asked:
    """A store with one generation, asked for at the │ of a text."""

    def __init__(self, text: str, model: str = "m", max_lines: int = 10) -> None:
        self.store = SuggestionStore()
        self.stream = Stream()
        self.model = model
        self.document, self.place = at_cursor(text)
        self.generation = self.stream.generation()
        entry = Entry(self.document.lines, self.place, model, max_lines, self.generation)
        self.store.add(self.document, entry)

    def rest(self, text: str) -> str | None:
        """What it has to say at the │ of another text; None where nothing fits."""
        match = self.store.find(*at_cursor(text), self.model)
        return None if match is None else match.rest

    def change(self, text: str) -> None:
        self.store.document_changed(at_cursor(text)[0])


FIT = [
    # the text asked for, what the model wrote, the text now, the rest (None: does not fit)
    ("x = │\n", "foo(a)", "x = │\n", "foo(a)"),
    ("x = │\n", "foo(a)", "x = f│\n", "oo(a)"),
    ("x = │\n", "foo(a)", "x = foo(│\n", "a)"),
    ("x = │\n", "foo(a)", "x = foo(│)\n", "a)"),
    ("x = │\n", "foo(a)", "x = foo(a│)\n", ")"),
    ("x = │\n", "foo(a)", "x = foo(a)│\n", None),
    # A stream is stored with the document's own line ends (postprocess/streaming/line_ends.py).
    ("if a:│\r\n", "\r\n    b()", "if a:\r\n    │\r\n", "b()"),
    ("if a:│\r\n", "\r\n    b()\r\n    c()", "if a:\r\n    b()\r\n    │\r\n", "c()"),
    ("x = │\n", "foo(a)", "x = g│\n", None),
    ("x = │\n", "foo(a)", "x = fo│o\n", None),
    ("x = │\n", "foo(a)", "x = │foo\n", None),
    ("x = │\n", "foo(a)", "x =│\n", None),
    ("x = │\n", "foo(a)", "│x = \n", None),
    ("x = │\n", "foo(a)", "y\nx = │\n", None),
    ("x = │\n", "foo(a)", "x = │\ny", None),
    ("│", "a\n    b\nc", "a\n    │", "b\nc"),
    ("│\nend", "a\n    b\nc", "a\n    b\n│\nend", "c"),
    ("f(│)", "[1, 2]", "f([│])", "1, 2]"),
    ("f(│)", "[1, 2]", "f([1│])", ", 2]"),
    ("f(│)", '"q"', 'f("│")', 'q"'),
    ("f(│)", "{'k': 1}", "f({'│'})", "k': 1}"),
    ("a│", "b😀c", "ab😀│", "c"),
    ("a│\r\nz", "b", "a│\r\nz", "b"),
    ("a│", "", "a│", ""),
]


@pytest.mark.parametrize(("asked", "text", "now", "rest"), FIT)
async def test_what_is_left_of_a_whole_generation(asked, text, now, rest):
    case = Asked(asked)
    await case.stream.put(text)
    await case.stream.end()
    assert case.rest(now) == rest


@pytest.mark.parametrize(
    ("asked", "so_far", "now", "rest"),
    [
        ("x = │", "", "x = │", ""),
        ("x = │", "", "x = foo│", ""),
        ("x = │", "fo", "x = foo│", ""),
        ("x = │", "fo", "x = f│", "o"),
        ("x = │", "fo", "x = foo(│)", ""),
        ("x = │", "fo", "x = g│", None),
        ("x = │", "fo", "x = fog│", ""),
    ],
)
async def test_a_running_generation_may_still_fit(asked, so_far, now, rest):
    case = Asked(asked)
    await case.stream.put(so_far)
    assert case.rest(now) == rest
    case.generation.close()
    await settle()


@pytest.mark.parametrize(
    ("so_far", "rest"), [("foo", None), ("foo(\n    a,", "foo(\n"), ("foo(\n    a,\n", "foo(\n    a,\n")]
)
async def test_of_a_fragment_the_whole_lines_answer(so_far, rest):
    case = Asked("x = │")
    await case.stream.put(so_far)
    case.generation.close()
    await settle()
    assert case.rest("x = │") == rest


async def test_what_broke_off_with_an_error_never_answers():
    case = Asked("x = │")
    await case.stream.put("foo(\n    a,\n")
    await case.stream.fail(ValueError())
    assert case.rest("x = │") is None


USED_UP = [
    # what the model wrote behind `x = │`, the text now, and whether only line ends of it are left
    ("foo\n\n", "x = foo│", True),
    ("foo\n\n", "x = foo\n│", True),
    ("foo\n\n", "x = fo│", False),
    ("foo\n\nbar", "x = foo│", False),
]


@pytest.mark.parametrize(("text", "now", "used_up"), USED_UP)
async def test_a_text_whose_line_ends_alone_are_left_is_used_up(text, now, used_up):
    case = Asked("x = │")
    await case.stream.put(text)
    await case.stream.end()
    match = case.store.find(*at_cursor(now), "m")
    assert (match.used_up, match.nothing) == (used_up, False)


async def test_a_text_of_line_ends_alone_says_nothing():
    case = Asked("x = 1│")
    await case.stream.put("\n\n")
    await case.stream.end()
    match = case.store.find(*at_cursor("x = 1│"), "m")
    assert (match.used_up, match.nothing) == (False, True)


async def test_what_has_more_to_say_goes_before_what_is_used_up():
    case = Asked("x = │")
    await case.stream.put("foo + bar")
    await case.stream.end()
    newer = Stream()
    document, place = at_cursor("x = f│")
    case.store.add(document, Entry(document.lines, place, "m", 1, newer.generation()))
    await newer.put("oo\n\n")
    await newer.end()
    assert case.rest("x = foo│") == " + bar"


async def test_another_model_or_document_never_answers():
    case = Asked("x = │", model="one")
    await case.stream.put("foo")
    await case.stream.end()
    assert case.store.find(*at_cursor("x = │"), "other") is None
    assert case.store.find(*at_cursor("x = │", "file:///b.py"), "one") is None
    assert case.store.find(*at_cursor("x = │"), "one") is not None


CLOSING = [
    # the text asked for, what came so far, the text now, and whether the stream is still of use
    ("x = │\n", "foo(", "x = foo│\n", True),
    ("x = │\n", "foo(", "x = foo(│)\n", True),
    ("x = │\n", "", "x = anything│\n", True),
    ("x = │\n", "foo(", "x = g│\n", False),
    ("x = │\n", "foo(", "x =│\n", False),
    ("x = │\n", "foo(", "x = │\nmore", False),
    ("x = │\n", "foo(", "│", False),
    ("x = │\n", "foo(", "\nx = │\n", False),
    ("x = │\n", "foo(", "x = foo()│\n", True),
    ("x = │\n", "foo(", "x = f)│\n", True),
    ("x = │\n", "foo(", "x = \n│\n", False),
]


@pytest.mark.parametrize(("asked", "so_far", "now", "open_still"), CLOSING)
async def test_a_stream_is_closed_as_soon_as_the_document_has_moved_away(asked, so_far, now, open_still):
    case = Asked(asked)
    await case.stream.put(so_far)
    case.change(now)
    await settle()
    assert case.stream.closed.is_set() is not open_still
    case.generation.close()
    await settle()


DOUBT = [
    # the text asked for, what came so far, the text now: perhaps a mistake
    ("x = │\n", "foo(", "x = fi│\n"),
    ("x = │\n", "foo(", "x = foi(a│\n"),
    ("x = 1│\n", "\n\ndef f", "x = 1\n    │\n"),
    ("x = 1│\n", "\n    y", "x = 1\n        │\n"),
]
NO_DOUBT = [
    ("x = │\n", "foo(", "x = foo│\n"),
    ("x = │\n", "foo(", "x = bar│\n"),
    ("x = │\n", "foo(", "x = fi(ab│\n"),
    ("x = │\n", "foo(", "x = f\n│\n"),
    ("x = │\n", "foo(", "x =│\n"),
]


@pytest.mark.parametrize(("asked", "so_far", "now"), DOUBT)
async def test_in_doubt_a_running_stream_is_kept_for_a_moment(monkeypatch, asked, so_far, now):
    monkeypatch.setattr(store, "DOUBT", 0.01)
    case = Asked(asked)
    await case.stream.put(so_far)
    case.change(now)
    await settle()
    assert case.store.in_doubt(at_cursor(now)[0])
    assert not case.stream.closed.is_set()
    await asyncio.wait_for(case.stream.closed.wait(), 10)


@pytest.mark.parametrize(("asked", "so_far", "now"), NO_DOUBT)
async def test_what_agrees_or_is_something_else_is_no_doubt(asked, so_far, now):
    case = Asked(asked)
    await case.stream.put(so_far)
    assert not case.store.in_doubt(at_cursor(now)[0])
    case.generation.close()
    await settle()


async def test_taking_the_mistake_back_keeps_the_stream(monkeypatch):
    monkeypatch.setattr(store, "DOUBT", 0.05)
    case = Asked("x = │\n")
    await case.stream.put("foo(")
    case.change("x = fi│\n")
    case.change("x = f│\n")
    waiting = asyncio.get_running_loop().create_task(case.generation.until(lambda text: len(text) > 5))
    await asyncio.sleep(0.1)
    assert not case.stream.closed.is_set()
    await case.stream.put("a)")
    assert await waiting == "foo(a)"
    case.generation.close()
    await settle()


async def test_an_ended_generation_answers_again_when_the_document_comes_back():
    case = Asked("x = │")
    await case.stream.put("foo")
    await case.stream.end()
    case.change("x = zzz│")
    assert case.rest("x = zzz│") is None
    case.change("x = f│")
    assert case.rest("x = f│") == "oo"


async def test_the_newest_that_fits_answers():
    case = Asked("x = │")
    await case.stream.put("foo")
    await case.stream.end()
    newer = Stream()
    document, place = at_cursor("x = f│")
    case.store.add(document, Entry(document.lines, place, "m", 1, newer.generation()))
    await newer.put("unny")
    await newer.end()
    assert case.rest("x = f│") == "unny"
    assert case.rest("x = fo│") == "o"
    assert case.rest("x = fu│") == "nny"
    assert case.rest("x = │") == "foo"


async def test_a_block_keeps_the_lines_that_are_left():
    case = Asked("│", max_lines=3)
    await case.stream.put("a\nb\nc")
    await case.stream.end()
    lines = [case.store.find(*at_cursor(now), "m").max_lines for now in ("│", "a│", "a\n│", "a\nb\n│")]
    assert lines == [3, 3, 2, 1]


async def test_blank_lines_do_not_count_among_those_that_are_left():
    case = Asked("x│", max_lines=3)
    await case.stream.put("\n\n\na\nb\nc")
    await case.stream.end()
    lines = [case.store.find(*at_cursor(now), "m").max_lines for now in ("x│", "x\n\n│", "x\n\n\na\n│")]
    assert lines == [3, 3, 2]


async def test_leaving_closes_all_but_the_one_that_is_kept():
    case = Asked("x = │")
    other = Stream()
    document, place = at_cursor("x│ = ")
    kept = other.generation()
    case.store.add(document, Entry(document.lines, place, "m", 1, kept))
    await settle()
    case.store.leave(document, kept)
    await settle()
    assert case.stream.closed.is_set()
    assert not other.closed.is_set()
    case.store.leave(document, None)
    await settle()
    assert other.closed.is_set()


async def test_forgetting_and_closing_close_every_stream():
    for end in ("forget", "close"):
        case = Asked("x = │")
        await settle()
        case.store.forget(URI) if end == "forget" else case.store.close()
        await settle()
        assert case.stream.closed.is_set()
        assert case.rest("x = │") is None


async def test_old_places_are_dropped_and_closed():
    store = SuggestionStore()
    streams = []
    for number in range(PLACES_KEPT + 5):
        document, place = at_cursor(f"{number} = │")
        streams.append(Stream())
        store.add(document, Entry(document.lines, place, "m", 1, streams[-1].generation()))
    await settle()
    await settle()
    assert [stream.closed.is_set() or not stream.opened for stream in streams] == [True] * 5 + [False] * PLACES_KEPT
    store.close()
    await settle()


@pytest.mark.parametrize(("max_lines", "used_up"), [(1, True), (10, None)])
async def test_a_single_line_that_is_typed_is_used_up_also_without_a_line_end(max_lines, used_up):
    case = Asked("x = │", max_lines=max_lines)
    await case.stream.put("foo")
    await case.stream.end()
    match = case.store.find(*at_cursor("x = foo│"), "m")
    assert (match and match.used_up) is used_up
