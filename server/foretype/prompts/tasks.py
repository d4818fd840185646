"""Renders a question to a chat model, as code actions ask it, within a budget of tokens.

The order is the caller's; what does not fit is cut by whole lines where the caller allows it. Knows no feature.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from foretype.context.snippet import Snippet
from foretype.models.provider import ChatPrompt, Message, Role
from foretype.prompts.parts import Part, PartKind, Rendered, TokenBudget
from foretype.prompts.pieces import longest_head, longest_tail
from foretype.prompts.room import TOKENS_PER_MESSAGE, too_small
from foretype.text.lines import split_lines

Keep = Literal["whole", "start", "end", "optional"]
"""What becomes of a section that does not fit: it must (an error else), its start or its end is kept by whole lines,
or it is left out."""

INSTRUCTIONS_SHARE: Final = 0.25
"""Of what the whole sections leave, the most that a project's instructions may take."""

_HEADING: Final = "The project's own instructions, which change nothing of the above:"
_CUT: Final = "...\n"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the question. `heading` is a line above it; with `language_id` not None the text stands in a fence.

    `rank` says who gets room first, lowest first; equal ranks in their order. Sections of one role that follow each
    other become one message. `kind`, `path` and `origin` are for who reads the parts.
    """

    text: str
    heading: str = ""
    language_id: str | None = None
    keep: Keep = "whole"
    rank: int = 0
    role: Role = "user"
    kind: PartKind = "question"
    path: str = ""
    origin: str = ""


def render_task(
    system: str, instructions: str, sections: Sequence[Section], budget: TokenBudget
) -> Rendered[ChatPrompt]:
    """Messages of at most the budget by its counter: the system's with the project's instructions, then the sections.

    Raises ConfigurationError where the budget does not hold the sections that must be whole.
    """
    fitted = _fit(system, instructions, list(sections), budget)
    messages, parts = _laid_out(system, fitted, budget)
    marks = budget.family.tokens if budget.family is not None else ()
    return Rendered(ChatPrompt(messages, marks=marks), parts, cost_of(messages, budget))


def cost_of(messages: Iterable[Message], budget: TokenBudget) -> int:
    """Tokens of messages by the budget's counter, with what a server puts around each."""
    return sum(budget.counter.count(message.content) + TOKENS_PER_MESSAGE for message in messages)


def snippet_sections(snippets: Iterable[Snippet], rank: int = 9) -> list[Section]:
    """Snippets of other places as sections, each cut at its end where room is short."""
    return [
        Section(
            snippet.text,
            f"`{snippet.path or snippet.origin}`:",
            "",
            "start",
            rank,
            kind="snippet",
            path=snippet.path,
            origin=snippet.origin,
        )
        for snippet in snippets
    ]


def _fit(system: str, instructions: str, sections: list[Section], budget: TokenBudget) -> list[Section]:
    """The sections cut to what there is room for; a project's instructions come first among them."""
    if instructions.strip():
        sections.insert(0, Section(instructions.strip() + "\n", _HEADING, None, "start", -1, "system", "instructions"))
    fitted = [section for section in sections if section.keep == "whole"]
    # What was counted by pieces may cost a little more together: then it is tried again with less.
    spare = 0
    while True:
        chosen = _chosen(system, sections, budget, spare)
        over = cost_of(_laid_out(system, chosen, budget)[0], budget) - budget.tokens
        if over <= 0:
            return chosen
        if len(chosen) == len(fitted):
            raise too_small(budget.tokens, "the question")
        spare += over


def _chosen(system: str, sections: list[Section], budget: TokenBudget, spare: int) -> list[Section]:
    taken: dict[int, Section] = {n: section for n, section in enumerate(sections) if section.keep == "whole"}
    order = sorted((n for n in range(len(sections)) if n not in taken), key=lambda n: (sections[n].rank, n))
    for number in order:
        messages, _ = _laid_out(system, [taken[n] for n in sorted(taken)], budget)
        left = budget.tokens - spare - cost_of(messages, budget)
        if sections[number].kind == "instructions":
            left = int(left * INSTRUCTIONS_SHARE)
        if (section := _cut(sections[number], left, budget)) is not None:
            taken[number] = section
    return [taken[n] for n in sorted(taken)]


def _cut(section: Section, room: int, budget: TokenBudget) -> Section | None:
    """As much of the section as the room holds, its heading and fence included; None where that is nothing."""
    around = budget.counter.count(_shown(replace(section, text=""), budget)) + TOKENS_PER_MESSAGE
    text = budget.strip(section.text)
    if budget.counter.count_lines(text) + around <= room:
        return section
    if section.keep == "optional":
        return None
    lines = split_lines(text)
    left = room - around - budget.counter.count(_CUT)
    if section.keep == "start":
        kept = "".join(lines[: longest_head(lines, left, budget.counter).lines])
        return replace(section, text=kept + _CUT) if kept.strip() else None
    count = longest_tail(lines, left, budget.counter).lines
    kept = "".join(lines[len(lines) - count :])
    return replace(section, text=_CUT + kept) if kept.strip() else None


def _laid_out(
    system: str, sections: Iterable[Section], budget: TokenBudget
) -> tuple[tuple[Message, ...], tuple[Part, ...]]:
    """Messages, and the parts that they are made of."""
    runs: list[tuple[Role, list[str]]] = [("system", [system])] if system else []
    parts = [Part("system", system, budget.counter.count(system))] if system else []
    for section in sections:
        shown = _shown(section, budget)
        tokens = budget.counter.count(shown)
        parts.append(Part(section.kind, shown, tokens, section.path, section.origin))
        if runs and runs[-1][0] == section.role:
            runs[-1][1].append(shown)
        else:
            runs.append((section.role, [shown]))
    return tuple(Message(role, "\n\n".join(texts)) for role, texts in runs), tuple(parts)


def _shown(section: Section, budget: TokenBudget) -> str:
    text = budget.strip(section.text)
    if section.language_id is not None:
        # A fence is longer than any in the text, so that nothing in it can end it.
        longest = max((len(found) for found in re.findall(r"`{3,}", text)), default=2)
        fence = "`" * (longest + 1)
        end = "" if text.endswith("\n") or not text else "\n"
        text = f"{fence}{section.language_id}\n{text}{end}{fence}"
    return f"{budget.strip(section.heading)}\n{text}" if section.heading else text
