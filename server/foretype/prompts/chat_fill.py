"""Asks an instruct model, which was never trained to fill in the middle, to fill a hole; and reads its answer.

The instructions are in chat_fill.md beside this file. Reading is modest here: it undoes what nearly every
chat model does to nearly every answer (a fence around it, the line's beginning repeated). Everything that
depends on the language or on what follows the cursor belongs to postprocess/.
"""

from __future__ import annotations

import functools
import re
from importlib import resources

from foretype.models.families import Family
from foretype.models.provider import ChatPrompt, FillPrompt, Message
from foretype.prompts.budget import fit
from foretype.prompts.room import TOKENS_PER_MESSAGE, too_small
from foretype.prompts.tokens import Counter

HOLE = "<FILL_HERE>"
_REACH = 10
_FENCE = re.compile(r"\s*```[^\n`]*\n")
_MAYBE_FENCE = re.compile(r"\s*(`{0,2}|```[^\n`]*)\Z")


@functools.cache
def instructions() -> str:
    """The system message."""
    return resources.files(__package__).joinpath("chat_fill.md").read_text(encoding="utf-8").strip()


def render_chat(fill: FillPrompt, family: Family | None, budget: int, counter: Counter) -> ChatPrompt:
    """Messages of at most `budget` tokens by the counter, with an allowance for the chat template.

    The mark and, where the model's family is known, its special tokens are taken out of the document's text. A path
    that is too long for the budget is left out. Raises ConfigurationError if that does not hold the instructions.
    """
    reach = max(budget, 1) * _REACH
    prefix, suffix, path = (
        _without_marks(text, family) for text in (fill.prefix[-reach:], fill.suffix[:reach], fill.path)
    )
    room = budget - counter.count(instructions()) - 2 * TOKENS_PER_MESSAGE
    for shown in (path or "untitled", "untitled"):
        head = f"File: {shown}\nLanguage: {fill.language_id or 'unknown'}\n\n"
        left = room - counter.count(head) - counter.count(HOLE)
        while left >= 0:
            window = fit(prefix, suffix, left, counter)
            question = f"{head}{window.prefix}{HOLE}{window.suffix}"
            over = counter.count(question) - room
            if over <= 0:
                messages = (Message("system", instructions()), Message("user", question))
                return ChatPrompt(messages, marks=family.tokens if family else ())
            left -= over
    raise too_small(budget, "the instructions for a chat model")


def read_fill(raw: str, fill: FillPrompt, *, finished: bool) -> str:
    """The text to insert, as far as it is certain, from the whole answer so far.

    Call it again with more of the answer while it streams: each result begins with the one before. Text that
    may turn out to be a fence, or the beginning of the cursor's line told again, waits until it is decided;
    `finished` decides it.
    """
    return _without_echo(_without_fence(raw, finished), fill, finished)


def _without_fence(raw: str, finished: bool) -> str:
    """What stands inside a Markdown fence that the answer begins with; all of it if there is none."""
    opening = _FENCE.match(raw)
    if opening is None:
        return "" if _MAYBE_FENCE.match(raw) and (not finished or raw.strip()) else raw
    inside = raw[opening.end() :]
    closing = re.search(r"\n?[ \t]*```", inside)
    if closing is not None:
        return inside[: closing.start()]
    if finished:
        return inside
    held = re.search(r"\n?[ \t]*`{0,2}\Z", inside)
    return inside[: held.start()] if held else inside


def _without_echo(text: str, fill: FillPrompt, finished: bool) -> str:
    """The answer without the part of the cursor's line that stands before it already.

    A beginning of fewer than three characters that are not blank is no echo: `)` or `x` may well come twice.
    """
    line = fill.prefix[max(fill.prefix.rfind("\n"), fill.prefix.rfind("\r")) + 1 :]
    for typed in (line, line.lstrip()):
        if len(typed.strip()) < 3:
            continue
        if text.startswith(typed):
            return text[len(typed) :]
        if not finished and typed.startswith(text):
            return ""
    return text


def _without_marks(text: str, family: Family | None) -> str:
    before = None
    while text != before:
        before = text
        text = text.replace(HOLE, "")
        text = family.strip(text) if family is not None else text
    return text
