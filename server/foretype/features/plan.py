"""How an endpoint is asked now: the way, the length of prompts, and what its refusals have taught in this session.

Pure. A refusal is answered with another attempt only where something can still be changed, and each thing is changed
at most once for one question: there is no loop. What worked is remembered, what failed too is not.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from foretype.errors import ContextOverflowError, ModelError, WayRefusedError
from foretype.models.overflow import smaller_budget
from foretype.models.probing import Probe
from foretype.models.registry import WAYS, Choice

logger = logging.getLogger(__name__)

_ANSWER: Final = 512
"""Tokens of a context window that are kept for the answer."""
_CERTAIN: Final = 0.95
"""How much of the rest a prompt may take where a model's own tokens are not quite those that are counted here."""
_EXACT: Final = 0.99
"""The same where they are: a chat template's few tokens are left."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a question: in which way, with how many tokens of prompt, and whether those were cut already."""

    choice: Choice
    budget: int
    cut: bool = False


class Plan:
    """The state of one endpoint in one session. `note` says for the status what its refusals have changed."""

    def __init__(self, choices: Sequence[Choice], budget: int) -> None:
        self._choices = tuple(choices)
        self.choice = self._choices[0]
        self.budget = budget
        self.note = ""

    def begin(self) -> Attempt:
        """The first try at a question."""
        return Attempt(self.choice, self.budget)

    def after(self, error: ModelError, attempt: Attempt, answer_tokens: int) -> Attempt | None:
        """What to try after this refusal; None where nothing can help."""
        if isinstance(error, WayRefusedError):
            following = self._choices[self._choices.index(attempt.choice) + 1 :]
            return replace(attempt, choice=following[0]) if following else None
        if isinstance(error, ContextOverflowError) and not attempt.cut:
            budget = smaller_budget(error, attempt.budget, answer_tokens)
            return replace(attempt, budget=budget, cut=True) if budget > 0 else None
        return None

    def proved(self, attempt: Attempt) -> None:
        """This one was answered: begin with it from now on."""
        notes = [self.note] if self.note else []
        if attempt.choice != self.choice:
            notes.append(
                f"The model is asked by {WAYS[attempt.choice.mode]}, since its server refused {WAYS[self.choice.mode]}."
            )
            self.choice = attempt.choice
        if attempt.cut and attempt.budget < self.budget:
            notes.append(f"Prompts are cut to {attempt.budget} tokens, which is what the model's context window holds.")
            self.budget = attempt.budget
        note = " ".join(notes)
        if note != self.note:
            self.note = note
            logger.info("%s", note)


def prompt_budget(wished: int, choice: Choice, seen: Probe, *, exact: bool = False) -> int:
    """How long prompts may be, in tokens: what the user wishes, or less where the model takes less.

    `exact` says that the model's own tokenizer counts.
    """
    context = seen.context or (choice.family.context if choice.family else None)
    if context is None:
        return wished
    return min(wished, int((context - min(_ANSWER, context // 4)) * (_EXACT if exact else _CERTAIN)))
