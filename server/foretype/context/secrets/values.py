"""What is said of secrets once they are found: where they stand and what kind they are, never what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

PLACEHOLDER: Final = "WITHHELD_SECRET"
"""What a model reads in a secret's place. One word without quotes, blanks or punctuation, so that it is a legal value
wherever the secret was (a string, a YAML scalar, a shell word, an address); always the same one, so that the prompt's
head stays the same when a secret comes or goes above, and so that it tells nothing of the secret, not even its length.
"""


def words(text: str) -> frozenset[str]:
    """The words of a text, for tables that would be hard to read as lists."""
    return frozenset(text.split())


class Span(NamedTuple):
    """A secret in one line: code points from `start` up to `end` of it, and what kind it is."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret that was withheld: its kind in a few words, and the line and column (from 0) where it begins."""

    kind: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Marks:
    """What was found in a run of lines: secrets by line, the lines where blocks begin or end, and those that are
    nothing but a long secret and may be the middle of a block."""

    spans: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    openers: tuple[int, ...] = ()
    closers: tuple[int, ...] = ()
    runs: tuple[int, ...] = ()

    @property
    def has_blocks(self) -> bool:
        """Whether lines without a secret of their own may belong to one."""
        return bool(self.openers or self.closers or self.runs)


NOTHING: Final = Marks()
