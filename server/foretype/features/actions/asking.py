"""Asks the model for an action's answer and listens while it comes. Knows nothing of what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from foretype.models.provider import CUT_SHORT, ChatPrompt, ModelRequest, TimeLimits
from foretype.prompts.parts import TokenBudget
from foretype.scheduling.governor import ACTION, BULK, Purpose
from foretype.settings.model import Settings

if TYPE_CHECKING:
    from foretype.features.ask import ModelAsker
    from foretype.features.metered import MeteredProvider

Heard = Callable[[str, int], None]
"""Called with all the text that came so far, and the number of pieces, which are about as many as tokens."""

SMALLEST_ANSWER: Final = 512
LARGEST_ANSWER: Final = 8_192
_BETWEEN: Final = 60.0
"""Seconds between two pieces: a server that thinks, or serves others in between, is not dead yet."""

_LONGEST_TOKEN: Final = 32
"""Characters: no text of so many tokens is longer than with this many in each, blanks included."""


@dataclass(frozen=True, slots=True)
class ActionModel:
    """The model as actions ask it: by chat, with time and room that ghost text has not."""

    provider: MeteredProvider
    budget: TokenBudget
    limits: TimeLimits
    may_answer: int = LARGEST_ANSWER
    name: str = ""
    sparing: bool = False
    """Whether prompts are kept short, since there are many of them."""

    def answer_tokens(self, unit: str, factor: float) -> int:
        """How many tokens an answer about a unit may have: so many times its own, within reason."""
        wanted = SMALLEST_ANSWER + int(self.budget.counter.count_lines(unit) * factor)
        return max(64, min(wanted, self.may_answer))


@dataclass(frozen=True, slots=True)
class Said:
    """An answer; `whole` is False where its tokens ran out."""

    text: str
    whole: bool


def action_model(asker: ModelAsker, settings: Settings, purpose: Purpose = ACTION) -> ActionModel:
    """The configured model for actions, or with `BULK` for many of them.

    The window of a model whose size is known holds the question and the answer.
    """
    actions, timeouts = settings.actions, settings.model.timeouts
    window = asker.prompt_tokens_at_most
    tokens = actions.max_tokens if window is None else min(actions.max_tokens, int(window * 0.6))
    answer = LARGEST_ANSWER if window is None else min(LARGEST_ANSWER, int(window * 0.35))
    limits = TimeLimits(timeouts.connect, actions.timeout, min(_BETWEEN, actions.timeout), actions.timeout)
    budget = TokenBudget(tokens, asker.counter, asker.choice.family)
    return ActionModel(asker.chat(purpose), budget, limits, answer, asker.name, purpose is BULK)


async def ask(
    model: ActionModel, prompt: ChatPrompt, max_tokens: int, heard: Heard = lambda _text, _count: None
) -> Said:
    """The whole answer. Raises ModelError; cancelling it closes the connection to the model's server."""
    request = ModelRequest(prompt, max_tokens=max_tokens, limits=model.limits)
    count, size, finish = 0, 0, None
    async with model.provider.stream(request) as answer:
        async for delta in answer:
            count, size = count + bool(delta.text), size + len(delta.text)
            if size > max_tokens * _LONGEST_TOKEN:
                finish = "length"  # a server that does not know when to stop
                break
            finish = delta.finish_reason or finish
            if delta.text:
                heard(answer.text, count)
        text = answer.text
    return Said(text, finish not in CUT_SHORT)


__all__ = ["ACTION", "BULK", "ActionModel", "Heard", "Said", "action_model", "ask"]
