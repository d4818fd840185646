"""Finding the places whose left context shares most with a given one.

A stream of tokens is stored last token first.  The context of a place, nearest token first, is then one
slice of bytes, and an order of all places by that slice is a depth-bounded suffix array of the reversed
text: one bisection finds the longest matches, and walking outwards finds every shorter one.
(Infini-gram, Liu et al. 2024, arXiv 2401.17377, counts with the same structure.)

A *place* is the number of tokens that follow it in its stream, so place 0 is the stream's end.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .tokens import REACH, WIDTH

__all__ = ["Buffer", "Match", "Order", "TokenIndex", "collect", "common_tokens", "sort_places"]

Buffer = bytes | memoryview


class Match(NamedTuple):
    """A place that a search found."""

    depth: int
    """Tokens that its context shares with the one searched for."""
    source: int
    """Number of the order that it was found in."""
    place: int


class _Level(NamedTuple):
    """Where in an order the places stand that share just `depth` tokens: at both sides of the longer matches."""

    depth: int
    left: range
    right: range

    def sample(self, count: int) -> list[int]:
        """Evenly spaced positions in the order, `count` of them."""
        before, size = len(self.left), len(self.left) + len(self.right)
        numbers = [at * size // count for at in range(count)]
        return [self.left[at] if at < before else self.right[at - before] for at in numbers]


@dataclass(frozen=True, slots=True)
class Order:
    """The places of one stream in the order of their contexts; either may be read from a file mapping."""

    stream: Buffer
    places: Sequence[int]

    def levels(self, context: bytes) -> Iterator[_Level]:
        """Yield every length of match that occurs, the longest first, down to one token."""
        stream, places, size = self.stream, self.places, len(context)

        def key(place: int) -> bytes:
            return bytes(stream[place * WIDTH : place * WIDTH + size])

        low = high = bisect_left(places, context, key=key)
        while True:
            size = len(context)
            before = common_tokens(context, key(places[low - 1])) if low else 0
            behind = common_tokens(context, key(places[high])) if high < len(places) else 0
            depth = max(before, behind)
            if not depth:
                return
            size = depth * WIDTH
            prefix, inner_low, inner_high = context[:size], low, high
            if before == depth:
                low = bisect_left(places, prefix, 0, low, key=key)
            if behind == depth:
                high = bisect_right(places, prefix, high, key=key)
            yield _Level(depth, range(low, inner_low), range(inner_high, high))


@dataclass(slots=True)
class TokenIndex:
    """One stream in both orders, with the lines that its places stand in."""

    exact: Order
    shapes: Order
    bounds: Sequence[int]
    """Where each line's tokens begin in the stream, the bottom line first, and one more at the end.
    Behind the tokens of a line stands its newline marker."""

    def line_of(self, place: int) -> int:
        """The line that a place stands in, counted from the bottom; a line's end belongs to that line."""
        return bisect_right(self.bounds, place) - 1

    def slice(self, first: int, last: int) -> bytes:
        """The ids of the stream from token `first` up to `last`, in stream order (that is, reversed)."""
        return bytes(self.exact.stream[first * WIDTH : last * WIDTH])


def sort_places(stream: bytes, count: int) -> list[int]:
    """The places 0 ... count - 1, ordered by their contexts of at most `DEPTH` tokens."""
    contexts = [stream[at : at + REACH] for at in range(0, count * WIDTH, WIDTH)]
    return sorted(range(count), key=contexts.__getitem__)


def common_tokens(one: bytes, other: bytes) -> int:
    """How many tokens two contexts share before they first differ."""
    size = min(len(one), len(other))
    differing = int.from_bytes(one[:size], "big") ^ int.from_bytes(other[:size], "big")
    return (size * 8 - differing.bit_length()) // (WIDTH * 8)


def collect(
    orders: Sequence[Order], context: bytes, cap: int, allowed: Callable[[int, int], bool] | None = None
) -> list[Match]:
    """Find at most `cap` places over all orders together, longest matches first.

    Where one length has more places than there is room, an even sample of them is taken.  At most four
    times `cap` places are looked at, so that many disallowed ones (`allowed(source, place)` is false)
    cannot make a search slow.
    """
    found: list[Match] = []
    heap = []
    for number, order in enumerate(orders):
        levels = order.levels(context)
        for level in levels:
            heap.append((-level.depth, number, level, levels))
            break
    heapq.heapify(heap)
    patience = 4 * cap
    while heap and len(found) < cap and patience > 0:
        _, number, level, levels = heap[0]
        room, places = cap - len(found), orders[number].places
        count = min(len(level.left) + len(level.right), patience if allowed else room)
        patience -= count
        picked = [places[at] for at in level.sample(count)]
        if allowed is not None:
            picked = [place for place in picked if allowed(number, place)]
        found += [Match(level.depth, number, place) for place in picked[:room]]
        following = next(levels, None)
        if following is None:
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (-following.depth, number, following, levels))
    return found
