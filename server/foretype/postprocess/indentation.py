"""Give the text the document's indentation: its unit, and the level that the cursor's line calls for.

Mended are known faults only: tabs for spaces and the reverse, another width of a level, one blank too many, the
margin told again, a block told from column 0. Text inside of long strings keeps what it has.
"""

from __future__ import annotations

import re
from typing import Final

from foretype.postprocess.languages import Language, language_of
from foretype.postprocess.layout import (
    begins_with_closer,
    continues_block,
    first_written,
    last_written,
    margin,
    opens_block,
    shown_unit,
    told_from_zero,
    unit_of,
    width,
)
from foretype.postprocess.nesting import open_quote, read_nesting
from foretype.postprocess.surroundings import LINES_ABOVE, Surroundings

_ALIGNED: Final = re.compile(r"[ \t]*(?:[-+*/.&|?:=<>]|and\b|or\b)")
"""How lines begin that go on with the one before, at whatever column their writer likes."""


_ONE_BLANK_BEHIND: Final = re.compile(r"\S \Z")
_ONE_BLANK_BEFORE: Final = re.compile(r" \S")


def fit_indentation(text: str, around: Surroundings) -> str:
    """The text as the document would indent it."""
    language = language_of(around.language)
    if language.prose:
        return text
    blank = not around.typed.strip()
    if "\n" not in text and not blank:
        return _without_second_blank(text, around, language)
    lines = text.split("\n")
    free = _free_lines(text, around, language)
    lines = _in_kind(lines, free, around)
    lines = _in_unit(lines, free, around)
    if blank and lines[0].strip():
        lines[0] = first_line(lines[0], around, language)
    elif not blank:
        lines[0] = _without_second_blank(lines[0], around, language)
    return "\n".join(_following(lines, free, around, language))


def _without_second_blank(line: str, around: Surroundings, language: Language) -> str:
    """As in `return  x`: what is typed ends with the blank already."""
    if not _ONE_BLANK_BEHIND.search(around.typed) or not _ONE_BLANK_BEFORE.match(line):
        return line  # who writes more of them is aligning
    return line if open_quote(around.above, around.typed, language) else line.lstrip(" ")


def _free_lines(text: str, around: Surroundings, language: Language) -> list[bool]:
    """For each line whether its margin is layout: not in a long string or comment, and not blank."""
    quote = open_quote(around.above, around.typed, language)
    marks = (*language.long_quotes, *(language.block_comment or ()))
    runs_on = quote or any(mark in text for mark in marks)
    spans = read_nesting(text, language, quote).spans if runs_on else ()
    free = []
    at = 0
    for line in text.split("\n"):
        while spans and spans[0][1] < at:
            spans = spans[1:]
        free.append(not (spans and spans[0][0] < at) and bool(line) and not line.isspace())
        at += len(line) + 1
    if around.typed.strip():
        free[0] = False
    return free


