"""What the learned gate learns from: the suggestions that a model was asked for, and whether they were taken.

A suggestion that was gone before it could be read teaches nothing, nor does one of the embedded engine's, which cost
nothing to ask for. While it is typed through, it is one and the same suggestion.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from foretype.features.offers import Offer
from foretype.features.suggestion import CompletionRequest
from foretype.scheduling.learned_gate import Judgement, LearnedGate

READ: Final = 0.5
"""Seconds on the screen without which a suggestion cannot have been turned down: Continue's figure."""


@dataclass(frozen=True, slots=True)
class _Shown:
    judgement: Judgement
    offer: Offer


class Learning:
    """One client's gate. `learned` takes the numbers that have changed, to be kept; without it they wait."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.gate = LearnedGate()
        self.learned: Callable[[Mapping[str, float]], None] | None = None
        self._now = now
        self._asked: dict[str, Judgement] = {}
        self._shown: dict[str, _Shown] = {}

    def worth_asking(self, request: CompletionRequest) -> bool:
        """Whether a model is to be asked here. Another question in a document is the end of what was shown in it."""
        uri = request.document.uri
        self.passed_over(uri)
        judgement = self.gate.judge(request.document, request.position, self._now())
        self._asked[uri] = judgement
        return judgement.passes

    def offered(self, offer: Offer) -> None:
        """A suggestion is on the screen."""
        if offer.suggestion.confidence is not None:
            return  # the embedded engine's, perhaps in the place of what the model is still writing
        uri = offer.document.uri
        judgement = self._asked.pop(uri, None)
        if judgement is not None and judgement.passes:
            self._shown[uri] = _Shown(judgement, offer)

    def accepted(self, offer: Offer) -> None:
        """It was taken, from its beginning or after some of it was typed."""
        shown = self._shown.pop(offer.document.uri, None)
        if shown is not None and shown.offer.suggestion.text.endswith(offer.suggestion.text):
            self._learn(shown.judgement, accepted=True)

    def passed_over(self, uri: str) -> None:
        """What is on the screen in this document, if anything, is not wanted."""
        shown = self._shown.pop(uri, None)
        if shown is not None and self._now() - shown.offer.at >= READ:
            self._learn(shown.judgement, accepted=False)

    def forget(self, uri: str) -> None:
        """The document is closed: what shows in it is not wanted, and what is asked about it comes too late."""
        self.passed_over(uri)
        self._asked.pop(uri, None)

    def _learn(self, judgement: Judgement, *, accepted: bool) -> None:
        self.gate.learn(judgement, accepted, self._now())
        if self.learned is not None:
            self.learned(self.gate.drain())
