"""Keeps the snippets of consecutive prompts in their places, so that the prompts' heads stay the same.

A snippet keeps its slot while it stays chosen, and as long as its room is not needed; new ones are appended. What must
go goes from the tail, all at once: the server reads anew what comes after the first change anyway. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from foretype.context.snippet import Snippet

VOLATILE: Final = frozenset({"edit", "diagnostic", "clipboard"})
"""Origins of snippets that change while one types; they stand behind the others."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A snippet as the prompt shows it, perhaps cut, and its tokens there. `source` is the hash of its uncut text."""

    snippet: Snippet
    shown: str
    tokens: int
    source: int = 0

    @property
    def volatile(self) -> bool:
        """Whether it stands behind those that stay."""
        return is_volatile(self.snippet)


def is_volatile(snippet: Snippet) -> bool:
    """Whether a snippet changes while one types."""
    return snippet.origin in VOLATILE


class Slots:
    """The slots of one document's prompts, in their order."""

    def __init__(self) -> None:
        self.shown: tuple[Slot, ...] = ()
        """All of them, in the order of the prompt; the same object while nothing changes."""

    @property
    def tokens(self) -> int:
        """What they cost together."""
        return sum(slot.tokens for slot in self.shown)

    def held(self, snippet: Snippet) -> Slot | None:
        """The slot of a snippet that says the same as when it got it."""
        key, source = snippet.key, hash(snippet.text)
        return next((slot for slot in self.shown if slot.source == source and slot.snippet.key == key), None)

    def take(self, chosen: Sequence[Slot], room: int) -> tuple[Slot, ...]:
        """Bring the slots in line with what is chosen now, best first, and fits `room` tokens; the new order."""
        stable, volatile = _parted(chosen)
        held, passing = _parted(self.shown)
        for_volatile = sum(slot.tokens for slot in volatile)
        kept = _merged(held, stable, room - for_volatile)
        left = room - sum(slot.tokens for slot in kept)
        shown = (*kept, *_merged(passing, volatile, min(left, for_volatile)))
        if shown != self.shown:
            self.shown = shown
        return self.shown

    def cut_to(self, room: int) -> tuple[Slot, ...]:
        """Give up slots from the tail until the rest costs at most `room` tokens; the new order."""
        while self.shown and self.tokens > room:
            self.shown = self.shown[:-1]
        return self.shown

    def clear(self) -> None:
        """Begin anew."""
        self.shown = ()


def _parted(slots: Sequence[Slot]) -> tuple[list[Slot], list[Slot]]:
    """Those that stay, and those that change while one types."""
    return [slot for slot in slots if not slot.volatile], [slot for slot in slots if slot.volatile]


def _merged(slots: Sequence[Slot], chosen: Sequence[Slot], room: int) -> tuple[Slot, ...]:
    wanted = {slot.snippet.key: slot for slot in chosen}
    # What says something else now is another snippet, and what was at its place goes with all behind it at the latest.
    current = [wanted.get(slot.snippet.key, slot) for slot in slots]
    known = {slot.snippet.key for slot in current}
    new = [slot for slot in chosen if slot.snippet.key not in known]
    over = sum(slot.tokens for slot in current) + sum(slot.tokens for slot in new) - room
    if over > 0:
        first = len(current)
        while over > 0 and first > 0:
            first -= 1
            if current[first].snippet.key not in wanted:
                over -= current[first].tokens
        current = current[:first] + [slot for slot in current[first:] if slot.snippet.key in wanted]
    return (*current, *new)
