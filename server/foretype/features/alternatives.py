"""Further suggestions for a place, when the user asks by hand: the same question, answered more and more freely."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from foretype.features.suggestion import Suggestion
from foretype.scheduling.extent import Extent

PATIENCE: Final = 3.0
"""Seconds for each round of alternatives, counted from the first suggestion: who asks by hand looks for a choice,
but has something to look at only once all of them are there."""

Suggest = Callable[[Extent], Awaitable[Suggestion | None]]


async def with_alternatives(first: Suggestion, extent: Extent, most: int, suggest: Suggest) -> tuple[Suggestion, ...]:
    """The first suggestion and at most `most` - 1 others that differ from it and from each other.

    As many as are missing are asked for side by side, each at a higher temperature; where some of them say the same
    again, there is another round, as long as the temperature makes sense. What is late is left out.
    """
    found = {first.text: first}
    freer = list(extent.alternatives())
    while freer and len(found) < most:
        missing = most - len(found)
        asked = [asyncio.ensure_future(suggest(each)) for each in freer[:missing]]
        freer = freer[missing:]
        try:
            await asyncio.wait(asked, timeout=PATIENCE)
        finally:
            for each in asked:
                each.cancel()
        for each in asked:
            answered = each.done() and not each.cancelled() and each.exception() is None
            if answered and (suggestion := each.result()) is not None:
                found.setdefault(suggestion.text, suggestion)
    return tuple(found.values())
