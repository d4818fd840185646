"""One prompt for a hole in a document, by itself: for tests that have no consecutive ones."""

from __future__ import annotations

from foretype.models.provider import FillPrompt, Prompt
from foretype.models.registry import Choice
from foretype.prompts.place import Place
from foretype.prompts.tokens import Counter
from foretype.prompts.writer import PromptWriter


def render(fill: FillPrompt, choice: Choice, budget: int, counter: Counter) -> Prompt:
    """The prompt, of at most `budget` tokens. Raises ConfigurationError where that does not hold its frame."""
    return PromptWriter(counter).write(Place.of(fill), (), choice, budget).prompt
