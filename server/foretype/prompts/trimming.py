"""Cuts a snippet to a number of tokens: whole lines from its beginning, up to a gap between items where one is near.

Pure but for the counting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from foretype.context.snippet import Snippet
from foretype.text.lines import split_lines

_CUT: Final = "...\n"
_WORTH: Final = 2
"""Lines. Less of a snippet says nothing."""

_GAP: Final = 0.75
"""Of what fits, how much must remain where the end is moved up to a blank line."""


def trimmed(snippet: Snippet, most: int, cost: Callable[[Snippet], int]) -> Snippet | None:
    """As much of the snippet as costs at most `most`: itself where all of it does, None where that is too little."""
    tokens = cost(snippet)
    if tokens <= most:
        return snippet
    lines = split_lines(snippet.text)
    fits, breaks = 0, min(len(lines), 2 + len(lines) * max(0, most) // max(1, tokens) * 3)
    # The cost grows with the lines, so that the last number that fits is found by halving.
    while breaks - fits > 1:
        middle = (fits + breaks) // 2
        if cost(_first(snippet, lines, middle)) <= most:
            fits = middle
        else:
            breaks = middle
    if fits < _WORTH:
        return None
    gap = next((n for n in range(fits, int(fits * _GAP), -1) if not lines[n - 1].strip()), fits)
    return _first(snippet, lines, max(gap, _WORTH))


def _first(snippet: Snippet, lines: Sequence[str], number: int) -> Snippet:
    text = "".join(lines[:number])
    return replace(snippet, text=text + ("" if text.endswith("\n") else "\n") + _CUT)
