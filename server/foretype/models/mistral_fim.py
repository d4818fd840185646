"""Asks Mistral's fill-in-the-middle route: a prompt and a suffix in, an answer in the shape of a chat out.

The route refuses every field that it does not know, so nothing is sent that its reference does not name.
"""

from __future__ import annotations

from foretype.models.filling import FillingProvider
from foretype.models.provider import FillPrompt, Mode
from foretype.models.question import Question, sendable


class MistralFimProvider(FillingProvider):
    """`Provider` over `POST /fim/completions`."""

    mode: Mode = "mistral"

    def question(self, prompt: FillPrompt) -> Question:
        """See `FillingProvider.question`."""
        fields = {"prompt": sendable(prompt.prefix), "suffix": sendable(prompt.suffix)}
        return Question("mistral", "/fim/completions", fields, "max_tokens", usage=False)
