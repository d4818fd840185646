"""Reads one JSON object of a streamed answer, whatever dialect of the OpenAI shapes it is in.

Pure. One reader for chat chunks, completion chunks and whole (unstreamed) answers, since servers mix them:
the role may come with empty, null, absent or real content; usage may ride on any chunk; choices may be
empty, lack their delta, or hold a whole message; an error may come inside a 200. llama.cpp's own routes have no
choices at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from foretype.models.json_text import read_json
from foretype.models.provider import Usage

_MOST_TOKENS: Final = 1_000_000_000
"""More than any window holds; what is beyond is no count, and neither sums nor files are to bear it."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one object says. `thinking` is true where a model sent reasoning instead of text."""

    text: str = ""
    finish_reason: str | None = None
    usage: Usage | None = None
    error: object = None
    thinking: bool = False


def read_chunk(data: str) -> Chunk | None:
    """The chunk in one event's data; None if it is not a JSON object (malformed, or cut in the middle)."""
    try:
        payload = read_json(data)
    except ValueError:
        return None
    return _from_object(payload) if isinstance(payload, dict) else None


def _from_object(payload: dict[str, object]) -> Chunk:
    if "choices" not in payload and isinstance(payload.get("content"), str):
        return _of_llamacpp(payload)
    error = _error_of(payload)
    choice = _first_choice(payload.get("choices"))
    usage = _usage_of(payload.get("usage"), payload.get("timings"))
    if choice is None:
        return Chunk(usage=usage, error=error)
    reason = choice.get("finish_reason")
    body = choice.get("delta") or choice.get("message") or {}
    if not isinstance(body, dict):
        body = {}
    text = choice.get("text") if "text" in choice else body.get("content")
    return Chunk(
        text=_text_of(text),
        finish_reason=reason if isinstance(reason, str) and reason else None,
        usage=usage,
        error=error,
        thinking=any(isinstance(body.get(key), str) and body[key] for key in ("reasoning", "reasoning_content")),
    )


def _of_llamacpp(payload: dict[str, object]) -> Chunk:
    """llama.cpp's own shape: `{"content": .., "stop": false}`, the last one with why it stopped and counts."""
    if payload.get("stop") is not True:
        return Chunk(text=_text_of(payload["content"]))
    evaluated, predicted = _count(payload.get("tokens_evaluated")), _count(payload.get("tokens_predicted"))
    cached = _cached_by_llamacpp(payload.get("timings"))
    return Chunk(
        text=_text_of(payload["content"]),
        finish_reason="length" if payload.get("stop_type") == "limit" else "stop",
        usage=None if evaluated is None else Usage(evaluated, predicted or 0, cached),
    )


def _error_of(payload: dict[str, object]) -> object:
    """The error in an object: `{"error": ..}`, vLLM's older `{"object": "error", ..}`, FastAPI's `detail`."""
    if payload.get("error"):
        return payload["error"]
    if payload.get("object") == "error" or payload.get("type") == "error":
        return payload
    if "choices" not in payload and ("detail" in payload or "message" in payload):
        return payload
    return None


def _first_choice(choices: object) -> dict[str, object] | None:
    """The choice with index 0 (or without an index): more than one is never asked for."""
    if not isinstance(choices, list):
        return None
    for choice in choices:
        if isinstance(choice, dict) and choice.get("index", 0) in (0, None):
            return choice
    return None


def _text_of(content: object) -> str:
    """Content is text, null, or a list of parts of which those of type "text" are for the reader."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = (part for part in content if isinstance(part, dict) and part.get("type") == "text")
        return "".join(text for part in parts if isinstance(text := part.get("text"), str))
    return ""


def _usage_of(usage: object, timings: object = None) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    prompt, completion = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
    if prompt is None and completion is None:
        return None
    details = usage.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else None
    if cached is None:
        cached = _count(usage.get("prompt_cache_hit_tokens"))  # DeepSeek's name for it
    if cached is None:
        cached = _cached_by_llamacpp(timings)
    return Usage(prompt or 0, completion or 0, cached)


def _cached_by_llamacpp(timings: object) -> int | None:
    """The count beside llama.cpp's usage, which older versions do not repeat in it."""
    return _count(timings.get("cache_n")) if isinstance(timings, dict) else None


def _count(value: object) -> int | None:
    """A number of tokens; None for what no answer can have cost."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS else None