def _in_kind(lines: list[str], free: list[bool], around: Surroundings) -> list[str]:
    """Tabs where the document has tabs, spaces where it has spaces."""
    unit = shown_unit(around)
    other = "\t" if unit != "\t" else "  "
    if not unit or any(line.startswith(other) for line in (*around.above, *around.below[:LINES_ABOVE])):
        return lines  # who mixes them has reasons that are not known here
    if unit != "\t":
        if not any("\t" in line for line in lines):
            return lines
        return [
            margin(line).expandtabs(len(unit)) + line.lstrip(" \t") if ok and "\t" in margin(line) else line
            for line, ok in zip(lines, free, strict=True)
        ]
    spaces = [len(margin(line)) for line, ok in zip(lines, free, strict=True) if ok and line.startswith("  ")]
    size = min(spaces, default=0)
    if size not in (2, 3, 4, 8):
        size = 4
    return [
        "\t" * (len(margin(line)) // size) + " " * (len(margin(line)) % size) + line.lstrip(" ")
        if ok and line.startswith("  ")
        else line
        for line, ok in zip(lines, free, strict=True)
    ]


def _in_unit(lines: list[str], free: list[bool], around: Surroundings) -> list[str]:
    """The document's width of a level, where the text's first block shows that it has another one."""
    unit = shown_unit(around)
    if not unit or unit == "\t":
        return lines
    base, step = _first_step(lines, free, around)
    if step in (0, len(unit)) or step not in (2, 3, 4, 8):
        return lines
    inner = [width(line) - base for line, ok in zip(lines[1:], free[1:], strict=True) if ok]
    if any(indent % step or indent < 0 for indent in inner):
        return lines
    return [
        line if not ok or not number else " " * (base + (width(line) - base) // step * len(unit)) + line.lstrip(" ")
        for number, (line, ok) in enumerate(zip(lines, free, strict=True))
    ]


def _first_step(lines: list[str], free: list[bool], around: Surroundings) -> tuple[int, int]:
    """The first line's level, and how much deeper the first line of the first block is; 0 without a block."""
    language = language_of(around.language)
    before = around.typed + lines[0]
    base = width(before)
    for line, ok in zip(lines[1:], free[1:], strict=True):
        if not ok:
            continue
        if opens_block(before, language) and not begins_with_closer(line, language):
            return base, width(line) - width(before)
        before = line
    return base, 0


def first_line(line: str, around: Surroundings, language: Language) -> str:
    """The margin that an empty line's first text adds to what is there: none too much, none too little."""
    lead, size = margin(line), len(unit_of(around).replace("\t", "    ")) or 4
    above = last_written(around.above)
    level, opens = width(above), opens_block(above, language)
    there, whole = width(around.typed), width(around.typed + lead)
    extra, inner = whole - there, level + size
    if not extra:
        closes = begins_with_closer(line, language) or continues_block(line, language)
        below = opens and there <= level and language.name == "python" and not closes
        return _white_space(inner - there, around) + line if below else line
    if _ALIGNED.match(line) or (read_nesting(above, language).open and not opens):
        return line
    if whole in (level, width(first_written(around.below))):
        return line
    if not around.typed:
        return line[1:] if whole % size == 1 else line
    allowed = inner if opens else level
    if whole <= allowed:
        off = whole % size and not there % size and whole != level
        return line.lstrip(" \t") if off else line
    return line.lstrip(" \t") if extra % size or extra == there or language.dedents_end else line


def _white_space(columns: int, around: Surroundings) -> str:
    """White space of so many columns in the document's kind."""
    return "\t" * (columns // 4) if unit_of(around) == "\t" else " " * columns


def _following(lines: list[str], free: list[bool], around: Surroundings, language: Language) -> list[str]:
    """The lines behind the first, as a whole moved to where they belong."""
    whole = around.typed + lines[0]
    second = next((line for line in lines[1:] if line.strip()), "")
    if not second:
        return lines
    adjacent = not lines[0].strip() or lines[1].strip() != ""
    in_code = not open_quote(around.above, around.typed, language)
    if in_code and adjacent and whole.strip() and told_from_zero(whole, second, language):
        return [lines[0], *(margin(whole) + line if line.strip() else line for line in lines[1:])]
    return _without_odd_blank(lines, free, around)


def _without_odd_blank(lines: list[str], free: list[bool], around: Surroundings) -> list[str]:
    """Where every line is one blank off the document's levels, move them all by it."""
    unit = shown_unit(around)
    base = width(around.typed + lines[0])
    if len(unit) < 2 or base % len(unit):
        return lines
    chosen = [ok and number > 0 for number, ok in enumerate(free)]
    nesting = read_nesting(around.typed + lines[0], language_of(around.language))
    if sum(chosen) < 2 or (nesting.open and nesting.open[-1].end < len(around.typed + lines[0].rstrip())):
        return lines  # one line may be off on purpose, and arguments stand where their bracket does
    odd = set()
    for line, ok in zip(lines, chosen, strict=True):
        if ok:
            odd.add(width(line) % len(unit))
            if not odd <= {1, len(unit) - 1}:
                return lines
    odd -= {width(line) % len(unit) for line in (*around.above, *around.below[:LINES_ABOVE]) if line.strip()}
    if odd == {1}:
        return [line[1:] if ok and line.startswith(" ") else line for line, ok in zip(lines, chosen, strict=True)]
    if odd == {len(unit) - 1}:
        return [" " + line if ok else line for line, ok in zip(lines, chosen, strict=True)]
    return lines
