"""The building of an index as the user sees it: nothing where it is quick, a beginning and an end where it is not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import foretype.lsp.index_progress as module
from foretype.lsp.index_progress import IndexProgress
from foretype.repository.snapshot import IndexStatus

pytestmark = pytest.mark.asyncio
FOLDER = Path("/home/somebody/project")


class Index:
    def __init__(self) -> None:
        self.status = IndexStatus(building=True)


class Board:
    """Stands for the client's: what is shown, in order."""

    def __init__(self) -> None:
        self.shown_so_far: list[str] = []

    @asynccontextmanager
    async def shown(self, title: str, *, cancellable: bool) -> AsyncIterator[Board]:
        self.shown_so_far.append(f"begin {title} {cancellable}")
        yield self
        self.shown_so_far.append("end")

    def report(self, message: str) -> None:
        if self.shown_so_far[-1] != message:
            self.shown_so_far.append(message)


@pytest.fixture
def tasks() -> list[asyncio.Task[Any]]:
    return []


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Board:
    monkeypatch.setattr(module, "_PAUSE", 0.001)
    monkeypatch.setattr(module, "PATIENCE", 0.003)
    return Board()


async def until(board: Board, said: str) -> None:
    while said not in board.shown_so_far:
        await asyncio.sleep(0.001)


async def test_long_building_is_shown_once(board: Board, tasks: list[asyncio.Task[Any]]) -> None:
    index = Index()
    progress = IndexProgress(board, lambda work: tasks.append(asyncio.ensure_future(work)))  # type: ignore[arg-type]
    for looked_at in (0, 10, 1_200):
        index.status = replace(index.status, looked_at=looked_at)
        progress.heard(FOLDER, index)  # type: ignore[arg-type]
    await asyncio.wait_for(until(board, "1,200 files looked at"), 60)
    index.status = replace(index.status, search_waiting=7)
    await asyncio.wait_for(until(board, "7 files to be made searchable"), 60)
    index.status = replace(index.status, building=False, search_waiting=0)
    await asyncio.wait_for(asyncio.gather(*tasks), 60)
    assert board.shown_so_far[0] == "begin Indexing project False"
    assert board.shown_so_far.count("end") == 1
    assert len(tasks) == 1
    index.status = replace(index.status, building=True)
    progress.heard(FOLDER, index)  # type: ignore[arg-type]
    assert len(tasks) == 2, "the next time is shown, too"
    index.status = replace(index.status, building=False)
    await asyncio.wait_for(asyncio.gather(*tasks), 60)


async def test_a_quick_update_is_not_shown(board: Board, tasks: list[asyncio.Task[Any]]) -> None:
    index = Index()
    progress = IndexProgress(board, lambda work: tasks.append(asyncio.ensure_future(work)))  # type: ignore[arg-type]
    progress.heard(FOLDER, index)  # type: ignore[arg-type]
    index.status = IndexStatus(building=False)
    await asyncio.wait_for(asyncio.gather(*tasks), 60)
    assert board.shown_so_far == []


async def test_what_should_be_known_is_said_once(board: Board, caplog: pytest.LogCaptureFixture) -> None:
    index = Index()
    index.status = IndexStatus(truncated=True, error="The disk is full.", search_error="No search.")
    progress = IndexProgress(board, lambda work: work.close())  # type: ignore[arg-type]
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            progress.heard(FOLDER, index)  # type: ignore[arg-type]
    assert [record.message for record in caplog.records] == [
        "project is larger than what is indexed at most; its deepest files are missing.",
        "The disk is full.",
        "No search.",
    ]
