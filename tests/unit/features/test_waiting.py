"""How long an answer waits for lines to come: never beyond the time at which the next key may fall."""

from __future__ import annotations

import asyncio

import pytest

from foretype.features.ticket import Ticket
from foretype.features.waiting import is_silent, until_useful
from foretype.suggestions.store import Match
from tests.unit.suggestions.streams import Stream, settle

pytestmark = pytest.mark.asyncio

LONG = 3600.0


class Waiting:
    """A stream that somebody waits for until so many seconds from now."""

    def __init__(self, seconds: float, *, max_lines: int = 10, offset: int = 0) -> None:
        self.stream = Stream()
        self.generation = self.stream.generation()
        self.ticket = Ticket()
        loop = asyncio.get_running_loop()
        match = Match(self.generation, offset, max_lines)
        self.task = loop.create_task(until_useful(match, self.ticket, loop.time() + seconds))

    async def close(self) -> None:
        self.generation.close()
        await settle()


async def test_half_a_line_is_not_enough():
    case = Waiting(0.0)
    await case.stream.put("foo(a")
    assert not case.task.done()
    await case.stream.put(")\n")
    assert case.task.done()
    await case.close()


async def test_blank_lines_in_front_are_no_line():
    case = Waiting(0.0)
    await case.stream.put("\n\n")
    assert not case.task.done()
    await case.close()


async def test_while_there_is_time_the_block_is_waited_for():
    case = Waiting(LONG)
    await case.stream.put("a\n", "b\n")
    assert not case.task.done()
    await case.stream.end()
    assert case.task.done()


async def test_the_time_ends_the_wait():
    case = Waiting(0.05)
    await case.stream.put("a\n", "b")
    await asyncio.wait_for(case.task, 10)
    assert not case.generation.ended
    await case.close()


async def test_a_line_that_would_hardly_be_there_in_time_is_not_waited_for():
    case = Waiting(0.5)
    case.generation.begun -= 10.0  # the first line took ten seconds, and so would the next
    await case.stream.put("a")
    case.generation.first_piece = 0.0
    await case.stream.put("\n")
    assert case.task.done()
    await case.close()


async def test_behind_short_lines_one_of_ordinary_length_is_expected():
    case = Waiting(5.0)
    case.generation.begun -= 1.0  # three characters a second: forty would take thirteen
    await case.stream.put("a")
    case.generation.first_piece = 0.0
    await case.stream.put("b\n")
    assert case.task.done()
    await case.close()


async def test_a_single_line_is_all_that_is_wanted():
    case = Waiting(LONG, max_lines=1)
    await case.stream.put("a\n")
    assert case.task.done()
    await case.close()


async def test_what_is_typed_through_does_not_wait_for_more():
    case = Waiting(LONG, offset=2)
    await case.stream.put("abcd\n")
    assert case.task.done()
    await case.close()


async def test_who_is_superseded_does_not_wait():
    case = Waiting(LONG)
    await case.stream.put("a\n")
    case.ticket.supersede()
    await settle()
    assert case.task.done()
    await case.close()


@pytest.mark.parametrize(("text", "silent"), [("", True), ("a", False)])
async def test_silence_is_known_when_the_head_start_is_over(text, silent):
    stream = Stream()
    generation = stream.generation()
    await stream.put(text)
    deadline = asyncio.get_running_loop().time() + 0.02
    assert await is_silent(Match(generation, 0, 1), Ticket(), deadline) is silent
    generation.close()
    await settle()
