"""Continue's fixed shape: 30 % before the cursor, 20 % behind, the heads of five open files, imported definitions."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from benchmarks.context.shape import Prompt, counter, fill, fitted, head_of, tokens, window
from benchmarks.context.view import View
from foretype.context.identifiers import identifiers
from foretype.syntax.definitions import imports

_LEAST = 125


def continue_dev(view: View, budget: int) -> Prompt:
    """Open files whole if they all fit, else their heads, the more the later they were visited and the smaller."""
    prompt = window(view.moment, int(budget * 0.3), int(budget * 0.2))
    room = budget - counter().count(prompt.text)
    base = view.recall("continue", lambda: list(_definitions(view)))
    # They are sent in an order drawn anew at each request.
    shuffled = random.Random(view.position.line).sample(base, len(base))
    return fitted(fill(prompt, [*_open(view, room), *shuffled], budget), budget)


def _open(view: View, room: int) -> list[tuple[str, str]]:
    files = list(view.open_files())[:5]
    costs = [tokens(text) + 10 for _, text in files]
    if sum(costs) <= room:
        return files
    largest = max(math.log(cost) for cost in costs)
    scores = [0.6 * 1.15**-rank + 0.4 * (1 - math.log(cost) / largest) for rank, cost in enumerate(costs)]
    found = []
    for (path, text), score in zip(files, scores, strict=True):
        share = max(_LEAST, int(room * score / sum(scores)))
        if share <= room:
            head = head_of(text, share - 10)
            room -= tokens(head) + 10
            found.append((path, head))
    return found


def _definitions(view: View) -> Iterator[tuple[str, str]]:
    moment = view.moment
    near = moment.before.split("\n")[-5:] + moment.after.split("\n")[:3]
    names = set(identifiers("\n".join(near), moment.language_id))
    head = "\n".join((moment.before + moment.after).split("\n")[:100])
    imported = {name for one in imports(head, moment.language_id) for name in one.names}
    for name in sorted(names & imported):
        yield from view.defined(name)
