"""Fit the suggestion to what stands right of the cursor on its line, which editors have often closed already."""

from __future__ import annotations

from typing import Final

from foretype.postprocess.surroundings import Fitted, Surroundings

_CLOSERS: Final = frozenset(")]}>\"'`;:, \t")
_OPENED_BY: Final = {")": "(", "]": "[", "}": "{"}


def fit_rest_of_line(text: str, around: Surroundings) -> Fitted:
    """Never write what stands there again, and never lose it.

    Where the rest of the line is closers only and the suggestion holds them, the suggestion replaces them
    (`f(│)` with `self):`); where the suggestion ends with the beginning of the rest, that end is left out; where
    neither holds, only a one-line suggestion can go in front of it. A bracket that the suggestion itself has opened
    closes nothing of what stands there: `f(│)` with `len(x)` becomes `f(len(x))`.
    """
    rest = around.rest.rstrip()
    if not rest:
        return Fitted(text)
    first = text.partition("\n")[0]
    own = _own_pairs(first)
    if _CLOSERS.issuperset(rest) and _holds(first, rest, own):
        return Fitted(text, len(rest))
    for size in range(min(len(first), len(rest)), 0, -1):
        cut = len(first) - size
        if first.endswith(rest[:size]) and not any(start < cut <= end for start, end in own.items()):
            return Fitted(first[:cut])
    return Fitted(first)


def _own_pairs(text: str) -> dict[int, int]:
    """The brackets that are opened and closed inside the text: where each opens, and where it closes."""
    waiting: list[int] = []
    pairs = {}
    for at, character in enumerate(text):
        if character in _OPENED_BY.values():
            waiting.append(at)
        elif character in _OPENED_BY and waiting and text[waiting[-1]] == _OPENED_BY[character]:
            pairs[waiting.pop()] = at
    return pairs


def _holds(text: str, closers: str, own: dict[int, int]) -> bool:
    """Whether the closers stand in the text in their order, outside of the text's own brackets."""
    wanted = [closer for closer in closers if not closer.isspace()]
    at = 0
    while at < len(text) and wanted:
        if text[at] == wanted[0]:
            wanted.pop(0)
        at = own.get(at, at) + 1
    return not wanted
