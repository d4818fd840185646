"""Names as search terms: in lower case, each with the words that it is made of, which count for less."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from sys import intern
from typing import Final

from foretype.context.identifiers import SHORTEST, identifiers, parts

PART: Final = 0.35
"""What a word of a name counts for beside the name: `user` of `get_user_by_id` is in many places of no concern."""


@lru_cache(16_384)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a compound name that are long enough to say something; none for a single word."""
    words = parts(name)
    return tuple(word for word in words if len(word) >= SHORTEST) if len(words) > 1 else ()


@lru_cache(32_768)
def terms_of_line(line: str) -> tuple[str, ...]:
    """The terms of a line of code, each once; remembered, since the same lines are looked at after every pause.

    A tuple takes a tenth of a set's memory, and most lines are asked for nothing else than what they share with a set.
    """
    names = identifiers(line)
    return tuple(dict.fromkeys([*map(_lower, names), *(word for name in names for word in words_of(name))]))


def _lower(name: str) -> str:
    # Lines hold the same names again and again.
    return intern(name.lower())


def terms_of_names(names: Mapping[str, float]) -> dict[str, float]:
    """Weighted names as weighted terms."""
    found: dict[str, float] = {}
    for name, weight in names.items():
        found[name.lower()] = max(weight, found.get(name.lower(), 0.0))
        for word in words_of(name):
            found[word] = max(weight * PART, found.get(word, 0.0))
    return found
