"""What a filter may look at: the text around the cursor. Plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a suggestion is to go. Lines are without their ends.

    `typed` is the cursor's line before the cursor, `rest` the line after it, `below` the next lines (at least as
    many as a suggestion may have, or all there are), `max_lines` how many lines a suggestion may have here.
    """

    typed: str
    rest: str
    below: tuple[str, ...]
    max_lines: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """Text that fits: to be inserted at the cursor in place of the `replaces` characters right of it."""

    text: str
    replaces: int = 0
