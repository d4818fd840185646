"""Counts anew what `context/secrets/randomness.py` knows of how names are written, and says how far that is from it.

    python -m benchmarks.secrets.letters

The words are all different runs of six or more letters, digits and `_+/.-` in the standard library of the Python that
runs this. With CPython 3.11.7 8 of the 676 digits differ from the table's, with 3.12.1 27, all of them by one.
"""

from __future__ import annotations

import math
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Final

from foretype.context.secrets import randomness

_WORD: Final = re.compile(r"[A-Za-z0-9_+/.-]{6,}")
_LETTERS: Final = 26
_KINDS: Final = 4


def main() -> None:
    """Print both tables side by side, and where they differ."""
    words = library_words(Path(os.__file__).parent)
    pairs, steps = counted(words)
    known = [[int(digit) for digit in row] for row in randomness._PAIRS]
    off = Counter(abs(a - b) for one, other in zip(pairs, known, strict=True) for a, b in zip(one, other, strict=True))
    print(f"{len(words):,} different words of the standard library of Python {sys.version.split()[0]}")
    for row in pairs:
        print(f'    "{"".join(map(str, row))}",')
    print("digits that differ from the table:", ", ".join(f"{off[by]} by {by}" for by in sorted(off) if by) or "none")
    for weights, known_steps in zip(steps, randomness._STEPS, strict=True):
        print(
            "   ",
            "  ".join(f"{new:6.2f} ({old:5.2f})" for new, old in zip(weights, known_steps, strict=True)),
        )
    print("steps between kinds of characters, and in brackets those of the table")


def library_words(folder: Path) -> set[str]:
    """All different words of the modules below a folder, but for what was installed into it."""
    words: set[str] = set()
    for path in folder.rglob("*.py"):
        if "site-packages" not in path.parts:
            words.update(_WORD.findall(path.read_text("utf-8", "replace")))
    return words


def counted(words: Iterable[str]) -> tuple[list[list[int]], list[list[float]]]:
    """The digit of each pair of letters, and the logarithm of each step from kind to kind, as the tables have them."""
    pairs: Counter[tuple[int, int]] = Counter()
    steps: Counter[tuple[int, int]] = Counter()
    for word in words:
        for one, other in pairwise(word):
            before, behind = randomness._kind(one), randomness._kind(other)
            steps[before, behind] += 1
            if before < 2 and behind < 2:
                pairs[randomness._letter(one), randomness._letter(other)] += 1
    return [_digits(pairs, row) for row in range(_LETTERS)], [_logarithms(steps, row) for row in range(_KINDS)]


def _digits(pairs: Counter[tuple[int, int]], row: int) -> list[int]:
    # One more of each, so that a pair that never stands there is unlikely and not impossible.
    total = sum(pairs[row, column] + 1 for column in range(_LETTERS))
    shares = ((pairs[row, column] + 1) / total for column in range(_LETTERS))
    return [max(0, min(9, round(math.log2(1 / _LETTERS / share)) + 4)) for share in shares]


def _logarithms(steps: Counter[tuple[int, int]], row: int) -> list[float]:
    total = sum(steps[row, column] for column in range(_KINDS))
    return [round(math.log2(steps[row, column] / total), 2) for column in range(_KINDS)]


if __name__ == "__main__":
    main()
