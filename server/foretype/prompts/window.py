"""The part of a document that a prompt shows: whole lines around the cursor, within an exact number of tokens.

Where the window begins is remembered and moves rarely and by leaps, so that the heads of consecutive prompts are the
same and servers reuse what they have computed for them. Pure but for the counter and that memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from foretype.prompts.imported import LINES, Imported
from foretype.prompts.kept import NOTHING, Cost, Kept, kept_above
from foretype.prompts.known_pieces import KnownPieces
from foretype.prompts.pieces import Run, longest_tail
from foretype.prompts.place import Place, cut_after, cut_before
from foretype.prompts.running import RunningCount
from foretype.prompts.tokens import Counter

SUFFIX_SHARE: Final = 0.05
"""Of the budget, where the suffix comes last: every key makes the server read it anew."""

SUFFIX_FIRST_SHARE: Final = 0.15
"""Of the budget, where the suffix comes before the prefix: then it stays the same from key to key."""

SLACK: Final = 0.025
"""Of the budget: how far the window's beginning moves at once, at least. The suffix has the room meanwhile."""

KEPT_SHARE: Final = 0.12
"""Of the budget, the most that imports and enclosing signatures take."""

_MOST_LENT: Final = 0.33
"""Of the budget, the most that the suffix takes of the prefix's room while the cursor moves up towards the anchor."""

_HEAD: Final = 3
"""Lines by which the window's beginning is found again when lines above it came or went."""

_SEARCHED: Final = 200


@dataclass(slots=True)
class WindowMemory:
    """Where the window of one document began and ended in the last prompt, and what was kept from above it.

    A copy shares what is known of the lines' tokens: that changes no window, only what it costs to find it.
    """

    line: int | None = None
    head: tuple[str, ...] = ()
    kept: Kept = NOTHING
    kept_from: tuple[Sequence[str], Sequence[str]] | None = None
    below: int | None = None
    pieces_before: KnownPieces = field(default_factory=lambda: KnownPieces(before=True))
    pieces_after: KnownPieces = field(default_factory=lambda: KnownPieces(before=False))
    imported: Imported = field(default_factory=Imported)
    shown_before: RunningCount = field(default_factory=RunningCount)
    shown_after: RunningCount = field(default_factory=RunningCount)


@dataclass(frozen=True, slots=True)
class Window:
    """What is shown of the document, with the tokens of each part. `complete` where that is all there is."""

    kept: Kept
    prefix: str
    suffix: str
    prefix_tokens: int
    suffix_tokens: int
    complete: bool

    @property
    def tokens(self) -> int:
        """All of it."""
        return self.kept.tokens + self.prefix_tokens + self.suffix_tokens


@dataclass(frozen=True, slots=True)
class Frame:
    """What a window may cost: `room` of the prompt's whole `budget`, both in tokens, and in which order it stands."""

    room: int
    budget: int
    counter: Counter
    suffix_first: bool = False
    memory: WindowMemory = field(default_factory=WindowMemory)

    def share(self, part: float) -> int:
        """Tokens of a share of the budget, or of the room where that is much smaller."""
        return int(part * min(self.budget, 2 * self.room))


def window_at(place: Place, frame: Frame) -> Window:
    """The window of at most `frame.room` tokens, as near to it as whole lines get."""
    if frame.room <= 0:
        return Window(NOTHING, "", "", 0, 0, complete=not any((*place.before, *place.after)))
    before, after = _own_line_cut(place, frame)
    return _Fitting(place, before, after, frame).window()


