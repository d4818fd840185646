"""What is offered at a place of a document: at once, from the text and the client's diagnostics alone. Pure.

No model is asked and nothing is parsed; that is done when an action is chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from foretype.features.actions.surroundings import Facts, facts_of
from foretype.features.actions.tasks import NOT_CODE, TASKS, Task
from foretype.text.document import Document
from foretype.text.positions import Position

MOST_FIXES: Final = 3
"""Diagnostics that get an entry of their own."""

MOST_TOGETHER: Final = 200
"""Diagnostics of one entry; all of them travel with it."""

_LONGEST_MESSAGE: Final = 60
_EMPTY: Final = 1_000
"""Characters; a longer document is not looked through for anything but white space."""

Severity = Literal["error", "warning", "information", "hint"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnostic. `code` and `source` may be ""; `number` is its place in the client's list."""

    message: str
    start: Position
    end: Position
    severity: Severity = "error"
    source: str = ""
    code: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where the menu opens. `only` are the kinds that are wanted, all where it is empty; `automatic`: nobody asked."""

    document: Document
    start: Position
    end: Position
    problems: tuple[Problem, ...] = ()
    only: tuple[str, ...] = ()
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu. `problems` are those that it mends; `bulk`: it works through the whole file."""

    title: str
    kind: str
    task: str
    problems: tuple[Problem, ...] = ()
    preferred: bool = False
    bulk: bool = False
    own: bool = False
    """Whether it is the user's or the project's own."""


def menu(place: Place, own: Sequence[Task] = (), language: str = "English") -> list[Entry]:
    """What is offered, in order; `own` are the user's actions, `language` the one that comments are translated to.

    Opened automatically (an editor's light bulb), only what belongs to a diagnostic or to selected text is offered:
    a lamp that is always lit says nothing.
    """
    selected = place.end > place.start
    facts = facts_of(place.document, place.start.line, _last_line(place), selected)
    if facts.blank and not place.problems and _is_empty(place.document):
        return []
    entries = [*_fixes(place)]
    if selected or not place.automatic:
        entries += _built_in(facts, place, language)
        entries += [Entry(task.title, task.kind, task.name, own=True) for task in own]
    return [entry for entry in entries if wanted(entry.kind, place.only)]


def wanted(kind: str, only: Sequence[str]) -> bool:
    """Whether a kind is one of those, or below one: kinds are paths with dots."""
    return not only or any(not each or kind == each or kind.startswith(f"{each}.") for each in only)


def _fixes(place: Place) -> Iterator[Entry]:
    kind = TASKS["fix"].kind
    ordered = sorted(place.problems, key=lambda problem: (problem.severity != "error", problem.start))
    for problem in ordered[:MOST_FIXES]:
        yield Entry(f"Fix: {shortened(problem.message)}", kind, "fix", (problem,), preferred=False)
    if len(ordered) > 1:
        yield Entry(f"Fix {_number(ordered)} problems here", kind, "fix", tuple(ordered[:MOST_TOGETHER]))
    first = ordered[0] if ordered else None
    if first and first.code and sum(_kind(each) == _kind(first) for each in ordered) > 1:
        same = tuple(each for each in ordered if _kind(each) == _kind(first))
        title = f"Fix {_number(same)} of {first.code}, one by one"
        yield Entry(title, f"{kind}.foretype.all", "fix", same[:MOST_TOGETHER], bulk=True)


def _number(problems: Sequence[Problem]) -> str:
    return f"all {len(problems)}" if len(problems) <= MOST_TOGETHER else f"the first {MOST_TOGETHER}"


def _kind(problem: Problem) -> tuple[str, str]:
    return problem.source, problem.code


def _built_in(facts: Facts, place: Place, language: str) -> Iterator[Entry]:
    code = place.document.language_id not in NOT_CODE
    for task in TASKS.values():
        if task.name == "fix" or not _fits(task, facts, code):
            continue
        yield Entry(_title(task, facts, language), task.kind, task.name)
    if code:
        yield Entry("Document all undocumented functions of this file", "refactor.foretype.all", "document", bulk=True)


def _fits(task: Task, facts: Facts, code: bool) -> bool:
    """Whether an action makes sense here."""
    if task.name in ("explain", "summarise"):
        return task.name == "summarise" or not facts.blank
    if not code or facts.blank:
        return False
    if task.name == "translate":
        return facts.foreign or (facts.selected and facts.comment)
    if task.name == "extract":
        return facts.selected
    if task.name == "complete":
        return facts.stub
    return bool(facts.name) or (facts.selected and task.name == "simplify")


def _title(task: Task, facts: Facts, language: str) -> str:
    selection = "the selection" if facts.selected else "this"
    name = f"`{facts.name}`" if facts.name and not (facts.selected and task.about == "selection") else selection
    return task.title.format(name=name, language=language)


def shortened(message: str) -> str:
    """The beginning of a diagnostic's message, on one line."""
    line = " ".join(message.split())
    return line if len(line) <= _LONGEST_MESSAGE else line[: _LONGEST_MESSAGE - 1].rstrip() + "…"


def _is_empty(document: Document) -> bool:
    return document.lines.size < _EMPTY and not document.text.strip()


def _last_line(place: Place) -> int:
    """The last line of the selection; one that ends before a line's first character does not hold that line."""
    if place.end.column == 0 and place.end.line > place.start.line:
        return place.end.line - 1
    return place.end.line
