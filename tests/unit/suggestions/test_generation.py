"""A stream that is shared: who waits keeps it open, a cancelled one has a grace, a closed one ends for everybody."""

from __future__ import annotations

import asyncio

import pytest

from foretype.suggestions.generation import Generation
from tests.unit.suggestions.streams import Stream, settle

pytestmark = pytest.mark.asyncio

LONG = 3600.0


def wait(generation, enough=lambda text: False):
    return asyncio.get_running_loop().create_task(generation.until(enough))


async def test_text_grows_until_it_is_enough():
    stream = Stream()
    generation = stream.generation()
    waiting = wait(generation, lambda text: "\n" in text)
    await stream.put("a", "", "b")
    assert not waiting.done()
    assert generation.text == "ab"
    await stream.put("c\nd")
    assert await waiting == "abc\nd"
    assert not generation.ended
    assert not stream.closed.is_set()
    await stream.end()
    assert (generation.ended, generation.whole, generation.error) == (True, True, None)
    assert stream.closed.is_set()
    assert stream.opened == 1


async def test_what_is_enough_already_is_not_waited_for():
    stream = Stream()
    generation = stream.generation()
    await stream.put("abc")
    assert await generation.until(lambda text: len(text) == 3) == "abc"
    await stream.end()
    assert await generation.until(lambda text: False) == "abc"


async def test_everybody_who_waits_is_told():
    stream = Stream()
    generation = stream.generation()
    waiting = [wait(generation, lambda text, size=size: len(text) >= size) for size in (1, 2, 2, 9)]
    await stream.put("x")
    assert [task.done() for task in waiting] == [True, False, False, False]
    await stream.put("y")
    assert [task.done() for task in waiting] == [True, True, True, False]
    await stream.end()
    assert await asyncio.gather(*waiting) == ["x", "xy", "xy", "xy"]


async def test_wake_lets_those_who_wait_look_again():
    stream = Stream()
    generation = stream.generation()
    late = []
    waiting = wait(generation, lambda text: bool(late))
    await settle()
    generation.wake()
    await settle()
    assert not waiting.done()
    late.append(True)
    generation.wake()
    assert await waiting == ""
    await stream.end()


async def test_an_error_ends_the_wait_and_is_kept():
    stream = Stream()
    generation = stream.generation()
    waiting = wait(generation)
    await stream.put("half")
    await stream.fail(ValueError("broken"))
    assert await waiting == "half"
    assert isinstance(generation.error, ValueError)
    assert (generation.ended, generation.whole) == (True, False)
    assert stream.closed.is_set()


async def test_a_stream_that_cannot_be_opened_ends_with_its_error():
    def refuse():
        raise OSError("no")

    generation = Generation(refuse)
    assert await generation.until(lambda text: False) == ""
    assert isinstance(generation.error, OSError)


async def test_closing_ends_the_wait_at_once_and_leaves_a_fragment():
    stream = Stream()
    generation = stream.generation()
    waiting = wait(generation)
    await stream.put("half")
    generation.close()
    generation.close()
    assert await waiting == "half"
    await stream.closed.wait()
    assert (generation.ended, generation.whole, generation.error) == (True, False, None)


async def test_closing_before_the_first_step_ends_the_wait_too():
    """The task is cancelled before it ran at all, so nothing inside it can tell anybody."""
    stream = Stream()
    generation = stream.generation()
    waiting = wait(generation)
    generation.close()
    assert await asyncio.wait_for(waiting, 5) == ""
    assert generation.ended
    assert stream.opened == 0


async def test_a_cancelled_wait_leaves_the_stream_open_for_the_grace_only():
    stream = Stream()
    generation = stream.generation(grace=0.01)
    waiting = wait(generation)
    await stream.put("a")
    waiting.cancel()
    await settle()
    assert not stream.closed.is_set()
    await asyncio.wait_for(stream.closed.wait(), 5)
    await settle()
    assert (generation.ended, generation.whole) == (True, False)


async def test_who_joins_in_the_grace_keeps_the_stream():
    stream = Stream()
    generation = stream.generation(grace=0.01)
    first = wait(generation)
    await settle()
    first.cancel()
    await settle()
    second = wait(generation)
    await asyncio.sleep(0.05)
    assert not stream.closed.is_set()
    await stream.put("for the second")
    await stream.end()
    assert await second == "for the second"
    assert generation.whole


async def test_one_of_two_leaving_starts_no_grace_the_last_one_does():
    stream = Stream()
    generation = stream.generation(grace=0.01)
    one, other = wait(generation), wait(generation)
    await settle()
    one.cancel()
    await asyncio.sleep(0.05)
    assert not stream.closed.is_set()
    other.cancel()
    await asyncio.wait_for(stream.closed.wait(), 5)


async def test_an_answered_wait_leaves_the_stream_to_run_to_its_end():
    stream = Stream()
    generation = stream.generation(grace=0.01)
    waiting = wait(generation, lambda text: "\n" in text)
    await stream.put("line\n")
    await waiting
    await asyncio.sleep(0.05)
    await stream.put("more")
    await stream.end()
    assert generation.text == "line\nmore"
    assert generation.whole


async def test_a_wait_cancelled_after_the_end_starts_no_timer():
    stream = Stream()
    generation = stream.generation(grace=LONG)
    waiting = wait(generation)
    await settle()
    waiting.cancel()
    stream.pieces.put_nowait(None)
    await settle()
    assert generation.ended
    assert generation._farewell is None
