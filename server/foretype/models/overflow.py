"""Recognises that a prompt was too long for the model, in all the ways servers say it, and reads the numbers.

Pure. The shapes were collected from recorded answers of llama.cpp, vLLM and LiteLLM and from the documented codes of
OpenAI, Groq and LM Studio.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from foretype.errors import ContextOverflowError

_OVERFLOW = re.compile(
    r"context[ _](length|window|size)|maximum context|exceeds? the available context"
    r"|context_?window_?exceeded|reduce the length|too many (input )?tokens|prompt is too long"
    r"|exceed_context_size",
    re.IGNORECASE,
)
# What is left of a computed budget, for the error of the comparison of two tokenizers.
_CERTAIN = 0.95
# The number before or after the words that say what it counts.
_LIMIT = re.compile(
    r"(?:context (?:length|window|size)[^.\d]{0,20}|maximum context[^.\d]{0,30}|n_ctx\D{0,6})(\d{2,8})", re.IGNORECASE
)
_LIMIT_AFTER = re.compile(r"context size \((\d{2,8}) tokens\)", re.IGNORECASE)
_PROMPT = re.compile(
    r"request \((\d{2,8}) tokens\)|passed (\d{2,8}) input tokens|contains (\d{2,8})"
    r"|\((\d{2,8}) in the (?:messages|prompt)|resulted in (\d{2,8}) tokens|requested (\d{2,8}) tokens",
    re.IGNORECASE,
)


def says_overflow(words: str) -> bool:
    """Whether an error's words say that the context window was exceeded."""
    return _OVERFLOW.search(words) is not None


def overflow_error(words: str, body: object, status: int | None) -> ContextOverflowError:
    """The error, with the numbers that the server gave."""
    return ContextOverflowError(
        "The prompt is longer than the model's context window.",
        "Lower `context.max_tokens`, or start the model with a larger context.",
        status=status,
        limit=_field(body, "n_ctx") or _number(_LIMIT_AFTER, words) or _number(_LIMIT, words),
        prompt_tokens=_field(body, "n_prompt_tokens") or _number(_PROMPT, words),
    )


def smaller_budget(error: ContextOverflowError, budget: int, answer: int) -> int:
    """How long the next prompt may be, in our tokens: what the server's numbers allow, or half where it gave none.

    `budget` is what the refused prompt was cut to, `answer` what the answer may need. The server's count of the
    same prompt says how its tokens compare with ours; a little is left for the error of that.
    """
    half = budget // 2
    if error.limit is None:
        return half
    room = error.limit - answer
    if error.prompt_tokens is None:
        return min(half, int(room * _CERTAIN))
    return min(budget - 1, int(budget * room / error.prompt_tokens * _CERTAIN))


def _field(body: object, name: str) -> int | None:
    while isinstance(body, Mapping):
        value = body.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        body = body.get("error")
    return None


def _number(pattern: re.Pattern[str], words: str) -> int | None:
    found = pattern.search(words)
    return int(next(group for group in found.groups() if group)) if found else None
