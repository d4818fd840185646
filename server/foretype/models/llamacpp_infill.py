"""Asks llama.cpp's own infill route, where the server builds the prompt from the tokens in the model's file.

The route lives beside the `/v1` of the base address, not below it. Its events are of a shape of their own, and no end
mark follows the last one (chunks.py and answer.py read them).
"""

from __future__ import annotations

from foretype.models.dialects import root_of
from foretype.models.filling import FillingProvider
from foretype.models.provider import FillPrompt, Mode
from foretype.models.question import Question, sendable


class InfillProvider(FillingProvider):
    """`Provider` over llama.cpp's `POST /infill`."""

    mode: Mode = "infill"

    def question(self, prompt: FillPrompt) -> Question:
        """See `FillingProvider.question`."""
        fields = {
            "input_prefix": sendable(prompt.prefix),
            "input_suffix": sendable(prompt.suffix),
            "input_extra": [{"filename": sendable(file.path), "text": sendable(file.text)} for file in prompt.files],
            "prompt": "",
        }
        path = f"{root_of(self._connection.endpoint)}/infill"
        return Question("infill", path, fields, "n_predict", usage=False)
