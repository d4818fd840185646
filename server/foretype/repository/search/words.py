"""The words by which code is found: names whole, and the parts that they are made of. Pure.

Writing and reading must agree on them to the letter, so a change here raises `database.SCHEMA`.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORTEST: Final = 3
"""Characters. Shorter names are everywhere, and searches do not ask for them."""

LONGEST: Final = 64
"""Characters. Longer runs of letters and digits are data (hashes, base 64), not names."""

_NAME: Final = re.compile(r"[^\W\d]\w{2,}")
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")
# How much a part of a name counts for beside the name itself: `user` of `get_user_by_id` is found in many places that
# have nothing to do with it.
_PART_SHARE: Final = 0.35
# A word that stands more often in one chunk is written this often: BM25 with k1 = 1.2 gives the ninth occurrence less
# than a fiftieth of what the first gives, and every occurrence costs space.
_MOST_OF_ONE: Final = 8


def indexed_words(text: str, *others: str) -> str:
    """What the full-text index is given for a chunk: its words in lower case, and once those of `others` (its path).

    Sorted, since their order says nothing here and equal neighbours take less space.
    """
    counts: Counter[str] = Counter()
    for name, count in Counter(_NAME.findall(text)).items():
        for word in _words_of(name):
            counts[word] += count
    for other in others:
        for name in _NAME.findall(other):
            counts.update(dict.fromkeys(_words_of(name), 1))
    return " ".join(f"{word} " * min(count, _MOST_OF_ONE) for word, count in sorted(counts.items()))


def queried_words(terms: Mapping[str, float]) -> dict[str, float]:
    """The words to look up for weighted terms: each whole, and its parts for a share of the weight."""
    wanted: dict[str, float] = {}
    for term, weight in terms.items():
        for name in _NAME.findall(term):
            first, *parts = _words_of(name) or ("",)
            wanted[first] = max(wanted.get(first, 0.0), weight)
            for part in parts:
                wanted[part] = max(wanted.get(part, 0.0), weight * _PART_SHARE)
    wanted.pop("", None)
    return {word: weight for word, weight in wanted.items() if weight > 0}


@lru_cache(16_384)
def _words_of(name: str) -> tuple[str, ...]:
    # The name in lower case, then its parts, each once.
    if len(name) > LONGEST:
        return ()
    whole = name.lower()
    parts = [part.lower() for part in _PARTS.findall(name)]
    return tuple(dict.fromkeys([whole, *(part for part in parts if len(part) >= SHORTEST)]))
