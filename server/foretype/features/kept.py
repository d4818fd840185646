"""Whether accepted text is still there half a minute later: acceptances that are taken back were no good.

Looks at a window of lines once for each acceptance; knows no clock but the event loop's.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Final

from foretype.features.offers import Offer
from foretype.text.document import Document

KEPT_AFTER: Final = 30.0
"""Seconds. Copilot looks after 15 and 30 seconds, and several minutes; most of what goes, goes at once."""

LEAST_KEPT: Final = 0.5
"""The share of its characters that must still be there, line by line."""

_AROUND: Final = 80
"""Lines around the place that are looked at: what is written meanwhile moves it."""


class Keeping:
    """Looks after acceptances. `document_of` gives a document as it is now, `kept` is told of an offer that stayed."""

    def __init__(self, document_of: Callable[[str], Document | None], kept: Callable[[Offer], None]) -> None:
        self._document_of = document_of
        self._kept = kept
        self._numbers = itertools.count()
        self._waiting: dict[int, tuple[Offer, asyncio.TimerHandle]] = {}

    def accepted(self, offer: Offer) -> None:
        """Look at it in half a minute."""
        number = next(self._numbers)
        self._waiting[number] = offer, asyncio.get_running_loop().call_later(KEPT_AFTER, self._look, number)

    def closing(self, document: Document) -> None:
        """The document is being closed: what was accepted in it is looked at now."""
        for number, (offer, timer) in list(self._waiting.items()):
            if offer.document.uri == document.uri:
                timer.cancel()
                self._look(number, document)

    def stop(self) -> None:
        """Look at nothing any more."""
        for _, timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()

    def _look(self, number: int, document: Document | None = None) -> None:
        offer, _ = self._waiting.pop(number)
        document = document or self._document_of(offer.document.uri)
        if document is not None and kept_share(offer, document) >= LEAST_KEPT:
            self._kept(offer)


def kept_share(offer: Offer, document: Document) -> float:
    """The share of the text's characters (blanks aside) that stand, line by line, near its place."""
    text = offer.suggestion.text
    first = max(0, offer.line - _AROUND)
    last = offer.line + text.count("\n") + _AROUND
    there = [document.line(number) for number in range(first, min(last + 1, len(document.lines)))]
    pieces = [piece.strip() for piece in text.splitlines() if piece.strip()]
    whole = sum(map(len, pieces))
    found = sum(len(piece) for piece in pieces if any(piece in line for line in there))
    return found / whole if whole else 0.0
