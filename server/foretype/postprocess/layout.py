"""Widths, levels and kinds of lines: the small questions that several filters ask of single lines."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Final

from foretype.postprocess.languages import Language, first_word, language_of
from foretype.postprocess.nesting import read_nesting
from foretype.postprocess.surroundings import LINES_ABOVE, Surroundings

TAB: Final = 4
"""Columns that a tab counts for where a width is compared with spaces. Only differences matter."""

_CLOSING: Final = re.compile(r"[ \t]*(?:[)\]}]|</)")


def margin(line: str) -> str:
    """The white space that a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def width(line: str, tab: int = TAB) -> int:
    """How many columns a line is indented by."""
    space = margin(line)
    return len(space) if "\t" not in space else len(space.expandtabs(tab))


def begins_with_closer(line: str, language: Language) -> bool:
    """Whether the line's first word or mark closes a block."""
    if _CLOSING.match(line):
        return True
    return bool(language.block_close) and re.match(language.block_close, line) is not None


def continues_block(line: str, language: Language) -> bool:
    """Whether the line goes on with a block that its header's level has begun, as `else` does."""
    word = first_word().match(line)
    return word is not None and word[1] in language.continues


def opens_block(line: str, language: Language) -> bool:
    """Whether a block begins behind the line."""
    commented = any(mark in line for mark in language.line_comments)
    if not (commented or language.block_open or line.rstrip().endswith((*language.opens, "(", "[", "{"))):
        return False  # most lines: nothing has to be read
    nesting = read_nesting(line, language)
    if nesting.quote in language.line_comments and nesting.quote:
        line = line[: line.rfind(nesting.quote)]
    code = line.rstrip()
    if not code.strip():
        return False
    if language.block_open and nesting.open and nesting.open[-1].kind == "block":
        return True
    if code[-1] in "([{":
        return True
    return code.endswith(language.opens) and not nesting.quote and language.dedents_end


_ANNOTATED: Final = frozenset(("python", "script", "java", "rust", "curly"))
"""Families in which what begins with one of these marks is put on the definition below it; to Ruby it is a variable."""

_ANNOTATIONS: Final = ("@", "#[")


def is_annotation(line: str, language: Language) -> bool:
    """Whether a line begins with a decorator, an annotation or an attribute."""
    return language.name in _ANNOTATED and line.lstrip().startswith(_ANNOTATIONS)


def last_written(lines: Iterable[str]) -> str:
    """The last line that is not blank; "" where there is none."""
    return next((line for line in reversed(tuple(lines)) if line.strip()), "")


def first_written(lines: Iterable[str]) -> str:
    """The first line that is not blank; "" where there is none."""
    return next((line for line in lines if line.strip()), "")


def is_telling(line: str) -> bool:
    """Whether a line says enough to be recognised again: closers and single words come twice by right."""
    return sum(character.isalnum() for character in line) > 3


def is_sentence(line: str) -> bool:
    """Whether a line says so much that it hardly stands in one place twice, as `continue` and `return None` may."""
    letters = sum(character.isalnum() for character in line)
    return letters > 10 or (letters > 3 and "(" in line)


def unit_of(around: Surroundings) -> str:
    """One level of indentation here: what the editor or the document says, else the language's usual one."""
    return shown_unit(around) or language_of(around.language).indent


@functools.lru_cache(maxsize=4)
def shown_unit(around: Surroundings) -> str:
    """One level of indentation as the editor says it or the document shows it; "" where neither does.

    The document shows it by the most frequent step inwards from one line to the next.
    """
    if around.indent:
        return around.indent
    steps: dict[str, int] = {}
    before = None
    for line in (*around.above, *around.below[:LINES_ABOVE]):
        code = line.lstrip(" \t")
        if not code:
            continue
        space = line[: len(line) - len(code)]
        if "\t" in space:
            steps["\t"] = steps.get("\t", 0) + 1
            continue
        step = len(space) - (len(space) if before is None else before)
        before = len(space)
        if 2 <= step <= 8:
            unit = " " * step
            steps[unit] = steps.get(unit, 0) + 1
    return max(steps, key=lambda unit: (steps[unit], -len(unit)), default="")


_LEAVES: Final = frozenset(("return", "break", "continue", "raise", "pass", "throw", "yield"))


def told_from_zero(first: str, second: str, language: Language) -> bool:
    """Whether a text's second line, right behind its first, shows that its lines are told from column 0.

    Chat models do this with the lines behind the first: what is deeper than the cursor's line begins at the margin.
    """
    base = width(first)
    if base < 2 or begins_with_closer(second, language) or language.name == "yaml":
        return False
    if second.startswith("#") and "#" not in language.line_comments:
        return False  # the preprocessor's lines stand at the margin by right
    if second.strip() == "{":
        return False  # a definition's, behind the last line of what it asks for
    if read_nesting(first, language).closed:
        return False  # the end of a header that began at another level
    if opens_block(first, language):
        return width(second) < base + language.dedents_end
    word = first_word().match(first)
    natural = (word is not None and word[1] in _LEAVES) or second.startswith("#")
    return width(second) == 0 and not natural
