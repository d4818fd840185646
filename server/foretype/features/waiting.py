"""How long a request waits for a model: as long as the next key hardly falls, since an answer must come before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from foretype.features.ticket import Ticket
from foretype.suggestions.store import Match

_LONGER: Final = 1.5
"""Times the mean of the lines so far that the next line may take: lines differ in length."""

_LINE: Final = 40
"""Characters that the next line may well have, where those before were short."""


async def until_useful(match: Match, ticket: Ticket, deadline: float) -> None:
    """Wait for a whole line, then, where a block is wanted, for the lines that come by a time of the loop's clock.

    What is typed through already is not waited with: what shows stays right, and grows with the next key.
    """
    generation, offset = match.generation, match.offset
    ticket.wake_with(generation.wake)
    await generation.until(lambda text: ticket.superseded or "\n" in text[offset:].lstrip())
    if match.max_lines > 1 and not offset and not ticket.superseded:
        lines = _Lines(match, deadline)
        await _until(match, lambda: ticket.superseded or lines.enough(), deadline)


class _Lines:
    """Counts lines as they come: when the next would be too late, the ones that are there are enough."""

    def __init__(self, match: Match, deadline: float) -> None:
        self._generation = match.generation
        self._deadline = deadline
        self._ends = 0

    def enough(self) -> bool:
        """Whether a line has just ended, and the next would hardly do by the deadline, at the pace of those before."""
        text = self._generation.text
        if not text.endswith("\n") and text.count("\n") == self._ends:
            return False
        self._ends = text.count("\n")
        written = sum(bool(line.strip()) for line in text[: text.rfind("\n")].split("\n"))
        if not written:
            return False
        now = asyncio.get_running_loop().time()
        writing = now - self._generation.begun - (self._generation.first_piece or 0.0)
        line = max(_LONGER / written, _LINE / len(text))
        return now + line * writing > self._deadline


async def is_silent(match: Match, ticket: Ticket, deadline: float) -> bool:
    """Wait for the model's first word up to a time of the loop's clock; whether nothing has come by then."""
    ticket.wake_with(match.generation.wake)
    await _until(match, lambda: ticket.superseded or match.generation.text != "", deadline)
    return match.generation.silent and not ticket.superseded


async def _until(match: Match, enough: Callable[[], bool], deadline: float) -> None:
    loop = asyncio.get_running_loop()
    if match.generation.ended or loop.time() >= deadline:
        return
    timer = loop.call_at(deadline, match.generation.wake)
    try:
        await match.generation.until(lambda _: enough() or loop.time() >= deadline)
    finally:
        timer.cancel()
