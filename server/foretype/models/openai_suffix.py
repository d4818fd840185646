"""Asks a (legacy) completions endpoint with `prompt` and `suffix`: the server builds the model's own prompt.

For servers that know the model's form better than its name tells: Ollama, DeepSeek's beta route, OpenAI's instruct
model. Others ignore the suffix silently (llama.cpp, transformers) or refuse it (vLLM), so it is never a guess.
"""

from __future__ import annotations

from foretype.models.dialects import path_of_way
from foretype.models.filling import FillingProvider
from foretype.models.provider import FillPrompt, Mode
from foretype.models.question import Question, sendable


class SuffixProvider(FillingProvider):
    """`Provider` over `POST /completions` with a suffix."""

    mode: Mode = "suffix"

    def question(self, prompt: FillPrompt) -> Question:
        """See `FillingProvider.question`."""
        path = path_of_way(self._connection.endpoint, "suffix", "/completions")
        fields = {"prompt": sendable(prompt.prefix), "suffix": sendable(prompt.suffix)}
        return Question("suffix", path, fields)
