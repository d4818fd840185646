"""What is asked for and what is shown, knowing what is known already."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foretype.features.asking import extent_wanted, fitted, with_following
from foretype.features.suggestion import CompletionRequest
from foretype.settings.model import Completion
from foretype.suggestions.store import Entry
from tests.unit.suggestions.streams import Stream, settle
from tests.unit.suggestions.test_store import Asked, at_cursor

pytestmark = pytest.mark.asyncio


async def known(asked: str, text: str) -> Asked:
    """A store that knows what the model wrote at a place."""
    case = Asked(asked)
    await case.stream.put(text)
    await case.stream.end()
    return case


def at(text: str) -> CompletionRequest:
    return CompletionRequest(*at_cursor(text))


@pytest.mark.parametrize(
    ("asked", "wrote", "now", "lines"),
    [
        ("x = │\n", "foo\n\n", "x = foo│\n", "block"),  # the line is complete: what comes below
        ("f(│)\n", "a\n", "f(a│)\n", "line"),  # but not in front of what stands there
        ("x = │\n", "foo(a)", "x = fi│\n", "line"),  # perhaps a mistake: no more than the line
        ("x│\n", "\n\ny", "x\n    │\n", "block"),  # nothing on the line yet: the block is wanted
        ("x = │\n", "foo(a)", "x = bar(│\n", "block"),  # something else
    ],
)
async def test_how_much_is_asked_for(asked, wrote, now, lines):
    case = await known(asked, wrote)
    wishes = Completion()
    extent = extent_wanted(case.store, at(now), "m", wishes)
    assert extent.lines == (1 if lines == "line" else wishes.max_lines)


async def test_who_wants_single_lines_gets_no_block_behind_a_complete_line():
    case = await known("x = │\n", "foo\n\n")
    assert extent_wanted(case.store, at("x = foo│\n"), "m", Completion(multiline="never")).one_line


async def test_the_last_character_of_a_line_shows_with_what_follows_the_line():
    case = await known("x = │\n", "foo")
    ahead = Stream()
    document, place = at_cursor("x = foo│\n")
    entry = Entry(document.lines, place, "m", 10, ahead.generation(), case.generation)
    case.store.add(document, entry)
    await ahead.put("\n\ny = 2")
    await ahead.end()
    request = at("x = fo│\n")
    match = case.store.find(request.document, request.position, "m")
    assert fitted(request, match, "m") is None
    shown = with_following(case.store, request, match, "m")
    assert shown.text == "o\n\ny = 2"
    assert shown.start == shown.end == request.position


async def test_every_suggestion_says_what_gave_it():
    case = await known("x = │\n", "foo(a)")
    ahead = Stream()
    document, place = at_cursor("x = foo(a)│\n")
    case.store.add(document, Entry(document.lines, place, "m", 10, ahead.generation(), case.generation))
    await ahead.put("\ny = 2\nz = 3")
    await ahead.end()
    sources = {}
    for now in ("x = │\n", "x = fo│\n", "x = foo(a)│\n", "x = foo(a)\ny│\n"):
        request = at(now)
        sources[now] = fitted(request, case.store.find(request.document, request.position, "m"), "m").source
    assert list(sources.values()) == ["model", "typed-through", "prefetched", "typed-through"]


async def test_without_anything_that_follows_a_last_character_is_not_shown():
    case = await known("x = │\n", "foo")
    request = at("x = fo│\n")
    match = case.store.find(request.document, request.position, "m")
    assert with_following(case.store, request, match, "m") is None
    await settle()


async def test_a_popup_offers_nothing_that_begins_below_its_line():
    case = await known("x = 1│\n", "\n\ny = 2")
    request = at("x = 1│\n")
    match = case.store.find(request.document, request.position, "m")
    assert fitted(request, match, "m").text == "\n\ny = 2"
    assert fitted(replace(request, popup=True), match, "m") is None
