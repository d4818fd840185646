"""The lines above that enclose a place: of each level of indentation the line that opens it, and no more.

What a grammar needs to understand a statement that is cut out of its file, and a hundredth of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from foretype.postprocess.languages import Language, first_word
from foretype.postprocess.layout import begins_with_closer, continues_block, width

_LONGEST: Final = 200
"""Lines that a skeleton may have: the branches before an `else` are part of it."""

_LONGEST_HEADER: Final = 12
_OPENERS: Final = ("{", "(", "[", "=>", "->")


@dataclass(frozen=True, slots=True)
class Skeleton:
    """`lines` enclose the place; the statement that the cursor's line belongs to begins in line `row`, which is the
    number of the lines where it begins with the cursor's own."""

    lines: tuple[str, ...]
    row: int


def skeleton(above: Sequence[str], line: str, language: Language) -> Skeleton:
    """The skeleton around a line, below the lines `above`."""
    level = width(line)
    kept: list[int] = []
    begins = len(above)
    goes_on = _goes_on(above, len(above), line, language)
    own = goes_on
    for number in range(len(above) - 1, -1, -1):
        if (level == 0 and not goes_on) or len(kept) >= _LONGEST:
            break
        each = above[number]
        if not each.strip() or _is_margin_note(each, language):
            if goes_on:
                kept.append(number)
            continue
        indent = width(each)
        if goes_on:
            kept.append(number)
            if indent > level:
                continue
            goes_on = _goes_on(above, number, each, language)
        elif indent < level:
            kept.append(number)
            goes_on = _goes_on(above, number, each, language)
        level = min(level, indent)
        if own and not goes_on:
            begins, own = number, False
    numbers = _with_whole_headers(above, kept[::-1], language)
    return Skeleton(tuple(above[number] for number in numbers), sum(number < begins for number in numbers))


def _goes_on(above: Sequence[str], number: int, line: str, language: Language) -> bool:
    """Whether a line goes on with a statement that a line before it, no deeper, began."""
    if begins_with_closer(line, language) or line.strip() == "{":
        return True
    word = first_word().match(line)
    if word is not None and word[1] == "where" and language.name == "rust":
        return True
    if not continues_block(line, language) or (word is not None and word[1] == "while" and line.rstrip()[-1:] != ";"):
        return False
    before = next((above[at] for at in range(number - 1, -1, -1) if above[at].strip()), "")
    return language.dedents_end or (begins_with_closer(before, language) and width(before) == width(line))


def _with_whole_headers(above: Sequence[str], kept: list[int], language: Language) -> list[int]:
    """The same lines, and behind each those that its header goes on in, as far as one that opens a block."""
    openers = (*_OPENERS, ":") if language.dedents_end else _OPENERS
    numbers: list[int] = []
    for place, number in enumerate(kept):
        numbers.append(number)
        until = kept[place + 1] if place + 1 < len(kept) else len(above)
        if above[number].rstrip().endswith(openers):
            continue
        following = range(number + 1, min(until, number + _LONGEST_HEADER))
        opens = next((at for at in following if above[at].rstrip().endswith(openers)), None)
        if opens is not None and all(width(above[at]) > width(above[number]) for at in range(number + 1, opens)):
            numbers += range(number + 1, opens + 1)
    return numbers


def _is_margin_note(line: str, language: Language) -> bool:
    """Whether a line stands at the margin for other reasons than its level: labels and the preprocessor's lines."""
    if line[0] in " \t" or language.dedents_end or language.block_open:
        return False
    return line.startswith("#") or (line.rstrip().endswith(":") and line.rstrip(": \t").isidentifier())
