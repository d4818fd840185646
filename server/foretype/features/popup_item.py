"""Suggestions while an item of the editor's popup is selected: they extend that item, in its own range."""

from __future__ import annotations

from dataclasses import replace

from foretype.features.suggestion import CompletionRequest, Outcome, PopupItem, Suggestion
from foretype.text.document import Change
from foretype.text.positions import Position


def with_popup_item(request: CompletionRequest) -> CompletionRequest:
    """The request as it would be if the selected popup item were in the text already: what is suggested extends it."""
    selected = request.selected
    if selected is None:
        return request
    change = Change(selected.start, selected.end, selected.text)  # a unit of UTF-32 is a column
    document = request.document.apply([change], request.document.version, "utf-32")
    position = Position(selected.start.line, selected.start.column + len(selected.text))
    return replace(request, document=document, position=position, selected=None)


def from_popup_item(outcome: Outcome, request: CompletionRequest) -> Outcome:
    """Suggestions for the text with the popup item, as edits of the text without it: same start, item's text first."""
    selected: PopupItem | None = request.selected
    if selected is None:
        return outcome

    def extended(suggestion: Suggestion) -> Suggestion:
        replaced = suggestion.end.column - suggestion.start.column
        end = Position(selected.end.line, selected.end.column + replaced)
        return replace(suggestion, text=selected.text + suggestion.text, start=selected.start, end=end)

    return replace(outcome, suggestions=tuple(map(extended, outcome.suggestions)))
