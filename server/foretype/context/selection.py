"""Which of the prepared snippets go into this prompt: those that are expected to bring most new names for their cost.

Pure and quick: it runs at the keystroke. Names that the window shows already count nothing, a name that a chosen
snippet holds already counts less, so the gain falls with every choice (it is submodular) and taking the best ratio of
gain and cost step by step is near the best that can be had.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from typing import Final

from foretype.context.identifiers import names_in
from foretype.context.snippet import Snippet

REPEATED: Final = 0.25
"""What a name is worth that a chosen snippet holds already: a second place shows another use of it, but of 0.5, 0.3 and
less, less brought more."""

UNJUDGED: Final = 0.01
"""How likely a name is needed where nobody has judged: about one of a hundred names that snippets bring."""

LEAST: Final = 1e-5
"""Expected new names per token, below which a snippet is not worth reading. On real lines snippets of up to three times
as much held a needed name for every 25,000 of their tokens, those chosen first one for every 10."""

TOO_SIMILAR: Final = 0.8
"""Of all names of a snippet and around the cursor, the share that both have (Sørensen). Above it the snippet is nearly
the text around the cursor, and models then repeat it."""

OVERLAP: Final = 0.3
"""Of a snippet's lines, the share that chosen ones of the same file may hold already."""


def select(
    candidates: Sequence[Snippet],
    visible: Collection[str],
    near: Collection[str],
    budget: int,
    cost: Callable[[Snippet], int],
) -> list[Snippet]:
    """The snippets worth their place, best first; together they cost at most `budget`.

    `visible` are the names that the window around the cursor shows already, `near` those close to the cursor. `cost`
    is a snippet's price in the form in which the prompt will hold it, and is asked once for each candidate at most.
    Empty where nothing brings anything new.
    """
    shown, close = frozenset(visible), frozenset(near)
    offers = [_Offer(snippet, new) for snippet in candidates if (new := _new(snippet, shown, close))]
    return _best(offers, budget, cost)


def _new(snippet: Snippet, shown: frozenset[str], close: frozenset[str]) -> tuple[tuple[str, float], ...]:
    """The names that the snippet would bring; none where it is nearly the text around the cursor."""
    names = names_in(snippet.text)
    if 2 * len(names & close) > TOO_SIMILAR * (len(names) + len(close)):
        return ()
    expected = snippet.expected or tuple((name, UNJUDGED * snippet.weight) for name in sorted(names))
    return tuple(pair for pair in expected if pair[0] not in shown and pair[0] in names)


@dataclass(slots=True, eq=False)
class _Offer:
    snippet: Snippet
    new: tuple[tuple[str, float], ...]
    tokens: int = 0

    def density(self, taken: dict[str, float]) -> float:
        gain = sum(likely * taken.get(name, 1.0) for name, likely in self.new)
        return gain / max(1, self.tokens)


def _best(offers: list[_Offer], budget: int, cost: Callable[[Snippet], int]) -> list[Snippet]:
    """Greedy by density. A density only falls, so what is on top after being counted anew is the best (lazy greedy,
    Minoux 1978)."""
    taken: dict[str, float] = {}
    for offer in offers:
        offer.tokens = cost(offer.snippet)
    queue = [(-offer.density(taken), number) for number, offer in enumerate(offers)]
    heapify(queue)
    chosen: list[Snippet] = []
    while queue and -queue[0][0] >= LEAST:
        offer = offers[queue[0][1]]
        if offer.tokens > budget or _is_there(offer.snippet, chosen):
            heappop(queue)
            continue
        density = -offer.density(taken)
        if density > queue[0][0]:
            heapreplace(queue, (density, queue[0][1]))
            continue
        heappop(queue)
        chosen.append(offer.snippet)
        budget -= offer.tokens
        for name, _ in offer.new:
            taken[name] = taken.get(name, 1.0) * REPEATED
    return chosen


def _is_there(snippet: Snippet, chosen: Sequence[Snippet]) -> bool:
    """Whether chosen snippets show too much of the same lines."""
    room = OVERLAP * (snippet.end - snippet.start)
    return any(
        min(one.end, snippet.end) - max(one.start, snippet.start) > room for one in chosen if one.path == snippet.path
    )
