"""From an answer's deltas to pieces of text: chats are unwrapped, and an answer that ran out of tokens says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from foretype.features.reading import in_line_ends, insertable
from foretype.models.provider import Delta, FillPrompt
from foretype.suggestions.generation import CutShort, Generation


async def answer(*deltas: Delta) -> AsyncIterator[Delta]:
    for delta in deltas:
        yield delta


def generated(*deltas: Delta, fill: FillPrompt | None = None, line_end: str = "\n") -> Generation:
    @asynccontextmanager
    async def opened() -> AsyncIterator[AsyncIterator[str]]:
        yield insertable(answer(*deltas), fill)

    async def run() -> Generation:
        generation = Generation(in_line_ends(opened, line_end))
        await generation.until(lambda _: False)
        return generation

    return asyncio.run(run())


@pytest.mark.parametrize("fill", [None, FillPrompt("x = ", "", language_id="python")])
@pytest.mark.parametrize("reason", ["length", "max_tokens", "model_length", "content_filter"])
def test_a_line_that_may_be_cut_short_is_not_shown(reason: str, fill: FillPrompt | None) -> None:
    generation = generated(Delta("first()\nsecond()\nthi"), Delta("rd", reason), fill=fill)
    assert generation.error is None
    assert generation.whole
    assert generation.text == "first()\nsecond()\nthird"
    assert generation.worth_showing(0) == "first()\nsecond()"


def test_where_there_is_only_one_line_its_beginning_is_shown() -> None:
    assert generated(Delta("a_long_li", "length")).worth_showing(0) == "a_long_li"


def test_an_answer_that_ends_by_itself_is_shown_to_its_end() -> None:
    assert generated(Delta("first()\nsecond()", "stop")).worth_showing(0) == "first()\nsecond()"


def test_the_piece_that_was_read_already_comes_first() -> None:
    async def read() -> list[str]:
        return [piece async for piece in insertable(answer(Delta("b")), None, Delta("a"))]

    assert asyncio.run(read()) == ["a", "b"]


def test_cut_short_is_told_behind_all_pieces() -> None:
    async def read() -> str:
        text = ""
        try:
            async for piece in insertable(answer(Delta("a"), Delta("b", "length")), None):
                text += piece
        except CutShort:
            return text + " cut short"
        return text

    assert asyncio.run(read()) == "ab cut short"


def test_a_chat_ends_where_its_fence_does() -> None:
    fill = FillPrompt("x = ", "", language_id="python")
    generation = generated(Delta("```py\n1"), Delta("2\n```\n"), Delta("This is a number."), fill=fill)
    assert generation.text == "12\n"


def test_line_ends_are_the_documents_also_where_a_piece_ends_between() -> None:
    assert generated(Delta("a\r"), Delta("\nb\n"), Delta("c\r"), line_end="\r\n").text == "a\r\nb\r\nc\r\n"
