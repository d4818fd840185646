"""A grammar is loaded by a thread before a stream is read that a grammar may end, and once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from foretype.features import reading
from foretype.features.reading import with_grammar

pytestmark = pytest.mark.asyncio


async def words() -> AsyncIterator[str]:
    yield "a"
    yield "b"


@asynccontextmanager
async def opener() -> AsyncIterator[AsyncIterator[str]]:
    yield words()


@pytest.mark.parametrize(("known", "loads"), [(False, 1), (True, 0)])
async def test_loading_is_a_threads_work(monkeypatch: pytest.MonkeyPatch, known: bool, loads: int) -> None:
    loaded = []
    monkeypatch.setattr(reading, "is_known", lambda _: known)
    monkeypatch.setattr(reading, "grammar_for", lambda name: loaded.append((name, threading.current_thread())))
    async with with_grammar(opener, "python")() as pieces:
        assert [piece async for piece in pieces] == ["a", "b"]
    assert [name for name, _ in loaded] == ["python"] * loads
    assert all(thread is not threading.main_thread() for _, thread in loaded)


async def test_nothing_is_loaded_where_nothing_can_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "is_known", lambda _: False)
    monkeypatch.setattr(reading, "grammar_for", lambda _: pytest.fail("loaded"))

    @asynccontextmanager
    async def refused() -> AsyncIterator[AsyncIterator[str]]:
        await asyncio.sleep(0)
        raise ConnectionError
        yield words()

    with pytest.raises(ConnectionError):
        async with with_grammar(refused, "python")():
            pass
