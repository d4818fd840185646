"""Where the code of an answer goes: the unit, a part of it, or the whole document, however much the model told again.

Pure. Gives new text for the unit's lines only; whatever an answer does to other lines is refused here, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from foretype.features.actions.choosing import (
    chosen,
    leading_imports,
    names,
    refuse_code_between_blocks,
    refuse_other_file,
    refuse_talk,
    stripped_lines,
    trimmed,
    unit_lines,
)
from foretype.features.actions.differences import hunks
from foretype.features.actions.fitting import fit_lines
from foretype.features.actions.import_statements import MOST_LINES, is_import, statements
from foretype.features.actions.values import Asked, Unfit
from foretype.postprocess.layout import is_telling
from foretype.prompts.actions.answer import Answer, Replacement
from foretype.text.lines import line_body

_MOST_OUTSIDE: Final = 0.6
"""Of the document's other telling lines: an answer that repeats more of them is the whole document."""
_MANY_LOST: Final = 3


@dataclass(frozen=True, slots=True)
class Placed:
    """New lines for the unit, without ends, and import lines that belong elsewhere."""

    lines: list[str]
    imports: tuple[str, ...] = ()


def place(answer: Answer, asked: Asked) -> Placed:
    """The unit as the answer wants it. Raises Unfit where that is not clear or would touch something else."""
    if answer.cut:
        raise Unfit(
            "The answer was cut off before its end.", "Your answer ended inside the code block. Answer shorter."
        )
    if answer.replacements:
        return Placed(_replaced(answer.replacements, asked))
    if answer.declines:
        raise Unfit("The model declined to do it.")
    refuse_talk(answer, asked)
    refuse_code_between_blocks(answer, asked)
    imports, code = chosen(answer, asked)
    new = trimmed(code.split("\n"))
    if not new:
        raise Unfit("The answer was empty.", "Your answer was empty. Answer with the code.")
    if _is_whole_document(new, asked):
        new, more = _from_whole_document(new, asked)
        imports = (*imports, *more)
    more, new = leading_imports(new, asked)
    if not new:
        raise Unfit("The answer held no code.", "Your answer held no code. Answer with one fenced code block.")
    return Placed(_placed(new, asked), (*imports, *more))


# Search and replace


def _replaced(replacements: Sequence[Replacement], asked: Asked) -> list[str]:
    lines = unit_lines(asked)
    for replacement in replacements:
        refuse_other_file(replacement.path, asked)
        lines = _replace_once(lines, replacement, asked)
    return lines


def _replace_once(lines: list[str], replacement: Replacement, asked: Asked) -> list[str]:
    search, new = trimmed(replacement.search.split("\n")), trimmed(replacement.replace.split("\n"))
    if replacement.unclear:
        raise Unfit(
            "It is not clear where the answer's SEARCH part ends.", "Answer with exactly one fenced code block instead."
        )
    if not search:
        raise Unfit("The answer does not say what to replace.", "A SEARCH part was empty.")
    exact = _occurrences(lines, search, str.rstrip)
    found = exact or _occurrences(lines, search, str.strip)
    if len(found) > 1:
        raise Unfit("The answer replaces text that stands in several places.", "A SEARCH part occurs more than once.")
    if not found:
        if len(places := _occurrences([line_body(line) for line in asked.lines], search, str.strip)) == 1:
            return _replaced_across(lines, search, new, places[0] - asked.unit.start)
        if places:
            raise Unfit("The answer changes lines outside of what was asked.", "Change only the marked lines.")
        raise Unfit("The answer replaces text that is not there.", "A SEARCH part does not occur in the marked lines.")
    at = found[0]
    old = lines[at : at + len(search)]
    fitted = new if exact and new and _margins(search) == _margins(old) else fit_lines(new, old, lines, asked.language)
    return [*lines[:at], *fitted, *lines[at + len(search) :]]


def _replaced_across(lines: list[str], search: list[str], new: list[str], at: int) -> list[str]:
    """A replacement that begins `at` lines from the unit's start; outside of the unit it may only tell again."""
    shift = len(lines)
    for a, b, c, d in reversed(hunks([line.strip() for line in search], [line.strip() for line in new])):
        if a + at < 0 or b + at > shift:
            raise Unfit("The answer changes lines outside of what was asked.", "Change only the marked lines.")
        lines = [*lines[: a + at], *fit_lines(new[c:d], lines[a + at : b + at], lines), *lines[b + at :]]
    return lines


def _occurrences(lines: Sequence[str], search: Sequence[str], form: Callable[[str], str]) -> list[int]:
    wanted, have = [form(line) for line in search], [form(line) for line in lines]
    return [at for at in range(len(have) - len(wanted) + 1) if have[at : at + len(wanted)] == wanted]


def _margins(lines: Sequence[str]) -> list[int]:
    return [len(line) - len(line.lstrip()) for line in lines]


# A snippet


def _placed(new: list[str], asked: Asked) -> list[str]:
    """The unit with the snippet in its place."""
    old = unit_lines(asked)
    new = _without_surroundings(new, asked)
    if not _holds_unit(new, old, asked):
        return _from_part(new, old, asked)
    if not asked.may_shrink and _ends_early(new, old):
        raise Unfit(
            "The answer leaves out the end of the code.",
            "Your answer stops before the code does. Answer with all of it.",
        )
    return fit_lines(new, old, _neighbours(asked), asked.language)


