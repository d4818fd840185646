"""Cody's fixed shape: 60 % before the cursor, 10 % behind, recent edits, then similar windows of open files.

Similar by Jaccard on bags of word parts: windows of 50 lines against the last 50 lines above the cursor.
"""

from __future__ import annotations

from collections import Counter

from benchmarks.context.shape import Prompt, fill, fitted, window
from benchmarks.context.store import terms_of
from benchmarks.context.view import View

_LINES = 50


def cody(view: View, budget: int) -> Prompt:
    """Edits first, then the best windows, at most 20 of a file."""
    found = view.recall("cody", lambda: _found(view))
    prompt = window(view.moment, int(budget * 0.6), int(budget * 0.1))
    return fitted(fill(prompt, found, budget), budget)


def _found(view: View) -> list[tuple[str, str]]:
    target = Counter(terms_of("\n".join(view.moment.before.split("\n")[-_LINES:])))
    scored = []
    for path, text in view.open_files():
        rows = text.split("\n")
        windows = [(at, rows[at : at + _LINES]) for at in range(0, max(1, len(rows) - _LINES + 1), _LINES // 5)]
        ranked = sorted(
            ((_jaccard(target, Counter(terms_of("\n".join(part)))), at) for at, part in windows), reverse=True
        )
        scored += [(score, path, at, "\n".join(rows[at : at + _LINES])) for score, at in ranked[:20] if score]
    scored.sort(key=lambda one: (-one[0], one[1], one[2]))
    found, seen = list(_edits(view)), list[tuple[str, int]]()
    for _, path, at, text in scored:
        if all(path != other or abs(at - start) >= _LINES for other, start in seen):
            seen.append((path, at))
            found.append((path, text))
    return found


def _edits(view: View) -> list[tuple[str, str]]:
    latest = list(view.moment.edits())[::-1][:5]
    return [
        (one.path, "".join([*("-" + row for row in one.removed), *("+" + row for row in one.added)])) for one in latest
    ]


def _jaccard(left: Counter[str], right: Counter[str]) -> float:
    common = sum((left & right).values())
    return common / max(1, sum(left.values()) + sum(right.values()) - common)
