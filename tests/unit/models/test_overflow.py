"""Context overflow: the numbers in what servers say, and how long the next prompt may be."""

from __future__ import annotations

import pytest

from foretype.errors import ContextOverflowError
from foretype.models.failures import Failure, error_from
from foretype.models.overflow import smaller_budget


def openai_error(message: str, **more: object) -> dict[str, object]:
    return {"error": {"message": message, **more}}


VLLM = "This model's maximum context length is 1024 tokens. However, your prompt contains at least 1025 input tokens"
VLLM_COUNTED = (
    "You passed 1015 input tokens and requested 10 output tokens. "
    "However, the model's context length is only 1024 tokens"
)
OPENAI = "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."
LLAMA = "request (4219 tokens) exceeds the available context size (2048 tokens), try increasing it"
LM_STUDIO = "The number of tokens to keep from the initial prompt is greater than the context length"


@pytest.mark.parametrize(
    ("status", "body", "limit", "prompt"),
    [
        (400, openai_error("x", type="exceed_context_size_error", n_prompt_tokens=4219, n_ctx=2048), 2048, 4219),
        (400, openai_error(LLAMA), 2048, 4219),
        (400, openai_error(VLLM_COUNTED), 1024, 1015),
        (400, openai_error(VLLM), 1024, None),
        (400, openai_error(OPENAI), 8192, 9000),
        (400, openai_error("Please reduce the length", code="context_length_exceeded", param="messages"), None, None),
        (200, {"error": LM_STUDIO}, None, None),
        (500, openai_error("litellm.ContextWindowExceededError: too long"), None, None),
        (413, {"message": "prompt is too long"}, None, None),
    ],
)
def test_numbers(status: int, body: object, limit: int | None, prompt: int | None) -> None:
    error = error_from(Failure(status, {}, body))
    assert isinstance(error, ContextOverflowError)
    assert (error.limit, error.prompt_tokens) == (limit, prompt)


@pytest.mark.parametrize(
    ("limit", "prompt", "budget", "expected"),
    [
        (None, None, 2048, 1024),
        (2048, 4096, 2000, 881),  # theirs holds 1900 tokens of 4096, so ours 927 of 2000, less a twentieth
        (1024, None, 2048, 832),
        (4096, None, 2048, 1024),
        (4096, 4200, 2000, 1786),
        (4096, 10, 2000, 1999),  # numbers that make no sense still shorten the prompt
    ],
)
def test_the_next_budget(limit: int | None, prompt: int | None, budget: int, expected: int) -> None:
    error = ContextOverflowError("x", limit=limit, prompt_tokens=prompt)
    assert smaller_budget(error, budget, 148) == expected
