"""Leave out the closers that stand below already, and only those: a block that the text opens keeps its own."""

from __future__ import annotations

from foretype.postprocess.languages import Language, language_of
from foretype.postprocess.layout import begins_with_closer, first_written, width
from foretype.postprocess.nesting import Mark, open_quote, read_nesting
from foretype.postprocess.surroundings import Surroundings


def drop_doubled_closers(text: str, around: Surroundings) -> str:
    """Balance the text against the lines below.

    A closer of something above is doubled if the next closer below has its kind and stands at its level. Where the
    text opens as many blocks again as it has doubled closers, the closers below belong to those (a method that is
    ended, and the next one begun); where it does not, the last lines go if they are the ones below, else all from
    the first doubled closer on.
    """
    language = language_of(around.language)
    if not begins_with_closer(first_written(around.below), language):
        return text
    nesting = read_nesting(text, language, open_quote(around.above, around.typed, language))
    if len(nesting.closed) <= len(nesting.open):
        return text
    doubled = _doubled(text, around, nesting.closed)
    if len(doubled) <= len(nesting.open):
        return text
    if without := _without_lines_below(text, around, language):
        return without
    mark = doubled[0]
    line_start = text.rfind("\n", 0, mark.start) + 1
    if text[line_start : mark.start].strip() or line_start == 0:
        return text[: mark.start].rstrip(" \t")
    return text[: line_start - 1]


def _doubled(text: str, around: Surroundings, closed: tuple[Mark, ...]) -> list[Mark]:
    """Those of the closers that stand below, in order."""
    language = language_of(around.language)
    standing = [(width(line), line) for line in around.below if line.strip()]
    doubled: list[Mark] = []
    for mark in closed:
        if len(doubled) >= len(standing):
            break
        level, line = standing[len(doubled)]
        if not begins_with_closer(line, language):
            break
        first = next((found for found in read_nesting(line, language).closed), None)
        if first is not None and first.kind == mark.kind and level == _level(text, around, mark):
            doubled.append(mark)
    return doubled


def _level(text: str, around: Surroundings, mark: Mark) -> int:
    """The level of what the closer closes: its own line's where it stands first there, else the cursor's line's."""
    start = text.rfind("\n", 0, mark.start) + 1
    line = text[start : mark.start] if start else around.typed + text[: mark.start]
    return width(line + "x") if not line.strip() else width(around.typed)


def _without_lines_below(text: str, around: Surroundings, language: Language) -> str:
    """The text without its last lines where they are closers and the first ones below; "" where they are not."""
    lines = text.rstrip().split("\n")
    below = [line.rstrip() for line in around.below if line.strip()]
    for size in range(min(len(lines) - 1, len(below), 8), 0, -1):
        tail = [line.rstrip() for line in lines[-size:]]
        if tail == below[:size] and all(begins_with_closer(line, language) for line in tail):
            return "\n".join(lines[:-size])
    return ""
