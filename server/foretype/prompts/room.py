"""What frames a prompt costs tokens too: what a server's template adds, and the error for a budget that holds nothing.

Constants and one error; nothing here counts.
"""

from __future__ import annotations

from typing import Final

from foretype.errors import ConfigurationError

TOKENS_PER_MESSAGE: Final = 8
"""What a chat template puts around one message, by the documented counts of OpenAI's and the ChatML form."""

TEMPLATE_TOKENS: Final = 16
"""What a server's own template may cost: a few special tokens, each one token for it."""

TOKENS_PER_FILE: Final = 6
"""What a server's own template may put around the path and text of another file."""


def too_small(budget: int, what: str) -> ConfigurationError:
    """The error for a budget that holds nothing of the document."""
    return ConfigurationError(
        f"A prompt of {budget} tokens does not hold {what}.",
        "Raise `context.max_tokens`, or start the model with a larger context.",
    )
