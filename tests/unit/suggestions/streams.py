"""A stream that a test feeds by hand, and that knows when it was closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from foretype.suggestions.generation import GRACE, Generation


class Stream:
    """`put` text, then `end` it or `fail` it. `closed` is set when the reader has left, for whatever reason."""

    def __init__(self) -> None:
        self.pieces: asyncio.Queue[str | Exception | None] = asyncio.Queue()
        self.opened = 0
        self.closed = asyncio.Event()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[str]]:
        self.opened += 1

        async def read() -> AsyncIterator[str]:
            while (piece := await self.pieces.get()) is not None:
                if isinstance(piece, Exception):
                    raise piece
                yield piece

        try:
            yield read()
        finally:
            self.closed.set()

    async def put(self, *pieces: str) -> None:
        for piece in pieces:
            self.pieces.put_nowait(piece)
        await settle()

    async def end(self) -> None:
        self.pieces.put_nowait(None)
        await settle()

    async def fail(self, error: Exception) -> None:
        self.pieces.put_nowait(error)
        await settle()

    def generation(self, grace: float = GRACE) -> Generation:
        return Generation(self.open, grace)


async def settle() -> None:
    """Let everything that can run do so."""
    for _ in range(10):
        await asyncio.sleep(0)
