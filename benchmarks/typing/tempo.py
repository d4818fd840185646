"""When the next key falls, and which wrong one: the simulated person's hands.

Times between keys are log-normal, the usual shape for typing. The levels are those of a quick typist of the study
by Dhakal, Feit, Kristensson and Oulasvirta (Observations on Typing from 136 Million Keystrokes, CHI 2018), with pauses
where a word or a line begins, where people stop to think. All in seconds.
"""

from __future__ import annotations

import math
import random
from typing import Final

KEY: Final = (0.140, 0.40)
"""Median and sigma of the logarithm, within a word."""

WORD: Final = 1.30
"""A key that begins a word takes this much longer."""

LINE: Final = (0.50, 0.55)
"""The pause before the first key of a line comes on top."""

NOTICE: Final = (0.25, 0.30)
"""From a wrong key that was noticed to the first Backspace, on top."""

ACCEPT: Final = (0.180, 0.35)
"""From the decision to take a suggestion to Tab."""

LONGEST: Final = 3.0

TYPO_RATE: Final = 1 / 30
NOTICED_AFTER: Final = (1, 1, 1, 2, 2, 3)
"""After how many keys a wrong one is noticed, each entry as likely as the others."""

_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


class Tempo:
    """One person's hands, from a seed."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def pause(self, before: str, key: str) -> float:
        """Seconds between the last character before the caret (or what was done) and the next key."""
        seconds = self._draw(KEY)
        if key == "backspace" and before != "backspace":
            seconds += self._draw(NOTICE)
        elif before == "\n":
            seconds += self._draw(LINE)
        elif key.isalnum() and not (before.isalnum() or before in ("_", "backspace")):
            seconds *= WORD
        return min(seconds, LONGEST)

    def slip(self, key: str) -> tuple[str, int] | None:
        """A wrong key in place of this one, and after how many keys it is noticed; mostly None."""
        if not key.isalpha() or not key.isascii() or self._random.random() >= TYPO_RATE:
            return None
        row = next(row for row in _ROWS if key.lower() in row)
        at = row.index(key.lower())
        wrong = self._random.choice([row[near] for near in (at - 1, at + 1) if 0 <= near < len(row)])
        return (wrong.upper() if key.isupper() else wrong), self._random.choice(NOTICED_AFTER)

    def _draw(self, shape: tuple[float, float]) -> float:
        median, sigma = shape
        return self._random.lognormvariate(math.log(median), sigma)
