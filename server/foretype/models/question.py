"""The body of a request: what one way of asking says, what shapes the answer, and what this endpoint wants otherwise.

Pure. The one place where fields are added, renamed and left out beforehand; what a server refuses is learned.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from foretype.models.dialects import dialect_of
from foretype.models.provider import ChatPrompt, Endpoint, FillPrompt, Mode, ModelRequest
from foretype.models.stops import wire_stops


@dataclass(frozen=True, slots=True)
class Question:
    """One way's part of a request. `path` is below the base address, or a whole address.

    `limit_field` names the bound of the answer where this way has a name of its own for it; `usage` is whether the
    server may be asked to count tokens in a stream.
    """

    mode: Mode
    path: str
    fields: Mapping[str, Any]
    limit_field: str = ""
    usage: bool = True


def body_of(endpoint: Endpoint, request: ModelRequest, question: Question) -> dict[str, Any]:
    """The whole body. The user's `extra_body` has the last word."""
    dialect = dialect_of(endpoint)
    body: dict[str, Any] = {
        "model": endpoint.model,
        **question.fields,
        question.limit_field or dialect.limit_field: request.max_tokens + dialect.thinking,
        "temperature": request.temperature,
        "stream": True,
    }
    if question.usage:
        body["stream_options"] = {"include_usage": True}
    if stops := wire_stops(request.stop, getattr(request.prompt, "stop", ())):
        body["stop"] = stops
    body = {name: value for name, value in body.items() if name not in dialect.omits}
    return {**body, **dialect.adds, **endpoint.extra_body}


def sendable(text: str) -> str:
    """The text as UTF-8 can carry it: half surrogates, which damaged files may hold, become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def text_of(request: ModelRequest) -> str:
    """The text of a prompt, which no error message may quote."""
    prompt = request.prompt
    if isinstance(prompt, ChatPrompt):
        return "\n".join(message.content for message in prompt.messages)
    if isinstance(prompt, FillPrompt):
        return "\n".join((prompt.prefix, prompt.suffix, *(file.text for file in prompt.files)))
    return prompt.text
