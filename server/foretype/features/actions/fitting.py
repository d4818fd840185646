"""Fits the indentation of an answer's lines to the place where they go.

Models move code to the margin, mix tabs and spaces, or indent by another width. Several readings of the answer are
tried, and the one that agrees best with the lines that stand there already is taken. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from foretype.postprocess.languages import Language, language_of
from foretype.postprocess.layout import margin, opens_block
from foretype.postprocess.nesting import read_nesting

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
    family = language_of(language)
    readings = _readings(list(new), unit, reference, family)
    best = max(readings, key=lambda reading: (*_agreement(reading, known, heads), _natural(reading, unit, family)))
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


def _readings(new: list[str], unit: str, reference: str, family: Language) -> list[list[str]]:
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
    return [*readings, *(_without_excess(lines, unit, family) for lines in readings)]


def _heads(lines: Sequence[str]) -> dict[str, str]:
    """How lines begin, and their indentation: a line that was changed mostly begins as it did."""
    margins: dict[str, set[str]] = {}
    for line in lines:
        margins.setdefault(line.strip()[:_HEAD], set()).add(margin(line))
    return {head: found.pop() for head, found in margins.items() if head and len(found) == 1}


def _agreement(lines: list[str], known: Counter[str], heads: dict[str, str]) -> tuple[int, int]:
    """How many lines stand there just so, and how many begin like one there."""
    same = sum((Counter(line for line in lines if line.strip()) & known).values())
    near = sum(heads.get(line.strip()[:_HEAD]) == margin(line) for line in lines if line.strip())
    return same, near


def _natural(lines: list[str], unit: str, family: Language) -> int:
    """How many of the steps inwards behind the beginning of a block are as wide as they are here, and not otherwise."""
    natural, before = 0, ""
    for line in lines:
        if not line.strip():
            continue
        step = _columns(margin(line)) - _columns(margin(before))
        if before and step > 0 and _begins_block(before, family):
            natural += 1 if step == _columns(unit or _DEFAULT_UNIT) else -1
        before = line
    written = [line for line in lines if line.strip()]
    return natural - (_excess(written, unit, family) > 0)


def _begins_block(line: str, family: Language) -> bool:
    """Whether what follows is one level deeper; in round and square brackets it may stand anywhere."""
    return not line.rstrip().endswith(("(", "[")) and opens_block(line, family)


def _excess(written: Sequence[str], unit: str, family: Language) -> int:
    """By how many columns the second line stands deeper than it can below the first."""
    if len(written) < 2:
        return 0
    first = written[0]
    step = _columns(margin(written[1])) - _columns(margin(first))
    if _begins_block(first, family):
        return max(0, step - _columns(unit or _DEFAULT_UNIT))
    nesting = read_nesting(first, family)
    ended = not nesting.open and not nesting.quote and not first.rstrip().endswith(("\\", ","))
    return max(0, step) if family.dedents_end and ended else 0


def _without_excess(lines: list[str], unit: str, family: Language) -> list[str]:
    """Without what all lines below the first are indented by too much."""
    written = [line for line in lines if line.strip()]
    excess, base = _excess(written, unit, family), _columns(margin(written[0]))
    if not excess:
        return lines
    at = lines.index(written[0]) + 1
    moved = []
    for line in lines[at:]:
        columns = _columns(margin(line))
        moved.append(_moved_out(line, min(excess, max(0, columns - base))) if line.strip() else "")
    return [*lines[:at], *moved]


def _moved_out(line: str, columns: int) -> str:
    """The line indented by so many columns less."""
    space, code = margin(line), line.lstrip(" \t")
    while columns > 0 and space:
        columns -= 4 if space[-1] == "\t" else 1
        space = space[:-1]
    return space + code


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
