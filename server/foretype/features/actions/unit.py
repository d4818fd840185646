"""What an action is really about: whole lines, found by the grammar where there is one. Pure; to be called in a thread.

The smallest thing that holds the selection: a definition, a statement, a paragraph. A selection is never made smaller.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from foretype.features.actions.menu import Problem
from foretype.features.actions.parsed import definitions
from foretype.features.actions.tasks import Task
from foretype.features.actions.values import Unfit, Unit
from foretype.syntax.definitions import Definition
from foretype.syntax.tree import parse
from foretype.text.document import Document
from foretype.text.positions import Position
from foretype.text.uris import path_of

LARGEST_BODY: Final = 200
"""Lines of a definition that is taken as a whole where only a place in it was named."""

_AROUND: Final = 12
_KINDS: Final = frozenset(("function", "method", "class", "interface", "type"))


def find_unit(document: Document, task: Task, start: Position, end: Position, problems: Sequence[Problem] = ()) -> Unit:
    """The unit of an action at a selection (or cursor). Raises Unfit where there is nothing to work on."""
    if not document.text.strip():
        raise Unfit("The file is empty.")
    if task.about == "file":
        return Unit(0, _written_end(document, len(document.lines)))
    if task.about == "problem" and problems:
        beyond = max(each.start.line for each in problems)
        if beyond >= len(document.lines):
            path = path_of(document.uri)
            raise Unfit(f"{path.name if path is not None else 'The file'} has no line {beyond + 1}.")
        start, end = min(each.start for each in problems), max(each.end for each in problems)
    first, last = _whole_lines(document, start, end)
    found = [each for each in definitions(document.lines, document.language_id) if each.kind in _KINDS]
    if task.about == "definition":
        return _definition(found, first, last, end > start)
    if task.about == "problem":
        return _around_problem(document, found, first, last)
    if task.name == "extract":
        inner = _innermost(found, first, last)
        return (
            Unit(inner.start, inner.end, inner.name, inner.kind, (first, last + 1)) if inner else Unit(first, last + 1)
        )
    return _selection(document, found, (start, end), (first, last))


def _definition(found: list[Definition], first: int, last: int, selected: bool) -> Unit:
    """The one definition that is selected, or that the place is in; all of them for a selection across several."""
    inner = _innermost(found, first, last)
    crossed = [each for each in found if each.start <= last and each.end > first]
    inside = [each for each in crossed if first <= each.start and each.end <= last + 1]
    crossed = [each for each in crossed if each in inside or not (each.start <= first and last < each.end)]
    outer = [each for each in crossed if not any(_holds(other, each) for other in crossed if other is not each)]
    if selected and len(outer) == 1 and first <= outer[0].start and outer[0].end <= last + 1:
        return _whole(outer[0])
    if inner is not None:
        return _whole(inner)
    if not outer:
        raise Unfit("There is no function or class here.")
    if len(outer) == 1:
        return _whole(outer[0])
    return Unit(min(each.start for each in outer), max(each.end for each in outer))


def _around_problem(document: Document, found: list[Definition], first: int, last: int) -> Unit:
    inner = _innermost(found, first, last)
    if inner is not None and inner.end - inner.start <= LARGEST_BODY:
        return _whole(inner)
    crossed = [each for each in found if each.start <= last and each.end > first]
    start = min([first, *(each.start for each in crossed if each.end - each.start <= LARGEST_BODY)])
    end = max([last + 1, *(each.end for each in crossed if each.end - each.start <= LARGEST_BODY)])
    if crossed and end - start > last + 1 - first:
        return Unit(start, end)
    return _paragraph(document, first, last, _AROUND)


def _selection(
    document: Document, found: list[Definition], places: tuple[Position, Position], lines: tuple[int, int]
) -> Unit:
    (start, end), (first, last) = places, lines
    inner = _innermost(found, first, last)
    if start == end:
        if inner is not None and inner.end - inner.start <= LARGEST_BODY:
            return _whole(inner)
        return _paragraph(document, first, last, _AROUND)
    exact = next((each for each in found if each.start == first and each.end == last + 1), None)
    if exact is not None:
        return _whole(exact)
    if inner is None:  # across definitions, or outside of them: those that are cut are taken whole
        cut = [each for each in found if each.start <= last and each.end > first and not each.container]
        bounds = (min([first, *(each.start for each in cut)]), max([last + 1, *(each.end for each in cut)]))
        return Unit(*bounds)
    return _smallest(document, inner, first, last)


def _smallest(document: Document, inner: Definition, first: int, last: int) -> Unit:
    """The whole lines of the smallest piece of syntax that holds the selected lines, if that is about as small."""
    tree = parse(document.text, document.language_id)
    if tree is None:
        return Unit(first, last + 1)
    line = document.line(first)
    node = tree.smallest_node(first, len(line) - len(line.lstrip()), last, len(document.line(last).rstrip()))
    start, end = node.start[0], node.end[0] + (node.end[1] > 0)
    wider = (end - start) - (last + 1 - first)
    if start <= first and end > last and wider <= max(3, last + 1 - first) and end - start < inner.end - inner.start:
        return Unit(start, end)
    return Unit(first, last + 1)


def _innermost(found: Sequence[Definition], first: int, last: int) -> Definition | None:
    holding = [each for each in found if each.start <= first and last < each.end]
    return min(holding, key=lambda each: each.end - each.start, default=None)


def _whole(definition: Definition) -> Unit:
    return Unit(definition.start, definition.end, definition.name, definition.kind)


def _holds(outer: Definition, inner: Definition) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end and outer != inner


def _whole_lines(document: Document, start: Position, end: Position) -> tuple[int, int]:
    """First and last line of a selection (inclusive), without blank lines at its ends where something else is left."""
    first, last = start.line, end.line
    if end.column == 0 and last > first:
        last -= 1
    while first < last and not document.line(first).strip():
        first += 1
    while last > first and not document.line(last).strip():
        last -= 1
    return first, last


def _paragraph(document: Document, first: int, last: int, reach: int) -> Unit:
    """The lines around up to blank ones, or as far as the reach."""
    count = len(document.lines)
    while first < count - 1 and not document.line(first).strip() and first == last:
        first, last = first + 1, last + 1
    if not document.line(first).strip():
        while first > 0 and not document.line(first).strip():
            first, last = first - 1, first - 1
    start, end = first, last + 1
    while start > 0 and first - start < reach and document.line(start - 1).strip():
        start -= 1
    while end < count and end - last < reach and document.line(end).strip():
        end += 1
    return Unit(start, end)


def _written_end(document: Document, end: int) -> int:
    while end > 1 and not document.line(end - 1).strip():
        end -= 1
    return end
