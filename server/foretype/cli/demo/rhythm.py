"""How long a person takes: the pauses between keys, and the moment before a suggestion is taken.

Seeded, so that two demos of the same lines look the same.
"""

from __future__ import annotations

import random
from typing import Final

TAB: Final = "Tab"
ENTER: Final = "Enter"

DEFAULT_SPEED: Final = 7.0
"""Keys a second, about 80 words a minute: a practised typist. Among 168,000 people the average was 52 words a minute
and the fastest passed 120 (Dhakal et al., "Observations on Typing from 136 Million Keystrokes", CHI 2018)."""

_READING: Final = 0.32
"""Seconds to see that a suggestion is right; chosen so that it can be followed, not measured."""

_READING_A_CHARACTER: Final = 0.006
_LONGEST_READING: Final = 0.8

# The mean of these over ordinary code is about 1, so that `speed` is what comes out.
_IN_A_WORD: Final = 0.82
_BETWEEN_WORDS: Final = 1.15
_NEW_LINE: Final = 2.6
_SPREAD: Final = 0.28


class Rhythm:
    """One person's way of typing, at `speed` keys a second on average."""

    def __init__(self, speed: float = DEFAULT_SPEED, seed: int = 7) -> None:
        self._pause = 1 / speed
        # No secret depends on it.
        self._random = random.Random(seed)  # noqa: S311

    def after(self, key: str) -> float:
        """Seconds from this key to the next one."""
        factor = _NEW_LINE if key == ENTER else _IN_A_WORD if key.isalnum() and key != TAB else _BETWEEN_WORDS
        return self._pause * factor * self._random.lognormvariate(-(_SPREAD**2) / 2, _SPREAD)

    def reading(self, text: str) -> float:
        """Seconds from seeing a suggestion to the Tab key. Who types faster also reads faster."""
        seconds = min(_LONGEST_READING, _READING + _READING_A_CHARACTER * len(text))
        return seconds * self._pause * DEFAULT_SPEED
