"""What stands around the cursor, as tokens: the context that is searched for, and what a candidate must fit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .open_file import OpenFile, Surroundings
from .tokens import REACH, TOKEN, WIDTH, newline_marker, token_id

__all__ = ["FOLLOWING", "Cursor", "read_cursor"]

FOLLOWING = 6
"""Tokens of the lines below that are compared with what follows a candidate."""

_WORDLIKE = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Cursor:
    """One place to complete, and its surroundings."""

    around: Surroundings
    typed: str
    """The cursor's line up to the cursor."""
    right: str
    """The cursor's line from the cursor on."""
    partial: str
    """The word or number that ends at the cursor; it is not part of the context."""
    context: bytes
    """At most 32 ids, nearest first, as `Order.levels` takes them."""
    shapes: bytes
    words_on_line: int
    """Whole tokens that are typed on the line."""
    following: bytes
    """At most `FOLLOWING` ids of the lines below, in stream order: the nearest one is last."""
    words: dict[bytes, str]
    """The texts of the ids in the context: what renaming puts in."""


def read_cursor(open_file: OpenFile, around: Surroundings, column: int) -> Cursor:
    """Describe a place by its column (code points; beyond the line's end counts as its end)."""
    column = max(0, min(column, len(around.text)))
    typed, right = around.text[:column], around.text[column:]
    tokens = list(TOKEN.finditer(typed))
    last = tokens[-1] if tokens else None
    partial = last.group() if last and last.end() == len(typed) and _WORDLIKE.match(last.group()) else ""
    line = open_file.encoder.line(typed[: len(typed) - len(partial)])
    marker = newline_marker(around.before.indent, line.indent)
    words = {token_id(token.group()): token.group() for token in tokens}
    tail_words(around, words)
    return Cursor(
        around=around,
        typed=typed,
        right=right,
        partial=partial,
        context=(line.ids + marker + around.before.ids)[:REACH],
        shapes=(line.shapes + marker + around.before.shapes)[:REACH],
        words_on_line=len(line.ids) // WIDTH,
        following=_following(open_file, around),
        words=words,
    )


def tail_words(around: Surroundings, words: dict[bytes, str]) -> None:
    """Add the texts of the tokens above, as far as the context reaches."""
    missing = len(around.before.ids) // WIDTH
    for text in around.above:
        if missing <= 0:
            break
        found = TOKEN.findall(text)
        missing -= len(found) + 1 if found else 0
        for word in found:
            words[token_id(word)] = word


def _following(open_file: OpenFile, around: Surroundings) -> bytes:
    lines: list[str] = []
    tokens = 0
    for text in around.below:
        lines.append(text)
        ids = open_file.encoder.line(text).ids
        tokens += len(ids) // WIDTH + 1 if ids else 0
        if tokens > FOLLOWING:
            break
    stream = open_file.encoder.encode(lines).ids
    return stream[max(0, len(stream) - (FOLLOWING + 1) * WIDTH) : max(0, len(stream) - WIDTH)]
