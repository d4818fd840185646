"""How a model's own tokens compare with those that are counted here, learned from what its server reports.

Pure. Kept on the safe side: the largest of the last comparisons counts, with a margin.
"""

from __future__ import annotations

import math
import re
from collections import deque
from typing import Final

_PRIORS: Final = (
    (re.compile(r"qwen|codeqwen"), 1.12),
    (re.compile(r"llama-?3|llama3"), 1.05),
)
"""For models whose tokenizers descend from cl100k_base. Qwen's splits as it does but for digits, which stand alone: in
six repositories 95 of 100 files have at most 8 % more tokens (`python -m benchmarks.prompts.tokenizers`). Llama 3's
adds to it."""

UNKNOWN: Final = 1.3
"""For all others: published comparisons of tokenizers on code with OpenAI's go up to this (Continue multiplies its
counts by 1.18 for Gemini, 1.23 for Claude and 1.26 for Mistral's models)."""

SHORTEST: Final = 200
"""Tokens. In shorter prompts the chat template weighs too much."""

_REMEMBERED: Final = 12
_SURE_AFTER: Final = 4
_LEAST: Final = 0.8
_MOST: Final = 4.0


class Calibration:
    """The ratio of a model's tokens to ours. With `fixed` our counts are the model's own, and nothing is learned."""

    def __init__(self, prior: float = 1.0, *, fixed: bool = False) -> None:
        self.ratio = prior
        self.fixed = fixed
        self._seen: deque[float] = deque(maxlen=_REMEMBERED)

    @property
    def learned(self) -> bool:
        """Whether the server has ever reported its count."""
        return bool(self._seen)

    def learn(self, ours: int, theirs: int) -> None:
        """Take in how many tokens a prompt had by our count and by the server's."""
        if self.fixed or ours < SHORTEST or theirs <= 0:
            return
        self._seen.append(min(_MOST, max(_LEAST, theirs / ours)))
        margin = 1.01 if len(self._seen) >= _SURE_AFTER else 1.03
        # In steps, since with every change of the ratio prompts are cut elsewhere.
        ratio = math.ceil(max(self._seen) * margin * 50) / 50
        if ratio > self.ratio or self.ratio - ratio >= 0.04 or len(self._seen) <= 1:
            self.ratio = ratio

    def ours(self, tokens: int) -> int:
        """How many of our tokens a budget of the model's is."""
        return int(tokens / self.ratio)

    def theirs(self, tokens: int) -> int:
        """How many of the model's tokens a count of ours is, at most."""
        return math.ceil(tokens * self.ratio)


def prior_for(model: str) -> float:
    """The ratio to begin with for a model whose tokenizer is not at hand."""
    name = model.lower()
    return next((ratio for pattern, ratio in _PRIORS if pattern.search(name)), UNKNOWN)
