"""Asks a chat completions endpoint. Sends messages as they are; rendering them is prompts/ business."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from foretype.models.connection import Connection
from foretype.models.provider import Answer, ChatPrompt, Mode, ModelRequest
from foretype.models.question import Question, sendable
from foretype.models.streaming import open_answer


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
        return open_answer(self._connection, request, Question("chat", "/chat/completions", {"messages": messages}))
