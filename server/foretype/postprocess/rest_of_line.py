"""Fit the suggestion to what stands right of the cursor on its line, which editors have often closed already."""

from __future__ import annotations

from typing import Final

from foretype.postprocess.surroundings import Fitted, Surroundings

_CLOSERS: Final = frozenset(")]}>\"'`;:, \t")


def fit_rest_of_line(text: str, around: Surroundings) -> Fitted:
    """Never write what stands there again, and never lose it.

    Where the rest of the line is closers only and the suggestion holds them, the suggestion replaces them
    (`f(│)` with `self):`); where the suggestion ends with the beginning of the rest, that end is left out; where
    neither holds and the rest is real text, only a one-line suggestion can go in front of it.
    """
    rest = around.rest.rstrip()
    if not rest:
        return Fitted(text)
    first, separator, more = text.partition("\n")
    if _CLOSERS.issuperset(rest):
        if _holds(first, rest.strip()):
            return Fitted(text, len(rest))
        return Fitted(first if separator else text)
    overlap = next((size for size in range(min(len(first), len(rest)), 0, -1) if first.endswith(rest[:size])), 0)
    del more
    return Fitted(first[: len(first) - overlap] if overlap else first)


def _holds(text: str, closers: str) -> bool:
    """Whether the closers stand in the text in their order."""
    at = 0
    for closer in closers.replace(" ", ""):
        at = text.find(closer, at) + 1
        if not at:
            return False
    return True
