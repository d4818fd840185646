"""New imports of an answer: where they go in the document, and which of them are not there yet."""

from __future__ import annotations

import re
from collections.abc import Sequence

from foretype.features.actions.differences import minimal_edits
from foretype.features.actions.parsed import imports
from foretype.features.actions.values import Asked, Edit
from foretype.text.lines import line_body


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
    """The edit that adds the import lines that the document does not have."""
    place = import_lines(asked)
    if asked.language == "go":
        return _grouped(new, asked, place.stop)
    # An import inside of a function is that function's own.
    have = {line_body(line).strip().rstrip(";") for line in asked.lines if not line[:1].isspace()}
    missing = [line.strip() for line in dict.fromkeys(new) if line.strip().rstrip(";") not in have]
    if not missing:
        return []
    # Python takes this one only in front of all others.
    first = [line for line in missing if line.startswith("from __future__ ")]
    if first and place.start < place.stop:
        rest = [line for line in missing if line not in first]
        top = next((number for number in place if asked.lines[number].strip()), place.start)
        edits = minimal_edits(asked.lines, top, top, first)
        return [*edits, *minimal_edits(asked.lines, place.stop, place.stop, rest)]
    missing = [*first, *(line for line in missing if line not in first)]
    at = place.stop
    if place.start == place.stop and at < asked.unit.start + 1 and line_body(asked.lines[at]).strip():
        missing = [*missing, ""]
    return minimal_edits(asked.lines, at, at, missing)


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
        elif opened := re.match(r"(\"\"\"|'''|/\*)", text):
            closing = "*/" if opened[1] == "/*" else opened[1]
            at = number + 1
            quote = "" if closing in text[len(opened[1]) :] else closing
        elif text.startswith(("#!", "# ", "//", "package ", "<?php", "'use strict'", '"use strict"')) or text == "#":
            at = number + 1
        elif text and not text.startswith("#"):
            break
    return at
