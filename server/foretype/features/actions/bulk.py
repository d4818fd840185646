"""One action for many units: many questions at once on the bulk lane, every answer checked as a single one is.

What is finished goes into the journal at once. What fails is listed with its reason, and the rest goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from foretype.errors import ForetypeError
from foretype.features.actions.asking import ActionModel
from foretype.features.actions.change import FileChange, joined
from foretype.features.actions.journal import Journal, key_of
from foretype.features.actions.parsed import definitions
from foretype.features.actions.run import Job, edits_again, edits_for, parts_of, prose_for
from foretype.features.actions.unit import find_unit
from foretype.features.actions.values import Unfit, Unit
from foretype.prompts.actions.render import wording
from foretype.repository.options import IndexOptions
from foretype.repository.walk import Walker
from foretype.scheduling.bulk import Progress as BulkProgress
from foretype.scheduling.bulk import run_bulk
from foretype.text.positions import Position

DOCUMENTED_KINDS: Final = frozenset(("function", "method", "class", "interface"))
MOST_FILES: Final = 2_000


@dataclass(frozen=True, slots=True)
class Piece:
    """One unit of bulk work. `open`: the editor has the document."""

    job: Job
    name: str
    open: bool = True


@dataclass(frozen=True, slots=True)
class Failure:
    """A piece that nothing came of, why, and what may be done about it, "" where nobody can say."""

    name: str
    path: str
    reason: str
    remedy: str = ""

    @property
    def why(self) -> str:
        """The reason and the remedy."""
        return f"{self.reason} {self.remedy}".rstrip()


@dataclass(frozen=True, slots=True)
class State:
    """How far it is. `left` is about how many seconds it will still take, None while nobody can say.

    `waiting`: for how many seconds nothing is sent, since the provider takes no more just now; 0 where it does.
    """

    done: int
    total: int
    failed: int
    left: float | None = None
    waiting: float = 0.0

    def __str__(self) -> str:
        failed = f", {self.failed} failed" if self.failed else ""
        left = f", about {_duration(self.left)} left" if self.left else ""
        if self.waiting > 0:
            left = f"; waiting {_duration(max(1.0, self.waiting))}: the provider takes no more just now"
        return f"{self.done} of {self.total}{failed}{left}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of all pieces: one change for each document, texts by piece, and what failed."""

    changes: list[FileChange] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


class PieceFailed(ForetypeError):
    """A piece whose answer does not fit; the same question will not do better."""


async def run_pieces(
    pieces: Sequence[Piece],
    model: ActionModel,
    journal: Journal,
    concurrency: int,
    progress: Callable[[State], None] = lambda _state: None,
) -> Outcome:
    """Do all pieces, so many at once. Cancelling it closes what is under way; the journal has what was finished."""
    began = time.monotonic()
    fresh = 0

    async def work(piece: Piece) -> FileChange | str:
        nonlocal fresh
        key = _key(piece, model)
        known = journal.answer(key)
        if known is not None and (result := await _again(piece, known)) is not None:
            return result
        try:
            answer, result = await _new(piece, model)
        except Unfit as unfit:
            raise PieceFailed(unfit.reason) from unfit
        fresh += 1
        journal.add(key, answer)
        return result

    state = State(0, len(pieces), 0)

    def tell(now: BulkProgress[Piece, FileChange | str]) -> None:
        nonlocal state
        each = (time.monotonic() - began) / fresh if fresh else None
        left = None if each is None else each * (now.total - now.done)
        state = State(now.done, now.total, now.failed, left)
        progress(state)

    def tell_waiting(seconds: float) -> None:
        # The endpoint may be left alone for longer than it asked for: a refusal after a refusal is believed more.
        progress(replace(state, waiting=max(seconds, model.provider.governor.rest)))

    progress(state)
    results = await run_bulk(pieces, work, concurrency=concurrency, progress=tell, waiting=tell_waiting)
    outcome = Outcome()
    changes: list[tuple[Piece, FileChange]] = []
    for result in results:
        piece = result.item
        if result.error is not None:
            error = result.error
            outcome.failures.append(Failure(piece.name, piece.job.path, error.message, error.remedy))
        elif isinstance(result.value, FileChange):
            changes.append((piece, result.value))
        elif result.value is not None:
            outcome.texts.append((piece.job.path, result.value))
    outcome.changes.extend(_joined(changes, outcome.failures))
    return outcome


def by_reason(failures: Sequence[Failure]) -> dict[str, list[Failure]]:
    """What failed, by why it did: what all have met is said once."""
    found: dict[str, list[Failure]] = {}
    for each in failures:
        found.setdefault(each.why, []).append(each)
    return found


