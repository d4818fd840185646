"""Full-text search of the whole repository, by the rules of Zed's syntax-free retrieval.

Chunks of 40 lines that overlap by 10 with borders at blank lines; the query is the path (3), 20 lines on either side
(1) and the edits (2); BM25; 12 chunks, three of a file; 40 % of the budget before the cursor, 10 % behind.
"""

from __future__ import annotations

from collections import Counter

from benchmarks.context.shape import Prompt, fill, fitted, window
from benchmarks.context.store import terms_of, total, windows
from benchmarks.context.view import View

CHUNKS = windows(40, 10)


def query(view: View) -> dict[str, float]:
    """Weighted terms."""
    moment = view.moment
    near = [*moment.before.split("\n")[-20:], *moment.after.split("\n")[:20]]
    edits = "".join("".join((*edit.removed, *edit.added)) for edit in view.moment.edits())
    weighted = ((3.0, moment.path), (1.0, "\n".join(near)), (2.0, edits))
    return total({term: weight * count for term, count in Counter(terms_of(text)).items()} for weight, text in weighted)


def bm25(view: View, budget: int) -> Prompt:
    """The window and the best chunks."""
    return with_chunks(view, budget, (0.4, 0.1))


def with_chunks(view: View, budget: int, shares: tuple[float, float]) -> Prompt:
    """The same with other shares."""
    prompt = window(view.moment, int(budget * shares[0]), int(budget * shares[1]))
    return fitted(fill(prompt, view.recall("chunks", lambda: _chosen(view)), budget), budget)


def _chosen(view: View) -> list[tuple[str, str]]:
    hits = view.postings("40 lines", CHUNKS).search(query(view), 60, {view.moment.path})
    chosen: list[tuple[str, str]] = []
    files = Counter[str]()
    for hit in hits:
        if files[hit.path] < 3 and len(chosen) < 12:
            files[hit.path] += 1
            chosen.append((hit.path, hit.text))
    return chosen