def _is_whole_document(new: list[str], asked: Asked) -> bool:
    inside = set(stripped_lines(unit_lines(asked)))
    others = {line for line in stripped_lines(_outside(asked)) if is_telling(line) and line not in inside}
    if not others:
        return False
    return len(others & set(stripped_lines(new))) / len(others) >= _MOST_OUTSIDE and len(others) >= 2


def _from_whole_document(new: list[str], asked: Asked) -> tuple[list[str], list[str]]:
    """The unit's part of a document that was told again, and new imports; every other line must be as it was."""
    old = [line_body(line) for line in asked.lines]
    above, below = _written(old[: asked.unit.start]), _written(old[asked.unit.end :])
    if new[0].strip() in above:  # it may begin below the document's first line, and end before the last
        above = above[above.index(new[0].strip()) :]
    if new[-1].strip() in below:
        below = below[: len(below) - below[::-1].index(new[-1].strip())]
    elif below and new[-1].strip() in stripped_lines(unit_lines(asked)):
        below = []
    start, imports = _behind(new, above, asked)
    end, _ = _behind(new[start:][::-1], below[::-1], asked)
    return trimmed(new[start : len(new) - end]), imports


def _behind(new: list[str], known: list[str], asked: Asked) -> tuple[int, list[str]]:
    """How many lines of an answer these known ones take up, and the imports that stand among them."""
    at = 0
    imports: list[str] = []
    for line in known:
        while at < len(new) and new[at].strip() != line:
            if new[at].strip():
                if not asked.imports or not is_import(new[at], asked.language):
                    raise Unfit("The answer changes lines outside of what was asked.", "Change only the marked lines.")
                taken = statements(new[at : at + MOST_LINES])[0]
                imports += taken
                at += len(taken) - 1
            at += 1
        if at == len(new):
            raise Unfit("The answer changes lines outside of what was asked.", "Change only the marked lines.")
        at += 1
    return at, imports


def _written(lines: Sequence[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip()]


def _without_surroundings(new: list[str], asked: Asked) -> list[str]:
    """Without what stands around the unit and was told again: the class's header above, the next function below."""
    old = stripped_lines(unit_lines(asked))
    first = next((line for line in old if line), "")
    stripped = stripped_lines(new)
    if first in stripped and (at := stripped.index(first)):
        above = set(stripped_lines([line_body(line) for line in asked.lines[: asked.unit.start]]))
        if all(not line or line in above for line in stripped[:at]):
            new, stripped = new[at:], stripped[at:]
    below = [line for line in stripped_lines([line_body(line) for line in asked.lines[asked.unit.end :]]) if line]
    if below and is_telling(below[0]) and below[0] in stripped and below[0] not in old:
        at = stripped.index(below[0])
        rest = [line for line in stripped[at:] if line]
        if at and rest == below[: len(rest)]:
            new = new[:at]
    return trimmed(new)


def _holds_unit(new: list[str], old: list[str], asked: Asked) -> bool:
    """Whether a snippet stands for the whole unit rather than for a part of it."""
    if asked.unit.name:
        return names("\n".join(new), asked.unit.name)
    first, stripped = next((line for line in stripped_lines(old) if line), ""), stripped_lines(new)
    inner = [line for line in stripped_lines(old)[1:] if is_telling(line)]
    return first in stripped or stripped[0] not in inner or stripped[-1] not in inner


def _from_part(new: list[str], old: list[str], asked: Asked) -> list[str]:
    """The unit with a part of it replaced: the snippet's first and last lines must say where it begins and ends."""
    stripped = stripped_lines(old)
    first, last = new[0].strip(), new[-1].strip()
    if stripped.count(first) != 1 or stripped.count(last) != 1 or stripped.index(first) > stripped.index(last):
        name = asked.unit.name
        raise Unfit(
            f"The answer does not hold {name!r} any more." if name else "It is not clear where the answer belongs.",
            "Answer with the whole of the marked lines, from the first to the last.",
        )
    a, b = stripped.index(first), stripped.index(last) + 1
    return [*old[:a], *fit_lines(new, old[a:b], old, asked.language), *old[b:]]


def _ends_early(new: list[str], old: list[str]) -> bool:
    """Whether an answer stops at a line after which the old text goes on for some lines that are gone now."""
    last, stripped = new[-1].strip(), stripped_lines(old)
    if last not in stripped:
        return False
    at = len(stripped) - 1 - stripped[::-1].index(last)
    kept = set(stripped_lines(new))
    lost = [line for line in stripped[at + 1 :] if is_telling(line) and line not in kept]
    return len(lost) >= _MANY_LOST


def _outside(asked: Asked) -> list[str]:
    lines = [line_body(line) for line in asked.lines]
    return lines[: asked.unit.start] + lines[asked.unit.end :]


def _neighbours(asked: Asked) -> list[str]:
    first = max(0, asked.unit.start - 100)
    return [line_body(line) for line in asked.lines[first : asked.unit.end + 100]]
