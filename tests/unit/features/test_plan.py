"""What is tried after a refusal, and what is remembered."""

from __future__ import annotations

import pytest

from foretype.errors import ContextOverflowError, ModelError, RateLimitedError, UnknownModelError, WayRefusedError
from foretype.features.plan import Plan, prompt_budget
from foretype.models.families import CODE_GEMMA, QWEN
from foretype.models.probing import Probe
from foretype.models.registry import Choice

FIM, INFILL, CHAT = Choice("fim", QWEN, ""), Choice("infill", QWEN, ""), Choice("chat", QWEN, "")
REFUSED = WayRefusedError("no")
TOO_LONG = ContextOverflowError("no", limit=1024)


def test_ways_are_tried_in_order_and_each_once() -> None:
    plan = Plan([FIM, INFILL, CHAT], 1000)
    second = plan.after(REFUSED, plan.begin(), 64)
    assert second is not None
    assert second.choice is INFILL
    third = plan.after(REFUSED, second, 64)
    assert third is not None
    assert third.choice is CHAT
    assert plan.after(REFUSED, third, 64) is None
    assert (plan.begin().choice, plan.note) == (FIM, ""), "nothing worked, so nothing is remembered"


def test_what_worked_is_remembered_and_said() -> None:
    plan = Plan([FIM, CHAT], 1000)
    attempt = plan.after(REFUSED, plan.begin(), 64)
    assert attempt is not None
    plan.proved(attempt)
    plan.proved(plan.begin())
    assert plan.begin().choice is CHAT
    assert plan.note == "The model is asked by chat messages, since its server refused a fill-in-the-middle prompt."


def test_a_prompt_that_is_too_long_is_cut_once() -> None:
    plan = Plan([CHAT], 4000)
    attempt = plan.after(TOO_LONG, plan.begin(), 64)
    assert attempt is not None
    assert attempt.budget == 912
    assert plan.after(TOO_LONG, attempt, 64) is None
    plan.proved(attempt)
    assert plan.begin().budget == 912
    assert "912 tokens" in plan.note


@pytest.mark.parametrize("error", [RateLimitedError("x"), UnknownModelError("x"), ContextOverflowError("x", limit=10)])
def test_nothing_else_is_tried_again(error: ModelError) -> None:
    plan = Plan([FIM, CHAT], 1000)
    assert plan.after(error, plan.begin(), 64) is None


@pytest.mark.parametrize(
    ("wished", "choice", "context", "budget"),
    [
        (2048, CHAT, None, 2048),
        (2048, CHAT, 32_768, 2048),
        (2048, CHAT, 2048, 1459),
        (2048, CHAT, 1024, 729),
        (20_000, Choice("fim", CODE_GEMMA, ""), None, 7296),
        (20_000, Choice("fim", CODE_GEMMA, ""), 32_768, 20_000),
        (2048, Choice("chat", None, ""), None, 2048),
    ],
)
def test_prompts_are_as_long_as_the_model_takes(wished: int, choice: Choice, context: int | None, budget: int) -> None:
    assert prompt_budget(wished, choice, Probe(True, context=context)) == budget


def test_an_exact_count_leaves_less_aside() -> None:
    choice, seen = Choice("chat", None, ""), Probe(True, context=4096)
    assert prompt_budget(100_000, choice, seen) < prompt_budget(100_000, choice, seen, exact=True) <= 4096 - 512
