"""Edits for one version of a document, carried over to a later one: only where neither touches the other."""

from __future__ import annotations

from collections.abc import Sequence

from foretype.features.actions.differences import changed_lines
from foretype.features.actions.values import Edit
from foretype.text.lines import Lines
from foretype.text.positions import Position


def carried_over(edits: Sequence[Edit], before: Lines, now: Lines) -> list[Edit] | None:
    """The same edits for the text as it is now; None where somebody has changed what they change, or right beside it.

    Lines that an edit only borders on count as touched: whoever writes there is writing about the same thing.
    """
    if before is now or not edits:
        return list(edits)
    changes = list(changed_lines(before, now))
    moved = []
    for edit in edits:
        shift = 0
        first, last = edit.start.line, edit.end.line
        for start, end, new_start, new_end in changes:
            if not _clear(edit, start, end):
                return None
            if end <= first:
                shift += (new_end - new_start) - (end - start)
        moved.append(
            Edit(Position(first + shift, edit.start.column), Position(last + shift, edit.end.column), edit.text)
        )
    return moved


def _clear(edit: Edit, start: int, end: int) -> bool:
    """Whether changed lines end above an edit of whole lines, or begin below it, with an untouched line between."""
    whole = edit.start.column == 0 and edit.end.column == 0
    below = edit.end.line if whole and edit.end.line > edit.start.line else edit.end.line + 1
    return end < edit.start.line or start > below
