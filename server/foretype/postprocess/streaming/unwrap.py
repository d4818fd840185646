"""Reads a chat's answer as text to insert: without its thinking, its chatter, and the fence around its code.

Works on the whole answer so far and never takes back what it gave: each result begins with the one before. So what
may turn out to be thinking, chatter or a fence waits until it is decided. May not know where the cursor stands, but
for whether people write sentences there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from foretype.postprocess.languages import language_of
from foretype.postprocess.nesting import open_quote

_THINKING: Final = re.compile(r"\s*<(think|thinking|thought|reasoning)>")
_THINKING_MARKS: Final = ("<think>", "<thinking>", "<thought>", "<reasoning>")
FENCE: Final = re.compile(r"^[ \t]*```[\w+#.-]*[ \t]*$", re.MULTILINE)
_MAYBE_FENCE: Final = re.compile(r"[ \t]*(?:`{0,2}|```[\w+#.-]*[ \t]*)")
_PROSE_FENCE: Final = re.compile(r"\s*```(?:markdown|md)[ \t]*\n")
_MAYBE_PROSE_FENCE: Final = re.compile(r"\s*`{1,3}(?:m|ma|mar|mark|markd|markdo|markdow|markdown|md)?[ \t]*\Z")

# How models begin when they talk about code in place of writing it. No line of code begins like this.
CHATTER: Final = re.compile(
    r"\s*(?:"
    r"(?:sure|certainly|of course|absolutely|okay|great)(?:!|[.,]?[ ]+(?:here|i|the|this|that|let|below)\b)"
    r"|here(?:'s|’s| is| are) (?:the|a|an|how|what|your|my)\b"
    r"|(?:the|this) (?:missing|complete|completed|following|corrected|code|completion|line|function) [a-z ]*"
    r"(?:is|are|should|would|goes|code|belongs)\b"
    r"|below is\b|to complete (?:the|this)\b|i(?:'ll|’ll|'ve| will| have) [a-z]+|let me [a-z]+ "
    r"|you can [a-z]+ (?:the|this)\b"
    r")",
    re.IGNORECASE,
)
_STARTS: Final = (
    *("sure!", "sure, ", "sure. ", "sure ", "certainly!", "certainly, ", "certainly ", "of course", "absolutely"),
    *("okay, ", "okay. ", "okay ", "great!", "great, ", "here's ", "here’s ", "here is ", "here are ", "the ", "this "),
    *("below is ", "to complete ", "i'll ", "i’ll ", "i've ", "i will ", "i have ", "let me ", "you can "),
)
_LONGEST_CHATTER: Final = 400
"""Characters before a fence that may be chatter; what is longer has turned out to be the answer itself."""


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The text to insert as far as it is certain; `closed` once no more of it can come."""

    text: str
    closed: bool = False


def unwrap(raw: str, *, prose: bool, finished: bool) -> Unwrapped:
    """The part of an answer so far that is to be inserted.

    Where people write `prose`, sentences are no chatter, and of fences only one around the whole is taken off, which
    says that it holds Markdown.
    """
    if thinking := _THINKING.match(raw):
        mark = f"</{thinking[1]}>"
        end = raw.find(mark, thinking.end())
        if end < 0:
            return Unwrapped("")
        raw = raw[end + len(mark) :].lstrip("\r\n")
    elif not finished and any(mark.startswith(raw.strip()) for mark in _THINKING_MARKS):
        return Unwrapped("")
    return _without_prose_fence(raw, finished) if prose else _without_fence(raw, finished)


def stands_in_prose(before: str, language_id: str) -> bool:
    """Whether people write sentences at the end of this text: in Markdown, in a comment, in a long string."""
    language = language_of(language_id)
    if language.prose:
        return True
    lines = before[-8_000:].splitlines()
    typed = lines.pop() if lines and not before.endswith(("\n", "\r")) else ""
    quote = open_quote(tuple(lines), typed, language)
    return quote != "" and quote not in language.quotes


def _without_fence(raw: str, finished: bool) -> Unwrapped:
    """What stands inside the first fence, if only chatter stands before it; else what stands before it."""
    fence = next((found for found in FENCE.finditer(raw) if finished or found.end() < len(raw)), None)
    if fence is None:
        return _unfenced(raw, finished)
    before = raw[: fence.start()]
    if before.strip() and not (_begins_with_chatter(before) and len(before) <= _LONGEST_CHATTER):
        return Unwrapped(_behind_chatter(before), closed=True)
    inside = raw[fence.end() + 1 :]
    closing = FENCE.search(inside)
    if closing is not None:
        return Unwrapped(inside[: closing.start()], closed=True)
    return Unwrapped(inside if finished else _without_maybe_fence(inside))


def _unfenced(raw: str, finished: bool) -> Unwrapped:
    """No fence yet: chatter waits for one; without one the lines behind the chatter are the answer."""
    if not finished and _may_become_chatter(raw):
        return Unwrapped("")
    if not finished and _begins_with_chatter(raw) and len(raw) <= _LONGEST_CHATTER:
        return Unwrapped("")
    text = _behind_chatter(raw)
    if finished:
        return Unwrapped(text)
    text = _without_maybe_fence(text)
    return Unwrapped(text if text.strip() else "")  # blank lines may stand before a fence


def _begins_with_chatter(text: str) -> bool:
    return CHATTER.match(text.lstrip().partition("\n")[0]) is not None


def _may_become_chatter(text: str) -> bool:
    """Whether the first line is not complete, and begins as chatter does as far as it goes."""
    line, line_end, _ = text.lstrip().partition("\n")
    line = line.lower()
    if line_end or len(line) > _LONGEST_CHATTER:
        return False
    return any(start.startswith(line) if len(line) < len(start) else line.startswith(start) for start in _STARTS)


def _behind_chatter(text: str) -> str:
    if not _begins_with_chatter(text):
        return text
    return text.lstrip().partition("\n")[2].lstrip("\n")


def _without_maybe_fence(text: str) -> str:
    """Without a last line that may become a fence."""
    start = text.rfind("\n") + 1
    return text[:start] if _MAYBE_FENCE.fullmatch(text, start) else text


def _without_prose_fence(raw: str, finished: bool) -> Unwrapped:
    """Only a fence that says it holds Markdown, and only around the whole."""
    fence = _PROSE_FENCE.match(raw)
    if fence is None:
        return Unwrapped("" if not finished and _MAYBE_PROSE_FENCE.match(raw) else raw)
    inside = raw[fence.end() :]
    if not finished:
        return Unwrapped(_without_maybe_fence(inside))
    end = inside.rstrip()
    return Unwrapped(end[:-3] if end.endswith("\n```") else inside, closed=end.endswith("\n```"))
