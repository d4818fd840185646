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
    """Suggestions of at least this confidence, likeliest first; more is needed on a line where one was refused.

    What is being typed through stays: a line is the likelier, the more of it has been typed (P(line | its beginning) is
    at least P(line)), though the engine, which sees another place at each key, may be less sure of it. Only text that
    goes on farther, or that is surer than the line was when it was shown, takes its place.
    """
    rest = None
    if not request.invoked:
        rest = typing.rest_at(request.document, request.position)
        least = max(least, typing.least_confidence(request.position.line))
    found = local.complete(request.document, request.position)
    most = MOST_BY_HAND if request.invoked else 1
    shown = tuple(from_engine(each, request.position) for each in found if each.confidence >= least)[:most]
    if rest is None or rest.confidence is None or rest.confidence < least:
        return shown
    if any(each.text.startswith(rest.text) or (each.confidence or 0.0) > rest.confidence for each in shown):
        return shown
    return (rest,)


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
