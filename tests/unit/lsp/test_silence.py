"""Who waits for a model that says nothing is told for how long; nobody else is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from foretype.lsp import progress as module
from foretype.lsp.progress import Progress, Silence

pytestmark = pytest.mark.asyncio


class Board:
    """Notes what is sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.more = asyncio.Event()

    def send(self, _token: object, value: Any) -> None:
        self.sent.append(value)
        self.more.set()


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Board:
    monkeypatch.setattr(module, "SILENT_AFTER", 0.01)
    return Board()


def begun(board: Board) -> Progress:
    progress = Progress(board, "t", "Fix")  # type: ignore[arg-type]
    progress.begin()
    board.sent.clear()
    board.more.clear()
    return progress


async def test_a_silent_model_is_told_of_again_and_again(board: Board) -> None:
    silence = Silence(begun(board))
    silence.begins()
    while len(board.sent) < 3:
        board.more.clear()
        await asyncio.wait_for(board.more.wait(), 20)
    assert {each.message for each in board.sent[:3]} == {"The model has not begun to answer; 0 s"}
    silence.ends()
    count = len(board.sent)
    await asyncio.sleep(0.05)
    assert len(board.sent) == count, "it has answered"


@pytest.mark.parametrize("answered", [True, False])
async def test_nothing_is_said_of_what_has_answered_or_ended(board: Board, answered: bool) -> None:
    progress = begun(board)
    silence = Silence(progress)
    silence.begins()
    if answered:
        silence.ends()
    else:
        progress.end()
        board.sent.clear()
    await asyncio.sleep(0.05)
    assert board.sent == []
