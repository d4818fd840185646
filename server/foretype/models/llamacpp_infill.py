"""Asks llama.cpp's own infill route, where the server builds the prompt from the tokens in the model's file.

The route lives beside the `/v1` of the base address, not below it. Its events are of a shape of their own, and no end
mark follows the last one (chunks.py and answer.py read them).
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from foretype.models.connection import Connection
from foretype.models.dialects import root_of
from foretype.models.provider import Answer, FillPrompt, Mode, ModelRequest
from foretype.models.question import Question, sendable
from foretype.models.streaming import open_answer


class InfillProvider:
    """`Provider` over llama.cpp's `POST /infill`."""

    mode: Mode = "infill"
    accepts = FillPrompt

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def stream(self, request: ModelRequest) -> AbstractAsyncContextManager[Answer]:
        """Ask; see `Provider.stream`. Raises TypeError for another kind of prompt."""
        prompt = request.prompt
        if not isinstance(prompt, FillPrompt):
            raise TypeError(f"the infill route takes a FillPrompt, not {type(prompt).__name__}")
        fields = {
            "input_prefix": sendable(prompt.prefix),
            "input_suffix": sendable(prompt.suffix),
            "input_extra": [{"filename": sendable(file.path), "text": sendable(file.text)} for file in prompt.files],
            "prompt": "",
        }
        path = f"{root_of(self._connection.endpoint)}/infill"
        return open_answer(self._connection, request, Question("infill", path, fields, "n_predict", usage=False))
