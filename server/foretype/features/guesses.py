"""The embedded engine's suggestions for a place: how sure it must be of them, and how many are shown.

May not decide when they are shown: that is features/complete.py.
"""

from __future__ import annotations

from typing import Final

from foretype.features.suggestion import CompletionRequest, Suggestion
from foretype.features.typing import TypingMemory
from foretype.models.local import LocalEngine, Prediction
from foretype.text.positions import Position

MOST_BY_HAND: Final = 3
"""Alternatives of the embedded engine when the user asks by hand."""


def guesses(
    local: LocalEngine, request: CompletionRequest, typing: TypingMemory, least: float
) -> tuple[Suggestion, ...]:
    """Suggestions of at least this confidence, likeliest first; more is needed on a line where one was refused."""
    if not request.invoked:
        least = max(least, typing.least_confidence(request.position.line))
    found = local.complete(request.document, request.position)
    most = MOST_BY_HAND if request.invoked else 1
    return tuple(from_engine(each, request.position) for each in found if each.confidence >= least)[:most]


def from_engine(prediction: Prediction, at: Position) -> Suggestion:
    """The embedded engine's prediction as a suggestion; it says honestly where it comes from."""
    return Suggestion(
        text=prediction.text,
        start=at,
        end=Position(at.line, at.column + prediction.replaces),
        source="embedded",
        origin="repeats a pattern of " + (prediction.source_path or "this file"),
        confidence=prediction.confidence,
    )
