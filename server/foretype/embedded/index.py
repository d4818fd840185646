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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .tokens import REACH, WIDTH

__all__ = ["SPREAD", "Buffer", "Match", "Order", "TokenIndex", "Walk", "collect", "common_tokens", "sort_places"]

Buffer = bytes | memoryview


class Match(NamedTuple):
    """A place that a search found."""

    depth: int
    """Tokens that its context shares with the one searched for."""
    source: int
    """Number of the order that it was found in."""
    place: int


@dataclass(frozen=True, slots=True)
class Order:
    """The places of one stream in the order of their contexts; either may be read from a file mapping."""

    stream: Buffer
    places: Sequence[int]


class Walk:
    """A walk through an order, outwards from where a context belongs: to shorter and shorter matches."""

    __slots__ = ("_bits", "_context", "_high", "_low", "_places", "_stream", "depth", "number")

    def __init__(self, order: Order, context: bytes, number: int = 0) -> None:
        self._stream, self._places, self._context = order.stream, order.places, context
        self._bits = int.from_bytes(context, "big")
        self.number = number
        self._low = self._high = bisect_left(order.places, context, key=self._key(len(context)))
        self.depth = self._next_depth()
        """Tokens that the longest matches not yet taken share with the context; 0 at the walk's end."""

    def __lt__(self, other: Walk) -> bool:
        return (-self.depth, self.number) < (-other.depth, other.number)

    def take(self) -> tuple[range, range]:
        """Go on past the matches of length `depth`; returns their positions in the order, on both sides."""
        low, high, size = self._low, self._high, self.depth * WIDTH
        prefix, key = self._context[:size], self._key(size)
        self._low = bisect_left(self._places, prefix, 0, low, key=key)
        self._high = bisect_right(self._places, prefix, high, key=key)
        self.depth = self._next_depth()
        return range(self._low, low), range(high, self._high)

    def _next_depth(self) -> int:
        low, high, stream, width = self._low, self._high, self._stream, len(self._context)
        depth = 0
        for at in (low - 1, high):
            if 0 <= at < len(self._places):
                first = self._places[at] * WIDTH
                other = bytes(stream[first : first + width])
                if len(other) == width:  # Nearly always; then this is `common_tokens`, only sooner.
                    bits = (int.from_bytes(other, "big") ^ self._bits).bit_length()
                    depth = max(depth, (width * 8 - bits) // (WIDTH * 8))
                else:
                    depth = max(depth, common_tokens(self._context, other))
        return depth

    def _key(self, size: int) -> Callable[[int], bytes]:
        stream = self._stream
        if isinstance(stream, bytes):
            return lambda place: stream[place * WIDTH : place * WIDTH + size]
        return lambda place: bytes(stream[place * WIDTH : place * WIDTH + size])


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


SPREAD = 12
"""Matches that are more tokens shorter than the longest one are left out: their votes would weigh nothing."""


def collect(
    orders: Sequence[Order], context: bytes, cap: int, allowed: Callable[[int, int], bool] | None = None
) -> list[Match]:
    """Find at most `cap` places over all orders together, longest matches first.

    Where one length has more places than there is room, an even sample of them is taken.  At most three
    times `cap` places are looked at, so that many disallowed ones (`allowed(source, place)` is false)
    cannot make a search slow.
    """
    found: list[Match] = []
    walks = [Walk(order, context, number) for number, order in enumerate(orders)]
    heap = [walk for walk in walks if walk.depth]
    heapq.heapify(heap)
    patience = 3 * cap
    while heap and len(found) < cap and patience > 0:
        walk = heap[0]
        depth, number = walk.depth, walk.number
        if found and depth < found[0].depth - SPREAD:
            break
        room, places = cap - len(found), orders[number].places
        sides = walk.take()
        count = min(len(sides[0]) + len(sides[1]), 2 * room if allowed else room, patience)
        patience -= count
        picked = [places[at] for at in _sample(sides, count)]
        if allowed is not None:
            picked = [place for place in picked if allowed(number, place)]
        found += [Match(depth, number, place) for place in picked[:room]]
        if walk.depth:
            heapq.heapreplace(heap, walk)
        else:
            heapq.heappop(heap)
    return found


def _sample(sides: tuple[range, range], count: int) -> list[int]:
    """Evenly spaced members of two ranges, `count` of them."""
    left, right = sides
    before, size = len(left), len(left) + len(right)
    numbers = [at * size // count for at in range(count)]
    return [left[at] if at < before else right[at - before] for at in numbers]
