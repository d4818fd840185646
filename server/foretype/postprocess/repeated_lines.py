"""Cut what stands below the cursor already: models like to go on until they meet the next lines and write them again.

Closers are not judged here (closers.py balances them): a line that is only closers comes twice by right.
"""

from __future__ import annotations

import re
from typing import Final

from foretype.postprocess.languages import language_of
from foretype.postprocess.layout import begins_with_closer, is_sentence, is_telling, width
from foretype.postprocess.surroundings import Surroundings

_LOOSE: Final = str.maketrans("'", '"', " \t;,")
_DIGITS: Final = re.compile(r"\d+")
_NEAR: Final = 0.08
"""Share of a line in which it may differ and still be the same; a name of one letter in 12 characters is no more."""


def cut_repeated_lines(text: str, around: Surroundings) -> str:
    """Cut from the first line on that begins a repetition of the lines below.

    One line is enough if it stands at the same level and says something; two if they stand elsewhere or differ a
    little (another name in one place, a space, a semicolon). Blank lines do not count.
    """
    below = [line.rstrip() for line in around.below if line.strip()][: around.max_lines + 1]
    if not below:
        return text
    lines = text.split("\n")
    whole = [around.typed + lines[0], *lines[1:]]
    first, size = _loosely(below[0]), len(below[0].strip())
    room = max(1, int(_NEAR * size))
    for start, line in enumerate(whole):
        code = line.strip()
        if not code or not -room <= len(code) - size <= room + 1:
            continue  # one more for a separator or a blank
        if (_loosely(code) == first or _near(code, below[0].strip())) and _repeats(whole, start, below, around):
            return "\n".join(lines[:start]).rstrip("\n") if start else ""
    return text


def _repeats(whole: list[str], start: int, below: list[str], around: Surroundings) -> bool:
    """Whether the lines from `start` on tell the lines below again."""
    line = whole[start].rstrip()
    exact = _loosely(line) == _loosely(below[0])
    if exact and width(line) == width(below[0]) and is_sentence(line):
        return True
    run = [other for other in whole[start:] if other.strip()]
    same = 0  # how many lines from here on are the ones below
    for mine, theirs in zip(run, below, strict=False):
        if _loosely(mine) != _loosely(theirs) and not _near(mine.strip(), theirs.strip()):
            break
        same += 1
    if not any(is_telling(line) for line in run[:same]):
        # Only marks, as the end of a comment or of a long string: doubled where the text ends with them.
        return exact and same == len(run) and not any(_closes(line, around.language) for line in run)
    ends_with_it = same == len(run) and exact and width(line) == width(below[0])
    return same > 1 or ends_with_it


def _closes(line: str, language: str) -> bool:
    """Whether the line is one that closers.py balances."""
    return any(character in "()[]{}<>" for character in line) or begins_with_closer(line, language_of(language))


def _loosely(line: str) -> str:
    """The line as it is compared: without its blanks and separators, with one kind of quotes."""
    return line.translate(_LOOSE)


def _near(line: str, other: str) -> bool:
    """Whether the lines differ in one short place only, and in no number: rows of a table are not the same."""
    room = int(_NEAR * max(len(line), len(other)))
    if abs(len(line) - len(other)) > room or not room or line[0] != other[0]:
        return False
    size = min(len(line), len(other))
    head = next((at for at in range(size) if line[at] != other[at]), size)
    tail = next((at for at in range(size - head) if line[-1 - at] != other[-1 - at]), size - head)
    differing = max(len(line), len(other)) - head - tail
    return differing <= room and _DIGITS.findall(line) == _DIGITS.findall(other)
