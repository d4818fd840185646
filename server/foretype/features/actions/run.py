"""One action from beginning to end: the unit, the question, the answer, its check, one more try, or an honest no.

Whatever is heavy runs in a thread. Nothing here changes a document: the result is edits for the version asked about.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from foretype.context.secrets.redaction import Redacted, redact
from foretype.context.snippet import Snippet
from foretype.errors import ConfigurationError, ContextOverflowError
from foretype.features.actions.asking import ActionModel, Said, ask
from foretype.features.actions.conventions import convention_of, docstring_style
from foretype.features.actions.judge import judge
from foretype.features.actions.menu import Problem
from foretype.features.actions.tasks import Task
from foretype.features.actions.unit import find_unit
from foretype.features.actions.values import Asked, Edit, Unfit, Unit
from foretype.models.overflow import smaller_budget
from foretype.models.provider import ChatPrompt
from foretype.prompts.actions.answer import read_answer, without_thinking
from foretype.prompts.actions.render import ActionQuestion, render_action, render_repair
from foretype.prompts.parts import TokenBudget
from foretype.text.document import Document
from foretype.text.lines import line_body
from foretype.text.positions import Position

Step = Literal["reading", "asking", "answering", "checking", "mending"]
Report = Callable[[Step, str, int], None]
"""What is happening: the step, the text that came so far (only while answering), and its number of tokens."""

LONGEST_SHOWN_ANSWER: Final = 20_000
"""Characters of a wrong answer that are shown to the model again."""

CUT_OFF: Final = "*(The answer was cut off here: its end is missing.)*"
"""What stands below a text whose end is missing."""

REACH: Final = 3_000
"""Lines on either side of the unit that are looked at for the prompt."""

SPARING_REACH: Final = 60
"""The same where there are many prompts: what is farther away says little that a function's documentation needs, and
a hundred times a whole file is paid for a hundred times."""

_LONGEST_TALK: Final = 200
_FACTORS: Final = {"rewrite": 2.5, "document": 0.5, "append": 4.0, "insert": 2.0, "prose": 1.0}


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done: which task, where, with what the user and the project say about it.

    `path` is the document's as the model may see it. `unit` is found where it is not given. `target` is the document
    that the answer goes to, with the whole of it as unit, where that is another one (tests).
    """

    task: Task
    document: Document
    start: Position
    end: Position
    problems: tuple[Problem, ...] = ()
    path: str = ""
    snippets: Sequence[Snippet] = ()
    instructions: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    unit: Unit | None = None
    target: Asked | None = None


def nothing(step: Step, text: str, tokens: int) -> None:
    """A report that nobody reads."""


@dataclass(frozen=True, slots=True)
class Done:
    """The edits of the job's document, or of its target, and the answer that they were made of."""

    edits: tuple[Edit, ...]
    answer: str


async def edits_for(job: Job, model: ActionModel, report: Report = nothing) -> Done:
    """What comes of a job. Raises Unfit with the reason, or a ForetypeError."""
    report("reading", "", 0)
    unit, question, hidden = await asyncio.to_thread(_prepared, job, SPARING_REACH if model.sparing else REACH)
    tokens = model.answer_tokens(question.unit, _FACTORS[job.task.use])
    asked = _asked(job, unit)
    put, said = await _first_answer(model, question, tokens, report)
    verdict = await _judged(said, asked, hidden, report)
    if isinstance(verdict, Unfit):
        report("mending", "", 0)
        # What was wrong may quote the document, whose secrets are put back by now.
        said = await _second_answer(model, put, said, (verdict, hidden.hide(verdict.hint)), report)
        verdict = await _judged(said, asked, hidden, report)
    if isinstance(verdict, Unfit):
        raise verdict
    return Done(verdict, said.text)


async def edits_again(job: Job, answer: str) -> Done | None:
    """What an answer that was accepted before comes to now; None where it does not fit any more."""
    unit, _, hidden = await asyncio.to_thread(_prepared, job, 0)
    verdict = await _judged(Said(answer, True), _asked(job, unit), hidden, nothing)
    return None if isinstance(verdict, Unfit) else Done(verdict, answer)


def _asked(job: Job, unit: Unit) -> Asked:
    task = job.task
    return job.target or Asked(
        job.document,
        unit,
        task.shape,
        job.path,
        imports=task.imports,
        may_shrink=task.may_shrink,
        # Of a problem only a place is known, around which the unit was taken: nobody has asked for all of it.
        keeps=task.about == "problem",
    )


async def prose_for(job: Job, model: ActionModel, report: Report = nothing) -> str:
    """The text that answers the job, without a model's thinking. Raises Unfit where it is empty, or a ForetypeError."""
    report("reading", "", 0)
    _, question, hidden = await asyncio.to_thread(_prepared, job, REACH)
    _, said = await _first_answer(model, question, model.answer_tokens(question.unit, _FACTORS["prose"]), report)
    text = without_thinking(said.text).strip()
    if not text:
        raise Unfit("The answer was empty." if said.whole else "The answer was cut off before it began.")
    text = hidden.restore(text) or text
    return text if said.whole else f"{text}\n\n{CUT_OFF}"


def prose_so_far(text: str) -> str:
    """What may be shown of prose that is still coming."""
    return without_thinking(text).lstrip()


