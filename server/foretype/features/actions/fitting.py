"""Fits the indentation of an answer's lines to the place where they go.

Models move code to the margin, mix tabs and spaces, or indent by another width. Several readings of the answer are
tried, and the one that agrees best with the lines that stand there already is taken. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from foretype.postprocess.layout import margin

_LOOKED_AT: Final = 2_000
_HEAD: Final = 8
_DEFAULT_UNIT: Final = "    "
_AS_WRITTEN: Final = frozenset(("markdown", "plaintext", "restructuredtext", "makefile"))


def fit_lines(new: Sequence[str], old: Sequence[str], around: Sequence[str], language: str = "") -> list[str]:
    """`new` as the document would indent it in place of `old`; `around` are the document's lines near by.

    Lines come and go without their ends. Lines that stand in `old` just so are kept just so; white space at the ends
    of other lines is taken off.
    """
    if not any(line.strip() for line in new):
        return []
    unit = unit_of([*old, *around])
    known = Counter(line for line in old if line.strip())
    reference = next((line for line in (*old, *around) if line.strip()), "")
    heads = _heads(old)
    best = max(_readings(list(new), unit, reference), key=lambda reading: _agreement(reading, (known, heads), unit))
    return [_settled(line, raw, known, language) for line, raw in zip(best, new, strict=True)]


def _settled(line: str, raw: str, known: Counter[str], language: str) -> str:
    """One line as it goes into the buffer."""
    if raw in known or line in known:
        return line if line in known else raw
    return line if language in _AS_WRITTEN else line.rstrip()


def unit_of(lines: Sequence[str]) -> str:
    """One level of indentation as these lines show it: by the most frequent step inwards; "" where they show none."""
    steps: Counter[str] = Counter()
    before = 0
    for line in lines[:_LOOKED_AT]:
        if not line.strip():
            continue
        space = margin(line)
        if "\t" in space:
            steps["\t"] += 1
            continue
        if 2 <= len(space) - before <= 8:
            steps[" " * (len(space) - before)] += 1
        before = len(space)
    return max(steps, key=lambda unit: (steps[unit], -len(unit)), default="")


def _readings(new: list[str], unit: str, reference: str) -> list[list[str]]:
    """What the answer may have meant, the likeliest first."""
    own = unit_of(new)
    kinds = [new]
    if unit and own and own != unit:
        kinds.append([_in_unit(line, own, unit) for line in new])
    if unit == "\t" or "\t" in "".join(map(margin, new)):
        kinds.append([_in_unit(line, own or _DEFAULT_UNIT, unit or _DEFAULT_UNIT) for line in new])
    base = margin(reference)
    readings = []
    for lines in kinds:
        written = [line for line in lines if line.strip()]
        lowest = min((margin(line) for line in written), key=_columns)
        readings.append(_shifted(lines, margin(written[0]), base))
        readings.append(_shifted(lines, lowest, base))
        readings.append(_first_only(lines, base))
        readings.append(lines)
    return readings


def _heads(lines: Sequence[str]) -> dict[str, str]:
    """How lines begin, and their indentation: a line that was changed mostly begins as it did."""
    margins: dict[str, set[str]] = {}
    for line in lines:
        margins.setdefault(line.strip()[:_HEAD], set()).add(margin(line))
    return {head: found.pop() for head, found in margins.items() if head and len(found) == 1}


def _agreement(lines: list[str], there: tuple[Counter[str], dict[str, str]], unit: str) -> tuple[int, int, int]:
    """How many lines stand there just so, how many begin like one there, and how natural the steps inwards are."""
    known, heads = there
    near = sum(heads.get(line.strip()[:_HEAD]) == margin(line) for line in lines if line.strip())
    same = sum((Counter(line for line in lines if line.strip()) & known).values())
    natural, before = 0, None
    for line in lines:
        if not line.strip():
            continue
        here = _columns(margin(line))
        if before is not None and here > before:
            natural += 1 if here - before == _columns(unit or _DEFAULT_UNIT) else -1
        before = here
    return same, near, natural


def _shifted(lines: list[str], own: str, base: str) -> list[str]:
    """Moved as a whole, so that what was indented by `own` is indented by `base`."""
    if own == base:
        return lines
    moved = []
    for line in lines:
        if not line.strip():
            moved.append("")
        elif line.startswith(own):
            moved.append(base + line[len(own) :])
        else:  # it stands further out than the line that is gone by
            space = margin(line)
            missing = _columns(own) - _columns(space)
            moved.append(base[: max(0, len(base) - missing)] + line[len(space) :])
    return moved


def _first_only(lines: list[str], base: str) -> list[str]:
    """The first line alone has lost its indentation."""
    at = next(number for number, line in enumerate(lines) if line.strip())
    return [*lines[:at], base + lines[at].lstrip(" \t"), *lines[at + 1 :]]


def _in_unit(line: str, own: str, unit: str) -> str:
    """The line with its levels in another unit; columns that make no whole level stay."""
    space, code = margin(line), line.lstrip(" \t")
    size = 4 if own == "\t" else len(own)
    levels, rest = divmod(_columns(space, size), size)
    return unit * levels + " " * rest + code


def _columns(space: str, tab: int = 4) -> int:
    return len(space.expandtabs(tab))
