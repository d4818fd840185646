"""New imports of an answer: where they go in the document, and which of them are not there yet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from foretype.features.actions.checks import bodies
from foretype.features.actions.differences import minimal_edits
from foretype.features.actions.import_statements import Statement, is_import, needed, statements
from foretype.features.actions.parsed import imports
from foretype.features.actions.values import Asked, Edit
from foretype.text.lines import line_body

_HEAD: Final = re.compile(r"(\"\"\"|'''|/\*)")
_PYTHON_HEAD: Final = re.compile(r"[rRuU]?(\"\"\"|'''|\"|')")


def import_lines(asked: Asked) -> range:
    """The lines among which an import may be put in: from the first place that is possible to behind the last import.

    Only imports above the unit count: a later one is inside of something.
    """
    found = [each for each in imports(asked.lines, asked.language) if each.end <= asked.unit.start]
    top = _below_head(asked)
    grouped = asked.language == "go"  # whose imports stand indented in one pair of brackets
    ends = [each.end for each in found if grouped or not asked.lines[each.start][:1].isspace()]
    last = max(ends, default=top)
    return range(min(top, last), last)


def import_edits(new: Sequence[str], asked: Asked) -> list[Edit]:
    """The edit that adds the imports that the document does not have. Raises Unfit for names that it has otherwise."""
    place = import_lines(asked)
    if asked.language == "go":
        return _grouped(new, asked, place.stop)
    missing = needed(statements(new), _there(asked), asked.language)
    if not missing:
        return []
    # Python takes this one only in front of all others.
    first = [each for each in missing if _is_first(each)]
    rest = [each for each in missing if not _is_first(each)]
    if first and place.start < place.stop:
        top = next((number for number in place if asked.lines[number].strip()), place.start)
        edits = minimal_edits(asked.lines, top, top, _flat(first))
        return [*edits, *minimal_edits(asked.lines, place.stop, place.stop, _flat(rest))]
    at, lines = place.stop, _flat([*first, *rest])
    if place.start == place.stop and at < asked.unit.start + 1 and line_body(asked.lines[at]).strip():
        lines.append("")
    return minimal_edits(asked.lines, at, at, lines)


def imports_together(one: str, other: str, language: str) -> str | None:
    """The text of two insertions at one place as a single one, where both are imports; None where they are not.

    Raises Unfit where both import a name from different places.
    """
    gap = next((line_end for line_end in ("\r\n", "\n", "\r") if one.endswith(line_end)), "\n")
    before, after = (statements(text.splitlines()) for text in (one, other))
    if not all(is_import(each[0], language) for each in (*before, *after)):
        return None
    both = [*before, *needed(after, before, language)]
    lines = _flat([*filter(_is_first, both), *(each for each in both if not _is_first(each))])
    margin = "\t" if language == "go" and one[:1] == "\t" else ""
    blank = gap if one.endswith(gap * 2) or other.endswith(gap * 2) else ""
    return "".join(f"{margin}{line}{gap}" for line in lines) + blank


def _there(asked: Asked) -> list[Statement]:
    """The imports of the whole document at its margin.

    One inside of a function is that function's own, and one below `if TYPE_CHECKING:` is not there when the code runs:
    both count as absent. What is imported twice by that does no harm.
    """
    lines = asked.lines
    spans = {(each.start, each.end): None for each in imports(lines, asked.language)}
    found = [bodies(lines, *span) for span in spans if not lines[span[0]][:1].isspace()]
    if not found:
        found = [[line_body(line)] for line in lines if is_import(line) and not line[:1].isspace()]
    return [each for body in found for each in statements(body)]


def _is_first(statement: Statement) -> bool:
    return statement[0].startswith("from __future__ ")


def _flat(missing: Sequence[Statement]) -> list[str]:
    return [line for each in missing for line in each]


def _grouped(new: Sequence[str], asked: Asked, at: int) -> list[Edit]:
    """The same for Go: paths without the word, in the brackets where the last import is; one twice is an error."""
    have = {_path(line_body(line)) for line in asked.lines[:at]}
    paths = [path for path in dict.fromkeys(map(_path, new)) if path.endswith('"') and path not in have]
    inside = at > 0 and asked.lines[at - 1][:1].isspace()
    return minimal_edits(asked.lines, at, at, [f"\t{path}" if inside else f"import {path}" for path in paths])


def _path(line: str) -> str:
    """What a line of Go imports, with the name that it gets there."""
    return line.partition("//")[0].strip().removeprefix("import ").strip()


def _below_head(asked: Asked) -> int:
    """Behind what must stand first: an interpreter's line, a licence, a docstring, a package's or a module's name."""
    at, quote = 0, ""
    for number, line in enumerate(asked.lines[: asked.unit.start]):
        text = line.strip()
        if quote:
            at = number + 1
            quote = "" if quote in text else quote
        elif opened := (_PYTHON_HEAD if asked.language == "python" else _HEAD).match(text):
            closing = "*/" if opened[1] == "/*" else opened[1]
            at = number + 1
            quote = "" if closing in text[opened.end() :] or len(closing) == 1 else closing
        elif text.startswith(("#!", "# ", "//", "package ", "<?php", "'use strict'", '"use strict"')) or text == "#":
            at = number + 1
        elif text and not text.startswith("#"):
            break
    return at
