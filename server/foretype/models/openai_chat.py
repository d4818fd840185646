"""Asks a chat completions endpoint. Sends messages as they are; rendering them is prompts/ business."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, cast

from foretype.models.connection import Connection
from foretype.models.provider import Answer, ChatPrompt, Mode, ModelRequest
from foretype.models.stops import wire_stops
from foretype.models.streaming import open_answer, sendable

if TYPE_CHECKING:
    from openai import AsyncAPIResponse, AsyncOpenAI


class ChatProvider:
    """`Provider` over `POST /chat/completions`."""

    mode: Mode = "chat"
    accepts = ChatPrompt

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def stream(self, request: ModelRequest) -> AbstractAsyncContextManager[Answer]:
        """Ask; see `Provider.stream`. Raises TypeError for another kind of prompt."""
        prompt = request.prompt
        if not isinstance(prompt, ChatPrompt):
            raise TypeError(f"a chat endpoint takes a ChatPrompt, not {type(prompt).__name__}")
        messages = [{"role": message.role, "content": sendable(message.content)} for message in prompt.messages]
        body: dict[str, Any] = {
            "model": self._connection.endpoint.model,
            "messages": messages,
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "stream_options": {"include_usage": True},
        }
        if stops := wire_stops(request.stop, prompt.stop):
            body["stop"] = stops

        def send(client: AsyncOpenAI) -> AbstractAsyncContextManager[AsyncAPIResponse[Any]]:
            return client.chat.completions.with_streaming_response.create(stream=True, **body)

        return cast("AbstractAsyncContextManager[Answer]", open_answer(self._connection, request, send))
