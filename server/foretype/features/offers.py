"""What was offered lately and what became of it: accepted, kept, dismissed. In the memory of a session only.

LSP has no word for dismissing ghost text, so a client may say it (`foretype/dismissed`), and otherwise it is inferred:
a suggestion that was there long enough to be read, and that was left for another line without a key of it.
"""

from __future__ import annotations

import itertools
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from foretype.features.suggestion import CompletionRequest, Suggestion
from foretype.text.document import Document
from foretype.text.positions import Position, to_units

OFFERS_KEPT: Final = 256
"""Offers whose acceptance can still be reported."""

READ_AFTER: Final = 0.75
"""Seconds on the screen after which a suggestion counts as read, as in Cody's telemetry."""

FORGOTTEN_AFTER: Final = 600.0
"""Seconds after which a dismissed suggestion may be shown again: by then it may be what is wanted."""

_DISMISSALS_KEPT: Final = 64

_Place = tuple[str, str, str, int, str]
"""Address, the line above, the line itself, the column, and the suggestion: it stays the same where lines move."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A suggestion as it was shown, in a document at one version, at a time in seconds."""

    suggestion: Suggestion
    document: Document
    at: float

    @property
    def line(self) -> int:
        """The line that it stands in."""
        return self.suggestion.start.line


class Offers:
    """One client's."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._numbers = itertools.count(1)
        self._offers: OrderedDict[str, Offer] = OrderedDict()
        self._newest: dict[str, Offer] = {}
        self._dismissed: OrderedDict[_Place, float] = OrderedDict()

    def add(self, suggestion: Suggestion, document: Document) -> tuple[str, Offer]:
        """Remember a suggestion that is being shown; returns the id under which its fate can be reported, too."""
        identity, offer = str(next(self._numbers)), Offer(suggestion, document, self._now())
        self._offers[identity] = self._newest[document.uri] = offer
        while len(self._offers) > OFFERS_KEPT:
            self._offers.popitem(last=False)
        return identity, offer

    def take(self, identity: str, length: int | None = None) -> tuple[Offer, bool] | None:
        """The offer that the user has accepted, and whether all of it; None for an id that is not known (any more).

        `length`: only so much of it so far, counted from its start in UTF-16 units, as the protocol counts.
        """
        offer = self._offers.get(identity)
        if offer is None:
            return None
        text = offer.suggestion.text
        whole = length is None or length >= to_units(text, len(text), "utf-16")
        if whole:
            del self._offers[identity]
        self._newest.pop(offer.document.uri, None)
        return offer, whole

    def dismiss(self, identity: str) -> bool:
        """The user has waved this suggestion away: it is not shown there again for a while."""
        offer = self._offers.get(identity)
        if offer is None:
            return False
        self._dismiss(offer)
        return True

    def asked(self, request: CompletionRequest) -> None:
        """The cursor is here now. A suggestion that was read, and left for another line, is dismissed."""
        offer = self._newest.get(request.document.uri)
        if offer is None or offer.line == request.position.line:
            return
        del self._newest[request.document.uri]
        if self._now() - offer.at >= READ_AFTER:
            self._dismiss(offer)

    def document_changed(self, before: Document | None, after: Document | None) -> None:
        """An edit of a suggestion's own line is an answer to it, whichever; elsewhere it says nothing yet."""
        document = after or before
        offer = self._newest.get(document.uri) if document is not None else None
        if offer is None or document is None:
            return
        same = after is not None and offer.line < len(after.lines)
        if not same or document.line(offer.line) != offer.document.line(offer.line):
            del self._newest[document.uri]

    def hides(self, request: CompletionRequest, suggestion: Suggestion) -> bool:
        """Whether this was dismissed here. Whoever asks by hand sees it again."""
        if request.invoked or not self._dismissed:
            return False
        since = self._dismissed.get(_place(suggestion, request.document))
        return since is not None and self._now() - since < FORGOTTEN_AFTER

    def _dismiss(self, offer: Offer) -> None:
        self._dismissed[_place(offer.suggestion, offer.document)] = self._now()
        while len(self._dismissed) > _DISMISSALS_KEPT:
            self._dismissed.popitem(last=False)


def _place(suggestion: Suggestion, document: Document) -> _Place:
    at: Position = suggestion.start
    above = document.line(at.line - 1) if at.line else ""
    return document.uri, above, document.line(at.line), at.column, suggestion.text
