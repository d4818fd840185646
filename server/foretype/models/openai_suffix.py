"""Asks a (legacy) completions endpoint with `prompt` and `suffix`: the server builds the model's own prompt.

For servers that know the model's form better than its name tells: Ollama, DeepSeek's beta route, OpenAI's instruct
model. Others ignore the suffix silently (llama.cpp, transformers) or refuse it (vLLM), so it is never a guess.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from foretype.models.connection import Connection
from foretype.models.dialects import path_of_way
from foretype.models.provider import Answer, FillPrompt, Mode, ModelRequest
from foretype.models.question import Question, sendable
from foretype.models.streaming import open_answer


class SuffixProvider:
    """`Provider` over `POST /completions` with a suffix."""

    mode: Mode = "suffix"
    accepts = FillPrompt

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def stream(self, request: ModelRequest) -> AbstractAsyncContextManager[Answer]:
        """Ask; see `Provider.stream`. Raises TypeError for another kind of prompt."""
        prompt = request.prompt
        if not isinstance(prompt, FillPrompt):
            raise TypeError(f"a completions endpoint with suffix takes a FillPrompt, not {type(prompt).__name__}")
        path = path_of_way(self._connection.endpoint, "suffix", "/completions")
        fields = {"prompt": sendable(prompt.prefix), "suffix": sendable(prompt.suffix)}
        return open_answer(self._connection, request, Question("suffix", path, fields))
