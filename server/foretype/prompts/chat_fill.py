"""Reads what an instruct model, which was never trained to fill in the middle, answers to a question with a hole.

Reading is modest here: it undoes what nearly every chat model does to nearly every answer (a fence around it, the
line's beginning repeated). Everything that depends on the language or on what follows the cursor belongs to
postprocess/. The question is forms.py's; its text is in chat_fill.md and chat_question.md.
"""

from __future__ import annotations

import re

from foretype.models.provider import FillPrompt

_FENCE = re.compile(r"\s*```[^\n`]*\n")
_MAYBE_FENCE = re.compile(r"\s*(`{0,2}|```[^\n`]*)\Z")


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
