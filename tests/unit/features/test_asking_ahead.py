"""When what follows a suggestion is asked for: as soon as it seems to be wanted, and once."""

from __future__ import annotations

import asyncio

import pytest

from foretype.features import prefetch
from foretype.features.prefetch import Prefetcher, accepted
from foretype.features.suggestion import CompletionRequest, Suggestion
from foretype.suggestions.store import Entry, Match
from tests.unit.suggestions.streams import Stream
from tests.unit.suggestions.test_store import Asked, at_cursor

pytestmark = pytest.mark.asyncio


class Ahead:
    """A prefetcher, a suggestion `foo` at `x = │`, and the texts that were asked for ahead of it."""

    def __init__(self, text: str = "foo") -> None:
        self.case = Asked("x = │\n")
        self.text = text
        self.asked: list[str] = []
        self.prefetcher = Prefetcher(self.case.store, lambda request, _: self.asked.append(request.document.text))

    async def show(self, now: str = "x = │\n") -> None:
        if not self.case.generation.ended:
            await self.case.stream.put(self.text)
            await self.case.stream.end()
        request = CompletionRequest(*at_cursor(now))
        match = self.case.store.find(request.document, request.position, "m")
        assert isinstance(match, Match)
        shown = Suggestion(match.rest.rstrip(), request.position, request.position, "model", "")
        self.prefetcher.shown(request, shown, match, "m")


async def test_what_is_typed_through_is_wanted():
    ahead = Ahead()
    await ahead.show("x = f│\n")
    assert ahead.asked == ["x = foo\n"]


async def test_what_is_only_shown_is_wanted_when_it_has_been_looked_at(monkeypatch):
    monkeypatch.setattr(prefetch, "LOOKED_AT", 0.02)
    ahead = Ahead()
    await ahead.show()
    assert ahead.asked == []
    await asyncio.sleep(0.1)
    assert ahead.asked == ["x = foo\n"]


async def test_what_is_gone_before_it_was_looked_at_is_not_wanted(monkeypatch):
    monkeypatch.setattr(prefetch, "LOOKED_AT", 0.02)
    ahead = Ahead()
    await ahead.show()
    ahead.prefetcher.stop()
    await asyncio.sleep(0.1)
    assert ahead.asked == []


async def test_who_takes_most_suggestions_need_not_look_at_one():
    ahead = Ahead()
    for _ in range(4):
        ahead.prefetcher.took(True)
    await ahead.show()
    assert ahead.asked == ["x = foo\n"]


async def test_what_is_known_is_not_asked_again_but_where_it_is_used_up():
    ahead = Ahead("foo\n\n")
    await ahead.show("x = f│\n")
    assert ahead.asked == ["x = foo\n"]
    known = Ahead("foo + bar")
    newer = Stream()
    document, place = at_cursor("x = foo + bar│\n")
    known.case.store.add(document, Entry(document.lines, place, "m", 10, newer.generation()))
    await newer.put("\ny = 1")
    await newer.end()
    await known.show("x = f│\n")
    assert known.asked == []


async def test_what_follows_is_looked_for_once_while_the_suggestion_is_typed_and_again_when_it_is_gone(monkeypatch):
    ahead = Ahead("foo")
    newer = Stream()
    document, place = at_cursor("x = foo│\n")
    following = newer.generation()
    ahead.case.store.add(document, Entry(document.lines, place, "m", 10, following))
    looked = []
    monkeypatch.setattr(prefetch, "accepted", lambda *args: looked.append(args) or accepted(*args))
    for now in ("x = │\n", "x = f│\n", "x = fo│\n"):
        await ahead.show(now)
    assert (len(looked), ahead.asked) == (1, [])
    following.close()  # before it has said anything
    while not following.ended:
        await asyncio.sleep(0)
    await ahead.show("x = fo│\n")
    assert len(looked) == 2
    assert ahead.asked == ["x = foo\n"]
