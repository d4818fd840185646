"""Asks for what follows a suggestion before it is accepted, so that the next one is there at once.

A request ahead costs tokens that may be for nothing, so it is made only when the suggestion seems to be wanted: when
its beginning has been typed, when it has been on the screen for a moment, or at once where this user takes most of what
is shown. Never more than one ahead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from foretype.features.suggestion import CompletionRequest, Suggestion
from foretype.suggestions.generation import Generation
from foretype.suggestions.store import Match, SuggestionStore
from foretype.text.changes import moved_by
from foretype.text.document import Change

LOOKED_AT: Final = 0.35
"""Seconds on the screen after which a suggestion is being read: a simple reaction takes about 0.25."""

LIKELY: Final = 0.5
"""Share of suggestions that are taken, of late, from which on one need not be looked at first."""

_FIRST_SHARE: Final = 0.3
"""Before anything is known: studies of assistants in use report 22 to 34% (arXiv 2305.12050)."""

_NEWEST_WEIGHT: Final = 0.15

Begin = Callable[[CompletionRequest, Match], None]


class Prefetcher:
    """At most one request ahead. `begin` asks for a place in a document that does not exist yet."""

    def __init__(self, store: SuggestionStore, begin: Begin) -> None:
        self._store = store
        self._begin = begin
        self._timer: asyncio.TimerHandle | None = None
        self._last: tuple[Generation, int, Generation] | None = None
        """What was shown last of which generation (up to which of its characters), and what follows that."""
        self.share = _FIRST_SHARE
        """Of the suggestions that were shown, how many were taken, of late; 0 to 1."""

    def took(self, yes: bool) -> None:
        """A suggestion was taken as a whole, or was not."""
        self.share += _NEWEST_WEIGHT * (yes - self.share)

    def shown(self, request: CompletionRequest, suggestion: Suggestion, match: Match, model: str) -> None:
        """A whole suggestion of the model is shown: ask ahead now, or when it has been looked at."""
        self.stop()
        end = match.offset + len(suggestion.text)
        last = self._last
        typed_on = last is not None and last[:2] == (match.generation, end)  # what stays there then is known
        if last is not None and typed_on and self._store.holds(request.document, last[2]):
            return
        self._last = None
        ahead = accepted(request, suggestion)
        known = self._store.find(ahead.document, ahead.position, model)
        if known is not None and not known.used_up:
            if known.generation is not match.generation:  # which is about to end here, and then says no more
                self._last = match.generation, end, known.generation
            return
        if match.offset or self.share >= LIKELY:
            self._begin(ahead, match)
        else:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(LOOKED_AT, self._begin, ahead, match)

    def stop(self) -> None:
        """The suggestion is gone, or changed: what is not asked yet is not."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def accepted(request: CompletionRequest, suggestion: Suggestion) -> CompletionRequest:
    """The document and the cursor as they will be once the suggestion is accepted."""
    change = Change(suggestion.start, suggestion.end, suggestion.text)  # a unit of UTF-32 is a column
    document = request.document.apply([change], request.document.version, "utf-32")
    return CompletionRequest(document, moved_by(suggestion.start, suggestion.text), indent=request.indent)
