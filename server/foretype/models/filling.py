"""What the routes have in common that take the text before and after the cursor and build the prompt themselves."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from foretype.models.connection import Connection
from foretype.models.provider import Answer, FillPrompt, Mode, ModelRequest
from foretype.models.question import Question
from foretype.models.streaming import open_answer


class FillingProvider:
    """`Provider` over such a route: each says only what it asks, in `question`."""

    mode: Mode
    accepts = FillPrompt

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def stream(self, request: ModelRequest) -> AbstractAsyncContextManager[Answer]:
        """Ask; see `Provider.stream`. Raises TypeError for another kind of prompt."""
        prompt = request.prompt
        if not isinstance(prompt, FillPrompt):
            raise TypeError(f"the way {self.mode} takes a FillPrompt, not {type(prompt).__name__}")
        return open_answer(self._connection, request, self.question(prompt))

    def question(self, prompt: FillPrompt) -> Question:
        """Where to ask, and with which fields."""
        raise NotImplementedError
