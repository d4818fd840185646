"""Finds the fenced blocks of a Markdown text, by line, and the file that each is said to belong to.

Pure. Fences inside a block, as a docstring with an example has them, belong to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_OPENING: Final = re.compile(r"([ \t]*)(`{3,}|~{3,})([^`]*)")
_CLOSING: Final = re.compile(r"([ \t]*)(`{3,}|~{3,})[ \t]*")
_DEEPEST: Final = 3
"""Columns that a closing fence may be indented by beyond its opening one, as CommonMark has it."""

_LONGEST_PATH: Final = 300
_PATH: Final = re.compile(
    r"(?:\.{0,2}[\\/])?[\w.@+-]+(?:[\\/][\w.@+ -]+)*\.\w{1,10}|(?:\.{0,2}[\\/])?(?:[\w.@+-]+[\\/])+[\w.@+-]+"
)
_LABEL: Final = re.compile(
    r"[ \t]*(?:#+[ ]*)?(?:[*_]{1,2})?(?:(?:in|file|path|filename)[: ]+)?"
    r"[`*_\"]*(?P<path>[^`*\"\s]+)[`*_\"]*:?(?:[*_]{1,2})?:?[ \t]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: its text without a last line end, the language said, a path where one is said.

    `first` and `last` are the lines of its fences in the whole text, the last exclusive; not `closed` means that the
    text ended inside it.
    """

    text: str
    language: str
    path: str
    closed: bool
    first: int
    last: int


def fenced_blocks(lines: Sequence[str]) -> list[Block]:
    """All blocks, in order; lines come without their ends."""
    blocks: list[Block] = []
    number = 0
    while number < len(lines):
        opening = _OPENING.fullmatch(lines[number])
        if opening is None:
            number += 1
            continue
        end = _end_of(lines, number, opening)
        inside = lines[number + 1 : min(end, len(lines))]
        language, path = _info(opening[3].strip())
        path = path or label_above(lines, number)
        margin = opening[1]
        text = "\n".join(line.removeprefix(margin) for line in inside)
        blocks.append(Block(text, language, path, end < len(lines), number, min(end + 1, len(lines))))
        number = end + 1
    return blocks


def _end_of(lines: Sequence[str], start: int, opening: re.Match[str]) -> int:
    """The line of the closing fence; the number of lines where there is none."""
    margin, mark, depth = len(opening[1]), opening[2], 0
    for number in range(start + 1, len(lines)):
        line = lines[number]
        if (closing := _CLOSING.fullmatch(line)) and closing[2][0] == mark[0]:
            if len(closing[1]) - margin > _DEEPEST or len(closing[2]) < len(mark):
                continue
            if depth == 0:
                return number
            depth -= 1
        elif (inner := _OPENING.fullmatch(line)) and inner[2] == mark and re.match(r"\w", inner[3]):
            depth += len(inner[1]) - margin <= _DEEPEST
    return len(lines)


def _info(info: str) -> tuple[str, str]:
    """Language and path of a fence's info string: `python`, `python src/a.py`, `python:src/a.py`, `title="a.py"`."""
    titled = re.search(r"(?:title|file|path|filename)=[\"']?([^\"'\s]+)", info)
    words = re.split(r"[\s:]+", info, maxsplit=1)
    language = words[0].strip("{}.").lower()
    if titled:
        return language, titled[1]
    if is_path(words[0]) and len(words) == 1:
        return "", words[0]
    rest = words[1].strip() if len(words) > 1 else ""
    return language, rest if is_path(rest) else ""


def label_above(lines: Sequence[str], number: int) -> str:
    """The path that the line above says alone, as `src/app.py` or **src/app.py**: ; "" where it says no path."""
    above = number - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    if above < 0 or number - above > 2:
        return ""
    label = _LABEL.fullmatch(lines[above])
    return label["path"] if label and is_path(label["path"]) else ""


def is_path(text: str) -> bool:
    """Whether a word names a file rather than anything else: it has a folder or a suffix."""
    return (
        0 < len(text) <= _LONGEST_PATH
        and not text.startswith(("http:", "https:"))
        and _PATH.fullmatch(text) is not None
    )
