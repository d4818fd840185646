"""Asks a (legacy) completions endpoint with a prompt that holds the model's own fill-in-the-middle tokens.

The prompt comes rendered from prompts/forms.py. Servers parse the special tokens in it (llama.cpp, vLLM and
Ollama do); the endpoint's `suffix` field is not used here, since several servers ignore or refuse it.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from foretype.models.connection import Connection
from foretype.models.provider import Answer, Mode, ModelRequest, TextPrompt
from foretype.models.question import Question, sendable
from foretype.models.streaming import open_answer


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
        question = Question("fim", "/completions", {"prompt": sendable(prompt.text)})
        return open_answer(self._connection, request, question)
