"""What a model says of the secrets that it was not shown: never into a buffer as if it were one of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from foretype.context.secrets import PLACEHOLDER
from foretype.suggestions.generation import CutShort


async def without_placeholders(pieces: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """The pieces up to the first placeholder for a secret; there comes `CutShort`, so that its line is not shown.

    A piece that may be the beginning of one waits for the next.
    """
    held = ""
    async with aclosing(pieces):
        async for piece in pieces:
            held += piece
            if (at := held.find(PLACEHOLDER)) >= 0:
                yield held[:at]
                raise CutShort
            begun = _begun(held)
            yield held[: len(held) - begun]
            held = held[len(held) - begun :]
        yield held


def _begun(text: str) -> int:
    """How many characters at the end of a text may be the beginning of a placeholder."""
    for size in range(min(len(PLACEHOLDER) - 1, len(text)), 0, -1):
        if text.endswith(PLACEHOLDER[:size]):
            return size
    return 0
