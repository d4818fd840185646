"""Take off what a model tells again before it goes on: the beginning of the line, the line above, the word typed."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from foretype.postprocess.layout import is_telling
from foretype.postprocess.surroundings import Surroundings

_LEAST_ECHO: Final = 3
"""Characters typed that are an echo when they come again; `)` or `x` may well come twice."""

_MOST_LINES: Final = 8
"""Lines above that are told again at once; models tell one or two."""

_WORD_TYPED: Final = re.compile(r"[^\W\d]\w*\Z")
_WORD: Final = re.compile(r"\w+")


def strip_echo(text: str, around: Surroundings) -> str:
    """The text without the typed part of its line, the lines above, or the typed part of a word, at its beginning."""
    if around.typed.strip():
        stripped = _without_typed(text, around.typed)
        return stripped if stripped != text else _without_word(text, around)
    return _without_lines_above(text, around)


def _without_typed(text: str, typed: str) -> str:
    """As with `return x` behind `return`, also where the model begins with a new line to say it."""
    said = typed.strip()
    if len(said) < _LEAST_ECHO:
        return text
    start = text.lstrip()
    while start.startswith(said) and not _goes_on_with_word(said, start):
        # Blanks at the end of what is typed are told again as well.
        rest = start[len(said) :]
        blanks = typed[len(typed.rstrip()) :]
        text = rest.removeprefix(blanks) if blanks else rest
        start = text.lstrip()
    return text


def _goes_on_with_word(said: str, start: str) -> bool:
    """Whether the text only shares a word's beginning: `formats` behind `format`, which could be `format(formats)`."""
    after = start[len(said) : len(said) + 1]
    return _WORD.fullmatch(said) is not None and (after.isalnum() or after == "_")


def _without_word(text: str, around: Surroundings) -> str:
    """As with `name` behind `self.na`: the editor would show `naname`.

    The document decides where it knows one of the two words.
    """
    typed, first = _WORD_TYPED.search(around.typed), _WORD.match(text)
    if typed is None or first is None:
        return text
    part, word = typed.group(), first.group()
    if len(part) < 2 or len(word) <= len(part) or not word.startswith(part):
        return text
    together = re.compile(rf"\b{re.escape(part + word)}\b")
    alone = re.compile(rf"\b{re.escape(word)}\b")
    lines = (*around.above, *around.below)
    if any(together.search(line) for line in lines):
        return text
    if len(part) < _LEAST_ECHO and not any(alone.search(line) for line in lines):
        return text
    return text[len(part) :]


def _without_lines_above(text: str, around: Surroundings) -> str:
    """As with the last line above told again on an empty line, before the new one."""
    above = [line.rstrip() for line in around.above if line.strip()]
    lines = text.split("\n")
    told = [line.rstrip() for line in islice(filter(str.strip, lines), _MOST_LINES)]
    if not told or not above:
        return text
    told[0] = around.typed + told[0] if not told[0].startswith(around.typed) or not around.typed else told[0]
    for size in range(min(len(told), len(above)), 0, -1):
        if _same(told[:size], above[-size:]):
            return _behind(lines, size)
    return text


def _same(told: list[str], above: list[str]) -> bool:
    """Whether the lines are the same, the first one's margin aside, and say enough to be no coincidence."""
    if told[0].lstrip() != above[0].lstrip() or told[1:] != above[1:]:
        return False
    return is_telling(told[-1])


def _behind(lines: list[str], size: int) -> str:
    """What follows the first `size` written lines."""
    for number, line in enumerate(lines):
        size -= bool(line.strip())
        if not size:
            return "\n".join(lines[number + 1 :])
    return ""
