"""Notices that there is more to show where nothing has been typed since: a block that grows, a model that is there now.

The protocol gives one answer to a request, and the next key may be long in coming. It only looks, seldom, and tells
once for each answer; whether somebody asks again is the editor's affair.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from foretype.features.asking import fitted
from foretype.features.suggestion import CompletionRequest, Outcome
from foretype.suggestions.store import Match

LOOKS: Final = 0.25
"""Seconds between two looks at a stream: more often, and what is being read would hardly stand still."""

LONGEST: Final = 20.0
"""Seconds after an answer when looking ends: later the user has long turned to something else."""

Tell = Callable[[CompletionRequest], None]


class Growth:
    """One client's, for the place that was answered last. Does nothing while there is nobody to `tell`."""

    def __init__(self) -> None:
        self.tell: Tell | None = None
        """Told of the request that would get more now, if it were made again."""
        self.of_blocks = True
        """Whether it is told of blocks that grow, too: not where nobody hears that the user has waved one away, which
        would be back on the screen a moment later."""
        self._timer: asyncio.TimerHandle | None = None
        self._unanswered: CompletionRequest | None = None
        self._told: CompletionRequest | None = None

    def shown(self, request: CompletionRequest, text: str, match: Match, model: str) -> None:
        """This much of a stream, or this in its place, is the answer to a request; "" where nothing is."""
        generation = match.generation
        if self.tell is None or not self.of_blocks or generation.ended or generation.whole or request.popup:
            return
        self._stop_looking()
        loop = asyncio.get_running_loop()
        end, lines = loop.time() + LONGEST, generation.text.count("\n")

        def look() -> None:
            nonlocal lines
            self._timer = None
            now = generation.text.count("\n")
            settled = generation.ended or generation.whole
            if settled or now != lines:
                lines = now
                more = fitted(request, match, model)
                if more is not None and len(more.text) > len(text) and more.text.startswith(text):
                    self._tell(request)
                    return
            if not settled and loop.time() < end:
                self._timer = loop.call_later(LOOKS, look)

        self._timer = loop.call_later(LOOKS, look)

    def unanswered(self, request: CompletionRequest, outcome: Outcome) -> None:
        """This was answered without the model; if with nothing, it is worth asking again once there is one."""
        if self.tell is not None and not (request.popup or outcome.suggestions or outcome.gated):
            self._unanswered = request

    def ready(self) -> None:
        """There is a model now."""
        request, self._unanswered = self._unanswered, None
        if request is not None:
            self._tell(request)

    def stop(self) -> None:
        """Something was typed, asked for or waved away: nobody waits for more of what was there before."""
        self._stop_looking()
        self._unanswered = None

    def _stop_looking(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def asked_again(self, request: CompletionRequest) -> bool:
        """Whether this is what was told of: it wants what is there, and no wait for still more. Once only."""
        told, self._told = self._told, None
        return told is not None and told.document is request.document and told.position == request.position

    def _tell(self, request: CompletionRequest) -> None:
        if self.tell is not None:
            self._told = request
            self.tell(request)
