"""The file alone."""

from __future__ import annotations

from benchmarks.context.shape import Prompt, fitted, window
from benchmarks.context.view import View


def prefix_only(view: View, budget: int) -> Prompt:
    """All that fits of what stands before the cursor."""
    prompt = window(view.moment, budget, 0, spill=False)
    prompt.suffix = ""
    return fitted(prompt, budget)


def prefix_and_suffix(view: View, budget: int) -> Prompt:
    """Three quarters before the cursor, one behind it."""
    return fitted(window(view.moment, budget * 3 // 4, budget // 4), budget)
