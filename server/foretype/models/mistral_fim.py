"""Asks Mistral's fill-in-the-middle route: a prompt and a suffix in, an answer in the shape of a chat out.

The route refuses every field that it does not know, so nothing is sent that its reference does not name.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from foretype.models.connection import Connection
from foretype.models.provider import Answer, FillPrompt, Mode, ModelRequest
from foretype.models.question import Question, sendable
from foretype.models.streaming import open_answer


class MistralFimProvider:
    """`Provider` over `POST /fim/completions`."""

    mode: Mode = "mistral"
    accepts = FillPrompt

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def stream(self, request: ModelRequest) -> AbstractAsyncContextManager[Answer]:
        """Ask; see `Provider.stream`. Raises TypeError for another kind of prompt."""
        prompt = request.prompt
        if not isinstance(prompt, FillPrompt):
            raise TypeError(f"the fill-in-the-middle route takes a FillPrompt, not {type(prompt).__name__}")
        fields = {"prompt": sendable(prompt.prefix), "suffix": sendable(prompt.suffix)}
        question = Question("mistral", "/fim/completions", fields, "max_tokens", usage=False)
        return open_answer(self._connection, request, question)
