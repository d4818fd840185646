"""llama.vim's fixed shape: 256 lines before, 64 behind, and a ring of random half windows of visited files."""

from __future__ import annotations

import random

from benchmarks.context.shape import Prompt, fill, fitted, window
from benchmarks.context.store import terms_of
from benchmarks.context.view import View

_CHUNK, _RING = 64, 16


def llama_vim(view: View, budget: int) -> Prompt:
    """The server gives the window half of the batch at most and the rest to the ring, the newest chunks first."""
    prompt = window(view.moment, budget * 3 // 8, budget // 8)
    prompt.prefix = "".join(prompt.prefix.splitlines(keepends=True)[-256:])
    prompt.suffix = "".join(prompt.suffix.splitlines(keepends=True)[:64])
    return fitted(fill(prompt, _ring(view), budget), budget)


def _ring(view: View) -> list[tuple[str, str]]:
    pick = random.Random(f"{view.moment.path}:{view.position.line}")
    around = set(terms_of(view.moment.before[-4000:] + view.moment.after[:2000]))
    ring: list[tuple[str, str]] = []
    for path, text in view.open_files():
        rows = text.split("\n")
        visited = [edit.start for edit in view.moment.edits() if edit.path == path] or [len(rows) // 2]
        for line in visited:
            first = max(0, min(line - _CHUNK // 2, len(rows) - _CHUNK))
            start = first + pick.randrange(_CHUNK // 2 + 1)
            chunk = "\n".join(rows[start : start + _CHUNK // 2])
            names = set(terms_of(chunk))
            alike = 2 * len(names & around) / max(1, len(names) + len(around))
            if alike <= 0.5 and all(chunk != other for _, other in ring):
                ring.append((path, chunk))
    return ring[:_RING]
