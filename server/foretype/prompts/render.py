"""From a hole in a document to the prompt that a way of asking takes, within a budget of tokens."""

from __future__ import annotations

from foretype.errors import ConfigurationError
from foretype.models.provider import ChatPrompt, FillPrompt, TextPrompt
from foretype.models.registry import Choice
from foretype.prompts.chat_fill import render_chat
from foretype.prompts.fim import cut_fill, render_fim
from foretype.prompts.tokens import Counter


def render(fill: FillPrompt, choice: Choice, budget: int, counter: Counter) -> TextPrompt | ChatPrompt | FillPrompt:
    """The prompt, of at most `budget` tokens. Raises ConfigurationError where that does not hold its frame."""
    if choice.mode == "chat":
        return render_chat(fill, choice.family, budget, counter)
    if choice.mode != "fim":
        return cut_fill(fill, choice.family, budget, counter)
    if choice.family is None:
        raise ConfigurationError("No fill-in-the-middle form is known for this model.", "Set `model.mode` to auto.")
    return render_fim(fill, choice.family, budget, counter)