async def _new(piece: Piece, model: ActionModel) -> tuple[str, FileChange | str]:
    job = piece.job
    if job.task.use == "prose":
        text = await prose_for(job, model)
        return text, text
    done = await edits_for(job, model)
    return done.answer, FileChange(job.document, done.edits, open=piece.open)


async def _again(piece: Piece, answer: str) -> FileChange | str | None:
    """What an answer of an earlier run comes to; None where it has to be asked for anew."""
    if piece.job.task.use == "prose":
        return answer
    done = await edits_again(piece.job, answer)
    return None if done is None else FileChange(piece.job.document, done.edits, open=piece.open)


def _joined(changes: list[tuple[Piece, FileChange]], failures: list[Failure]) -> list[FileChange]:
    """One change for each document; of answers that touch the same lines the first counts."""
    kept: list[FileChange] = []
    for piece, change in changes:
        try:
            kept = joined([*kept, change])
        except Unfit as unfit:
            failures.append(Failure(piece.name, piece.job.path, unfit.reason))
    return kept


def _key(piece: Piece, model: ActionModel) -> str:
    job = piece.job
    unit = job.unit or Unit(0, len(job.document.lines))
    text = "".join(job.document.lines[unit.start : unit.end])
    problems = "\n".join(problem.message for problem in job.problems)
    asked = "\n".join(map(wording, parts_of(job.task)))  # other words in another version of this program
    words = "\n".join(f"{name}={word}" for name, word in sorted(job.words.items()))  # the language is one of them
    return key_of(
        job.task.prompt, asked, words, job.instructions, job.document.uri, unit.name, text, problems, model.name
    )


# What there is to do


def undocumented(job: Job, is_open: bool = True) -> list[Piece]:
    """A piece for each definition of the job's document that says nothing of itself. To be called in a thread."""
    document = job.document
    found = definitions(document.lines, document.language_id)
    return [
        Piece(replace(job, unit=Unit(each.start, each.end, each.name, each.kind)), each.qualified_name, is_open)
        for each in found
        if each.kind in DOCUMENTED_KINDS and not each.documented and each.body_start < each.end
    ]


def each_problem(job: Job, is_open: bool = True) -> list[Piece]:
    """A piece for each unit of the job's document that has problems, with all of them. To be called in a thread."""
    if not job.problems:
        return []
    if not job.document.text.strip():
        return [Piece(job, job.path, is_open)]  # which fails by itself, and is listed, while the others go on
    by_unit: dict[Unit, list[int]] = {}
    count = len(job.document.lines)
    # Of a text that was longer. Each fails by itself, since nobody knows what it is about, and the others go on.
    nowhere = [
        Piece(replace(job, problems=(problem,)), f"line {problem.start.line + 1}", is_open)
        for problem in job.problems
        if problem.start.line >= count
    ]
    end = Position(count - 1, len(job.document.lines[-1]))
    found = tuple(replace(each, end=min(each.end, end)) for each in job.problems if each.start.line < count)
    job = replace(job, problems=found)
    for number, problem in enumerate(job.problems):
        unit = find_unit(job.document, job.task, problem.start, problem.end, (problem,))
        by_unit.setdefault(unit, []).append(number)
    pieces = [
        Piece(
            replace(job, unit=unit, problems=tuple(job.problems[number] for number in numbers)),
            unit.name or f"line {unit.start + 1}",
            is_open,
        )
        for unit, numbers in by_unit.items()
    ]
    return [*pieces, *nowhere]


def whole_file(job: Job, is_open: bool = True) -> list[Piece]:
    """The job's document as one piece."""
    if not job.document.text.strip():
        return []
    return [Piece(replace(job, unit=Unit(0, len(job.document.lines))), job.path, is_open)]


def pieces_of(job: Job, is_open: bool = True) -> list[Piece]:
    """All that there is to do in one document. Raises Unfit for a task that is not made for many."""
    if job.task.name == "document":
        return undocumented(job, is_open)
    if job.task.name == "fix":
        return each_problem(job, is_open)
    if job.task.use == "prose":
        return whole_file(job, is_open)
    raise Unfit(f"{job.task.name!r} cannot be done for many at once.")


def files_below(folder: Path, root: Path, exclude: tuple[str, ...] = ()) -> list[Path]:
    """The files of source code below a folder, as the index would take them. To be called in a thread."""
    below = "" if folder == root else folder.relative_to(root).as_posix() + "/"
    walker = Walker(root, IndexOptions(exclude=exclude, max_files=MOST_FILES))
    return [root / candidate.path for candidate in walker.files(below)]


def _duration(seconds: float | None) -> str:
    seconds = seconds or 0.0
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
