"""What a fix must leave in the file: the definitions of the lines it was asked about, and imports that are imports.

Pure. Only for units that were taken around a place: who selects a definition may want it to go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from foretype.features.actions.import_statements import is_import, statements
from foretype.features.actions.parsed import definitions
from foretype.features.actions.values import Asked, Edit, Unfit, applied
from foretype.postprocess.languages import language_of
from foretype.syntax import definitions as syntax
from foretype.syntax.definitions import Definition
from foretype.text.lines import Lines, line_body

_KINDS: Final = frozenset(("function", "method", "class", "interface", "type"))
_BODIES: Final = frozenset(("function", "method"))


def check_kept(edits: Sequence[Edit], asked: Asked) -> None:
    """Raises Unfit where a definition of the unit is gone, or its imports have made way for other code."""
    if not asked.keeps or asked.shape != "rewrite":
        return
    after = applied(asked.lines, list(edits))
    have = {each.qualified_name for each in syntax.definitions(after.text, asked.language)}
    lost = [each.name for each in _defined(asked) if each.qualified_name not in have]
    if lost:
        raise Unfit(
            f"The answer drops {lost[0]!r}, which it was not asked to.",
            f"Your answer leaves out {lost[0]!r}. Answer with all of the marked lines, changed only where needed.",
        )
    _check_imports(after, asked)


def _defined(asked: Asked) -> list[Definition]:
    """What begins in the unit, but for what is a function's own affair."""
    unit = asked.unit
    found = [
        each
        for each in definitions(asked.lines, asked.language)
        if each.kind in _KINDS and each.start < unit.end and each.end > unit.start
    ]
    inner = {
        each
        for outer in found
        if outer.kind in _BODIES
        for each in found
        if each is not outer and outer.start <= each.start and each.end <= outer.end and each.container
    }
    return [each for each in found if unit.start <= each.start and each not in inner]


def _check_imports(after: Lines, asked: Asked) -> None:
    old = [line_body(line) for line in asked.lines[asked.unit.start : asked.unit.end]]
    own = _imports(old, asked.language)
    if not own:
        return
    elsewhere = _imports([line_body(line) for line in asked.lines], asked.language) - own
    now = [line_body(line) for line in after]
    known = {line.strip() for line in asked.lines}
    fresh = [line for line in now if line.strip() and line.strip() not in known]
    marks = language_of(asked.language).line_comments
    if _imports(now, asked.language) <= elsewhere and any(not line.strip().startswith(marks) for line in fresh):
        raise Unfit(
            "The answer puts other code in the place of an import.",
            "Leave the imports, or take out only what is not needed.",
        )


def _imports(lines: Sequence[str], language: str) -> int:
    return sum(is_import(each[0], language) for each in statements(lines))
