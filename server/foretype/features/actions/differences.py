"""The smallest edits, by whole lines, that turn a part of a document into other lines.

Pure. What is equal is not touched, so that cursors, marks and mixed line ends stay as they are.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from foretype.features.actions.values import Edit
from foretype.text.lines import Lines, line_body
from foretype.text.positions import Position

MOST_COMPARED: Final = 3_000
"""Lines on either side beyond which one replacement is made of all: comparing costs their product at worst."""

_LONG: Final = 800
_LOOKED_AT: Final = 200

Hunk = tuple[int, int, int, int]
"""Lines `a` to `b` (exclusive) of the old text became lines `c` to `d` of the new one."""


def hunks(old: Sequence[str], new: Sequence[str]) -> list[Hunk]:
    """Where two texts differ, by lines, in order."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    a, b = old[head : len(old) - tail], new[head : len(new) - tail]
    if not a and not b:
        return []
    if not a or not b or max(len(a), len(b)) > MOST_COMPARED:
        return [(head, head + len(a), head, head + len(b))]
    # Lines that come again and again make comparing cubic; in long texts they are no anchors.
    codes = difflib.SequenceMatcher(None, a, b, autojunk=len(a) + len(b) > _LONG).get_opcodes()
    return [(i + head, j + head, k + head, m + head) for tag, i, j, k, m in codes if tag != "equal"]


def minimal_edits(lines: Lines, start: int, end: int, new: Sequence[str]) -> list[Edit]:
    """Edits after which the document's lines `start` to `end` (exclusive) are `new`, whose lines have no ends."""
    old = [line_body(line) for line in lines[start:end]]
    line_end = dominant_line_end(lines, start)
    return [_edit(lines, (start + i, start + j), list(new[k:m]), line_end) for i, j, k, m in hunks(old, list(new))]


def dominant_line_end(lines: Lines, near: int = 0) -> str:
    """The line end that the document uses most around a line; LF where there is none yet."""
    first = max(0, near - _LOOKED_AT)
    seen = Counter(line[len(line_body(line)) :] for line in lines[first : near + _LOOKED_AT])
    del seen[""]
    return seen.most_common(1)[0][0] if seen else "\n"


def _edit(lines: Lines, span: tuple[int, int], new: list[str], line_end: str) -> Edit:
    """One replacement of whole lines. The document's last line has no end, so there the one before is moved."""
    first, behind = span
    if behind < len(lines):
        return Edit(Position(first, 0), Position(behind, 0), "".join(line + line_end for line in new))
    last = Position(len(lines) - 1, len(lines[-1]))
    if first == behind:  # behind the last line
        before = line_end if lines[-1] else ""
        return Edit(last, last, before + line_end.join(new))
    if new or not first:
        return Edit(Position(first, 0), last, line_end.join(new))
    return Edit(Position(first - 1, len(line_body(lines[first - 1]))), last, "")


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    return next(
        (number for number, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def changed_lines(before: Lines, after: Lines) -> Iterator[Hunk]:
    """Where a document has changed between two versions; chunks that both share cost next to nothing."""
    head = 0
    for one, other in zip(before.chunks, after.chunks, strict=False):
        if one is not other:
            break
        head += len(one)
    tail = 0
    for one, other in zip(reversed(before.chunks), reversed(after.chunks), strict=False):
        if one is not other or head + tail + len(one) > min(len(before), len(after)):
            break
        tail += len(one)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    for i, j, k, m in hunks(old, new):
        yield i + head, j + head, k + head, m + head
