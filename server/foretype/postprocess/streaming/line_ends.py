"""Gives a stream the document's own line ends before it is stored, so that typing a line break through it fits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator


async def with_line_ends(pieces: AsyncIterator[str], line_end: str) -> AsyncGenerator[str, None]:
    """The same text, each line ending in `line_end`; a carriage return waits for what comes behind it."""
    held = ""
    async for piece in pieces:
        text = held + piece
        held = "\r" if text.endswith("\r") else ""
        if text := text[: len(text) - len(held)]:
            yield to_line_ends(text, line_end)
    if held:
        yield line_end


def to_line_ends(text: str, line_end: str) -> str:
    """The text with `line_end` at each end of a line, whatever stood there."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if line_end == "\n" else text.replace("\n", line_end)