def code_so_far(text: str) -> str:
    """What may be shown of code that is still coming: the newest block as far as it goes.

    Before the first fence it may be talk, which is not shown until it is too long for that.
    """
    answer = read_answer(text)
    if answer.replacements:
        return answer.replacements[-1].replace
    if answer.blocks:
        return answer.blocks[-1].text
    return answer.bare if len(answer.bare) > _LONGEST_TALK else ""


@dataclass(frozen=True, slots=True)
class _Put:
    """A question as it was sent: its prompt, the budget that this was laid out in, and the tokens of an answer."""

    question: ActionQuestion
    prompt: ChatPrompt
    budget: TokenBudget
    tokens: int


async def _first_answer(model: ActionModel, question: ActionQuestion, tokens: int, report: Report) -> tuple[_Put, Said]:
    """The question as it was sent, and its answer. A prompt that is too long for the model is cut once."""
    prompt = await asyncio.to_thread(render_action, question, model.budget)
    try:
        return _Put(question, prompt, model.budget, tokens), await _ask(model, prompt, tokens, report)
    except ContextOverflowError as error:
        budget = smaller_budget(error, model.budget.tokens, tokens)
        if budget <= 0:
            raise
    shorter = replace(model.budget, tokens=budget)
    prompt = await asyncio.to_thread(render_action, question, shorter)
    return _Put(question, prompt, shorter, tokens), await _ask(model, prompt, tokens, report)


async def _second_answer(model: ActionModel, put: _Put, said: Said, found: tuple[Unfit, str], report: Report) -> Said:
    """The answer to the same question with the one that did not fit, and what was found wrong with it.

    Where the model's window does not hold all of that, the finding is all that there is to say: it is raised.
    """
    finding, hint = found
    shown = said.text[:LONGEST_SHOWN_ANSWER]
    try:
        again = await asyncio.to_thread(render_repair, put.question, put.prompt, (shown, hint), put.budget)
        return await _ask(model, again, put.tokens, report)
    except (ConfigurationError, ContextOverflowError):
        raise finding from None


async def _ask(model: ActionModel, prompt: ChatPrompt, tokens: int, report: Report) -> Said:
    report("asking", "", 0)
    return await ask(model, prompt, tokens, lambda text, count: report("answering", text, count))


async def _judged(said: Said, asked: Asked, hidden: Redacted, report: Report) -> tuple[Edit, ...] | Unfit:
    report("checking", "", 0)
    text = hidden.restore(said.text)
    if text is None:
        return Unfit(
            "The code holds secrets that the model was not shown, and its answer moves them.",
            "Leave the lines with placeholders for secrets as they are.",
        )
    verdict = await asyncio.to_thread(judge, text, asked, whole=said.whole)
    return verdict if isinstance(verdict, Unfit) else verdict.edits


def _prepared(job: Job, reach: int) -> tuple[Unit, ActionQuestion, Redacted]:
    """The unit and the question about it, without secrets."""
    unit = job.unit or find_unit(job.document, job.task, job.start, job.end, job.problems)
    text = "\n".join(line_body(line) for line in job.document.lines)
    hidden = redact(text, job.path, job.document.language_id)
    lines = hidden.text.split("\n")
    first, behind = max(0, unit.start - reach), unit.end + reach
    focus = (unit.focus[0] - unit.start, unit.focus[1] - unit.start) if unit.focus else None
    own = redact(job.task.prompt).text
    question = ActionQuestion(
        parts=parts_of(job.task),
        unit="\n".join(lines[unit.start : unit.end]),
        path=redact(job.path, "name").text,
        language=redact(job.document.language_id, "name").text,
        before="\n".join(lines[first : unit.start]) + ("\n" if unit.start else ""),
        after="\n".join(lines[unit.end : behind]),
        focus=focus if job.task.name == "extract" else None,
        problems=tuple(
            f"line {each.start.line - unit.start + 1} of the code: {hidden.hide(_said(each))}" for each in job.problems
        ),
        snippets=[replace(each, text=redact(each.text, each.path, each.language_id).text) for each in job.snippets],
        words=_words(job, text),
        own=own,
        instructions=redact(job.instructions).text,
    )
    return unit, question, hidden


def parts_of(task: Task) -> tuple[str, ...]:
    """The Markdown files that make up a task's instructions."""
    if task.use == "prose":
        return ("common_prose",) if task.prompt else ("common_prose", task.name)
    if task.prompt:
        return ("common_insert",) if task.use == "insert" else ("common_edit",)
    if task.use in ("document", "append"):
        return (task.name,)
    return ("common_edit", "common_imports", task.name) if task.imports else ("common_edit", task.name)


def _words(job: Job, text: str) -> dict[str, str]:
    convention = convention_of(job.document.language_id)
    style = docstring_style(text) if convention.place == "inside" else ""
    words = {
        "convention": convention.name,
        "example": convention.example.replace("\n", "\n  "),
        "style": f", in {style}, as the file has it" if style else "",
        "language": "English",
    }
    return {**words, **{name: redact(word, "name").text for name, word in job.words.items()}}


def _said(problem: Problem) -> str:
    named = " ".join(filter(None, (problem.source, problem.code)))
    return f"{problem.severity}: {problem.message}" + (f" ({named})" if named else "")
