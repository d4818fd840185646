"""Asks a (legacy) completions endpoint with a prompt that holds the model's own fill-in-the-middle tokens.

The prompt comes rendered from prompts/fim.py. Servers parse the special tokens in it (llama.cpp, vLLM and
Ollama do); the endpoint's `suffix` field is not used here, since several servers ignore or refuse it.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, cast

from foretype.models.connection import Connection
from foretype.models.provider import Answer, Mode, ModelRequest, TextPrompt
from foretype.models.stops import wire_stops
from foretype.models.streaming import open_answer, sendable

if TYPE_CHECKING:
    from openai import AsyncAPIResponse, AsyncOpenAI


class FimProvider:
    """`Provider` over `POST /completions`."""

    mode: Mode = "fim"
    accepts = TextPrompt

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def stream(self, request: ModelRequest) -> AbstractAsyncContextManager[Answer]:
        """Ask; see `Provider.stream`. Raises TypeError for another kind of prompt."""
        prompt = request.prompt
        if not isinstance(prompt, TextPrompt):
            raise TypeError(f"a completions endpoint takes a TextPrompt, not {type(prompt).__name__}")
        body: dict[str, Any] = {
            "model": self._connection.endpoint.model,
            "prompt": sendable(prompt.text),
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "stream_options": {"include_usage": True},
        }
        if stops := wire_stops(request.stop, prompt.stop):
            body["stop"] = stops

        def send(client: AsyncOpenAI) -> AbstractAsyncContextManager[AsyncAPIResponse[Any]]:
            return client.completions.with_streaming_response.create(stream=True, **body)

        return cast("AbstractAsyncContextManager[Answer]", open_answer(self._connection, request, send))
