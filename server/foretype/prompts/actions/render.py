"""From what an action is about to the messages that ask a model for it, within a budget of tokens.

The words are in the Markdown files beside this module. What is too long is cut by whole lines around the unit; the unit
itself is never cut.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Final

from foretype.context.snippet import Snippet
from foretype.errors import ConfigurationError
from foretype.models.provider import ChatPrompt, Message
from foretype.prompts.parts import TokenBudget
from foretype.prompts.tasks import Section, cost_of, render_task, snippet_sections

BEGIN: Final = "----- BEGIN -----"
END: Final = "----- END -----"
_VARIABLE: Final = re.compile(r"\{\{\s*(selection|file|language|diagnostics|context)\s*\}\}")
_NAME: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class ActionQuestion:
    """What the model is shown. Texts have LF line ends.

    `parts` are the names of the Markdown files that make up the instructions, `words` what stands for the names in
    braces there. `own` is a prompt of the user's, with {{variables}}; `instructions` are the project's. `focus` are
    the lines of the unit, from 0, the end exclusive, that the user selected.
    """

    parts: tuple[str, ...]
    unit: str
    path: str = ""
    language: str = ""
    before: str = ""
    after: str = ""
    focus: tuple[int, int] | None = None
    problems: tuple[str, ...] = ()
    snippets: Sequence[Snippet] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    own: str = ""
    instructions: str = ""


@functools.cache
def wording(name: str) -> str:
    """The text of one of the Markdown files."""
    return resources.files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8").strip()


def render_action(question: ActionQuestion, budget: TokenBudget) -> ChatPrompt:
    """Messages of at most the budget. Raises ConfigurationError where that does not hold the unit."""
    system = "\n".join(filled(wording(part), question.words) for part in question.parts)
    own = _own(question)
    # A user's prompt that does not say itself where the code goes is carried by the usual message.
    told = bool(question.own) and "selection" in {found[1] for found in _VARIABLE.finditer(question.own)}
    sections = [Section(own)] if told else _sections(question, own)
    try:
        return render_task(system, question.instructions, sections, budget).prompt
    except ConfigurationError as error:
        raise ConfigurationError(
            f"This is longer than the budget of {budget.tokens} tokens allows.",
            "Select less, or raise `actions.max_tokens`.",
        ) from error


def render_repair(
    question: ActionQuestion, prompt: ChatPrompt, said: tuple[str, str], budget: TokenBudget
) -> ChatPrompt:
    """The same question again, with the answer that could not be used and what was found wrong with it.

    What the two need is taken from what stands around the unit. Raises ConfigurationError where that is not enough.
    """
    answer, finding = said
    more = (
        Message("assistant", budget.strip(answer)),
        Message("user", budget.strip(filled(wording("repair"), {"finding": finding}))),
    )
    left = budget.tokens - cost_of(more, budget)
    if cost_of(prompt.messages, budget) > left:
        prompt = render_action(question, replace(budget, tokens=left))
    return ChatPrompt((*prompt.messages, *more), marks=prompt.marks)


def filled(text: str, words: Mapping[str, str]) -> str:
    """A text with its names in braces filled in; names that are not known stay."""
    return _NAME.sub(lambda found: words.get(found[1], found[0]), text)


def _sections(question: ActionQuestion, own: str) -> list[Section]:
    """The parts of the user's message, in their order. The unit comes last: it is what models remember best."""
    head = [f"File: {question.path or 'untitled'}", f"Language: {question.language or 'unknown'}"]
    if question.problems:
        head += ["Problems:", *(f"- {problem}" for problem in question.problems)]
    if own:
        head += [wording("custom"), own]
    sections = [Section("\n".join(head))]
    if question.snippets:
        sections.append(Section("From other places, to know what exists; not to be changed:", keep="optional", rank=8))
        sections += snippet_sections(question.snippets)
    if question.before.strip():
        sections.append(Section(question.before, keep="end", rank=1, kind="prefix", heading="Above in the file:"))
    if question.after.strip():
        sections.append(Section(question.after, keep="start", rank=2, kind="suffix", heading="Below in the file:"))
    sections.append(Section(f"{BEGIN}\n{question.unit}\n{END}"))
    if question.focus is not None:
        first, behind = question.focus
        selected = "\n".join(question.unit.split("\n")[first:behind])
        sections.append(Section(f"Selected in it:\n{selected}"))
    return sections


def _own(question: ActionQuestion) -> str:
    """A user's prompt with its variables filled in."""
    values = {
        "selection": question.unit,
        "file": question.path or "untitled",
        "language": question.language or "unknown",
        "diagnostics": "\n".join(question.problems) or "none",
        "context": "\n\n".join(f"{snippet.path}:\n{snippet.text}" for snippet in question.snippets),
    }
    # In one pass, so that what stands in the code is never taken for a variable.
    return _VARIABLE.sub(lambda found: values[found[1]], question.own)
