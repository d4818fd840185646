"""The place that a prompt is about: the lines around the cursor as a model may see them, and where they stand.

Plain values. The text has passed the gate before it gets here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from foretype.models.provider import FillPrompt
from foretype.prompts.pieces import MAX_LINE
from foretype.text.lines import split_lines

SHOWN_OF_LONG: Final = 200
"""Characters that are left of a line beyond `MAX_LINE` above or below the cursor's own."""

_START: Final = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A hole in a document.

    `before` are whole lines with their ends and, last, the cursor's line up to the cursor; `after` begins with the
    rest of that line. `first_line` is the number of `before[0]` in the document, `lines_below` how many lines of it
    follow `after`. `head` are the document's first lines, where `before` does not begin with them. `document` says
    which document it is, for what is remembered from one prompt to the next.
    """

    before: Sequence[str]
    after: Sequence[str]
    path: str = ""
    language_id: str = ""
    document: str = ""
    first_line: int = 0
    lines_below: int = 0
    head: Sequence[str] = ()

    @classmethod
    def of(cls, fill: FillPrompt, document: str = "") -> Place:
        """The place that a hole of any length is about."""
        return cls(split_lines(fill.prefix), split_lines(fill.suffix), fill.path, fill.language_id, document)

    @property
    def line(self) -> int:
        """The number of the cursor's line."""
        return self.first_line + len(self.before) - 1

    @property
    def top(self) -> Sequence[str]:
        """The document's first lines: where imports stand."""
        return self.head if self.first_line else self.before[:-1]

    def without(self, marks: Sequence[str]) -> Place:
        """The place without the model's special tokens, and with very long lines bounded.

        Where the cursor's own line is too long, what is left of it is all there is on that side.
        """
        before, after = _stripped(self.before, marks), _stripped(self.after, marks)
        left, right = cut_before(before[-1], MAX_LINE), cut_after(after[0], MAX_LINE)
        shortened = len(left) < len(before[-1])
        return replace(
            self,
            before=[left] if shortened else [*_all_bounded(before[:-1]), left],
            after=[right] if len(right) < len(after[0]) else [right, *_all_bounded(after[1:])],
            first_line=self.line if shortened else self.first_line,
            head=() if shortened else _stripped(self.head, marks) if self.head else (),
            path=without_marks(self.path, marks),
            language_id=without_marks(self.language_id, marks),
        )


def without_marks(text: str, marks: Iterable[str]) -> str:
    """The text without any of the marks, also those that appear when others are taken out."""
    before = None
    while text != before:
        before = text
        for mark in marks:
            text = text.replace(mark, "")
    return text


def _stripped(lines: Sequence[str], marks: Sequence[str]) -> Sequence[str]:
    """The lines themselves, where there is nothing to take out: their hashes are known, and their counts with them."""
    text = "".join(lines)
    if not any(start in text for start in _starts(tuple(marks))):
        return lines
    return split_lines(without_marks(text, marks)) if any(mark in text for mark in marks) else lines


@lru_cache(64)
def _starts(marks: tuple[str, ...]) -> frozenset[str]:
    """How the marks begin: most alike, so that text that has none of it is looked through once or twice only."""
    return frozenset(mark[:_START] for mark in marks)


def _all_bounded(lines: Sequence[str]) -> Sequence[str]:
    return lines if max(map(len, lines), default=0) <= MAX_LINE else [_bounded(line) for line in lines]


def _bounded(line: str) -> str:
    if len(line) <= MAX_LINE:
        return line
    end = line[len(line.rstrip("\r\n")) :]
    return cut_after(line, SHOWN_OF_LONG) + end


def cut_before(text: str, size: int) -> str:
    """The last `size` characters at most, beginning at the start of a word."""
    if len(text) <= size:
        return text
    kept = text[len(text) - size :] if size else ""
    if kept and _in_word(text[len(text) - size - 1], kept[0]):
        kept = re.sub(r"^\w+", "", kept) or kept
    return kept


def cut_after(text: str, size: int) -> str:
    """The first `size` characters at most, ending at the end of a word: half a word would be a false hint."""
    if len(text) <= size:
        return text
    kept = text[:size]
    if kept and _in_word(kept[-1], text[size]):
        kept = re.sub(r"\w+$", "", kept)
    return kept


def _in_word(left: str, right: str) -> bool:
    return (left.isalnum() or left == "_") and (right.isalnum() or right == "_")