def _own_line_cut(place: Place, frame: Frame) -> tuple[Sequence[str], Sequence[str]]:
    """The two sides; where the cursor's own line does not fit, what does of it and nothing else on that side."""
    before, after = place.before, place.after
    left, right = before[-1], after[0]
    count, room = frame.counter.count, frame.room
    # No tokenizer makes more tokens than bytes; most lines need no counting.
    if 4 * (len(left) + len(right)) > room and count(left) + count(right) > room:
        own = count(left)
        right = _longest(right, cut_after, room - min(own, room * 3 // 4), count)
        left = _longest(left, cut_before, room - count(right), count)
    return (before if left == before[-1] else [left]), (after if right == after[0] else [right])


def _longest(text: str, cut: Callable[[str, int], str], room: int, count: Callable[[str], int]) -> str:
    """As much of a line as the room holds, found by halving to a sixty-fourth of it."""
    if count(text) <= room:
        return text
    fits, breaks = 0, len(text)
    while breaks - fits > max(1, len(text) // 64):
        middle = (fits + breaks) // 2
        if count(cut(text, middle)) <= room:
            fits = middle
        else:
            breaks = middle
    return cut(text, fits)


class _Fitting:
    """One window in the making."""

    def __init__(self, place: Place, before: Sequence[str], after: Sequence[str], frame: Frame) -> None:
        self._place, self._before, self._after, self._frame = place, before, after, frame
        self._counter, self._memory = frame.counter, frame.memory
        self._whole_before = place.first_line == 0 and before is place.before
        self._all_after = self._head(frame.room)
        self._slack = frame.share(SLACK)
        self._leapt: bool | None = None  # None where the window begins where it did

    def window(self) -> Window:
        frame = self._frame
        if frame.suffix_first:
            taken = self._frozen_suffix()
            lent = 0
        else:
            taken = Run(0, min(self._all_after.tokens, frame.share(SUFFIX_SHARE), self._beside_own_line))
            lent = self._all_after.tokens - taken.tokens
        start, kept, tokens = self._beginning(frame.room - taken.tokens, lent)
        if not frame.suffix_first:
            taken = self._head(frame.room - kept.tokens - tokens)
        if not (frame.suffix_first and self._leapt):  # there the room of a leap is for what is typed next
            start, kept, tokens = self._filled(start, kept, tokens, taken)
        if frame.suffix_first and self._leapt is False:
            taken = self._lengthened(taken, frame.room - kept.tokens - tokens)
        complete = self._whole_before and start == 0 and taken.lines == len(self._place.after)
        prefix, suffix = "".join(self._before[start:]), "".join(self._after[: taken.lines])
        return Window(kept, prefix, suffix, tokens, taken.tokens, complete)

    @property
    def _beside_own_line(self) -> int:
        """Tokens that the suffix may take at most: what stands before the cursor in its own line is always shown."""
        return max(0, self._frame.room - self._counter.count_line(self._before[-1]))

    # The beginning

    def _beginning(self, room: int, lent: int) -> tuple[int, Kept, int]:
        """The first line, what is kept from above it, and the tokens of the lines, together at most `room`.

        `lent` is how much more the suffix could use.
        """
        most = self._tail(room)
        if most.lines == len(self._before):
            if self._whole_before:
                self._memory.line = None
                return 0, NOTHING, most.tokens
            return 0, NOTHING, most.tokens  # all that was handed over: the lines above it are out of reach
        start = self._found_again()
        if start is not None:
            kept = self._kept(start)
            tokens = self._cost(start)
            spare = room - kept.tokens - tokens
            allowed = self._slack + min(lent, self._frame.share(_MOST_LENT))
            if 0 <= spare <= allowed:
                self._remember(start)
                return start, kept, tokens
        # After the first time the window leaps, so that it then can stay for a while.
        leap = self._slack if start is not None or lent >= self._slack else 0
        return self._fresh(room, leap, lent)

    def _fresh(self, room: int, leap: int, lent: int) -> tuple[int, Kept, int]:
        """A new beginning, `leap` tokens short of what would fit."""
        self._leapt = leap > 0
        reserved = min(self._memory.kept.tokens, self._frame.share(KEPT_SHARE))
        for _ in range(4):
            run = self._tail(room - leap - reserved)
            start = len(self._before) - max(1, run.lines)
            start = self._at_a_gap(start, min(self._slack // 2, lent))
            kept, tokens = self._kept(start), self._cost(start)
            spare = room - kept.tokens - tokens
            if spare >= 0 and kept.tokens >= reserved - self._slack // 2:
                break
            reserved = kept.tokens if spare >= 0 else max(kept.tokens, reserved - spare)
        else:
            if room - kept.tokens - tokens < 0:
                run = self._tail(room)
                start, kept, tokens = len(self._before) - max(1, run.lines), NOTHING, run.tokens
        self._remember(start)
        return start, kept, tokens

    def _at_a_gap(self, start: int, most: int) -> int:
        """The first line from `start` on that follows a blank one, if at most so many tokens are lost by it."""
        if not most or start == 0:
            return start
        lost, number = 0, start
        while number < len(self._before) - 1 and lost <= most:
            if self._before[number].strip() and not self._before[number - 1].strip():
                return number
            lost += self._counter.count_line(self._before[number])
            number += 1
        return start

    def _filled(self, start: int, kept: Kept, tokens: int, taken: Run) -> tuple[int, Kept, int]:
        """What the suffix could not use goes to the lines above a beginning that is new."""
        exhausted = taken.lines == len(self._after)
        left = self._frame.room - kept.tokens - tokens - taken.tokens
        if left <= 0 or start == 0 or self._leapt is None or (self._leapt and exhausted):
            return start, kept, tokens
        more = longest_tail(self._before[:start], left, self._counter)
        above = self._kept(start - more.lines) if more.lines else kept
        # Counted as a whole: a token may lie across the border of the two parts, where that begins with a slash.
        whole = self._cost(start - more.lines)
        if not more.lines or above.tokens + whole > kept.tokens + tokens + left:
            self._memory.kept = kept
            return start, kept, tokens
        self._remember(start - more.lines)
        return start - more.lines, above, whole

    def _found_again(self) -> int | None:
        """The index of the line at which the last window began, wherever it stands now."""
        memory = self._memory
        if memory.line is None or not memory.head:
            return None
        expected = memory.line - self._place.first_line
        last = len(self._before) - 1  # the cursor's line changes at every key and is no landmark
        size = len(memory.head)
        for number in _around(expected):
            if not 0 <= number < last:
                continue
            if self._before[number] == memory.head[0] and tuple(self._before[number : number + size]) == memory.head:
                return number
        return None

    def _remember(self, start: int) -> None:
        memory, last = self._memory, len(self._before) - 1
        memory.line = self._place.first_line + start
        memory.head = tuple(self._before[start : min(start + _HEAD, last)])

    def _kept(self, start: int) -> Kept:
        """What is kept from above; the same as in the last prompt while neither it nor the window's beginning moved."""
        place, top = self._place, self._place.top
        end = min(LINES, place.first_line + start)
        source = (self._before[: start + 1], top[:end])
        if self._memory.kept_from != source:
            imported = self._memory.imported.within(top, end, place.language_id)
            cost = Cost(self._frame.share(KEPT_SHARE), self._counter)
            window = "".join(self._before[start:])
            self._memory.kept = kept_above(self._before[:start], imported, window, place.language_id, cost)
            self._memory.kept_from = source
        return self._memory.kept

    def _cost(self, start: int) -> int:
        return self._memory.shown_before.of("".join(self._before[start:]), self._counter)

    def _head(self, budget: int) -> Run:
        """How many lines after the cursor cost at most so many tokens."""
        return self._memory.pieces_after.longest(self._after, budget, self._counter)

    def _tail(self, budget: int) -> Run:
        """How many lines before the cursor cost at most so many tokens."""
        return self._memory.pieces_before.longest(self._before, budget, self._counter)

    # The suffix, where it comes first

    def _frozen_suffix(self) -> Run:
        """The suffix that ends where the last one did, while that is neither too much nor much too little."""
        frame, total = self._frame, self._all_after
        share = min(total.tokens, frame.share(SUFFIX_FIRST_SHARE), self._beside_own_line)
        needed = self._tail(frame.room - share)
        short = needed.lines == len(self._before) and self._whole_before
        limit = frame.room - needed.tokens if short else share
        below = self._memory.below
        if below is not None:
            lines = len(self._after) + self._place.lines_below - below
            if 0 < lines <= len(self._after):
                tokens = self._memory.shown_after.of("".join(self._after[:lines]), self._counter)
                most = limit if short else min(limit + self._slack, self._beside_own_line)
                if tokens <= most and (tokens >= limit - 2 * self._slack or lines == len(self._after)):
                    return Run(lines, tokens)
        run = self._head(limit - (self._slack if short and below is not None else 0))
        self._memory.below = len(self._after) + self._place.lines_below - run.lines
        return run

    def _lengthened(self, taken: Run, room: int) -> Run:
        """The suffix with what the prefix could not use, a little at most, for it is to stay as long as that."""
        more = self._head(min(room, taken.tokens + self._slack))
        if more.lines <= taken.lines:
            return taken
        self._memory.below = len(self._after) + self._place.lines_below - more.lines
        return more


def _around(number: int) -> Iterator[int]:
    """The numbers from `number` on in both directions, the nearest first."""
    yield number
    for distance in range(1, _SEARCHED):
        yield number - distance
        yield number + distance
    yield number - _SEARCHED
