"""What must hold of the text after an answer's edits: asked lines only, no worse to parse, nothing left out.

Pure. The last word before a buffer is changed; each failure is an Unfit with its reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from foretype.features.actions.parsed import definitions, errors, errors_in
from foretype.features.actions.values import Asked, Edit, Unfit, applied
from foretype.postprocess.languages import language_of
from foretype.syntax import definitions as syntax
from foretype.text.lines import Lines, line_body

LARGEST_ANSWER: Final = 400_000
"""Characters. What is longer is no answer about one unit, whatever it is."""

_LARGEST_GROWTH: Final = 12
_ALWAYS_ALLOWED: Final = 12_000

_ONE_EACH: Final = frozenset(("python", "javascript", "javascriptreact", "typescript", "typescriptreact"))
"""Languages in which a second definition of a name takes the first one's place, or is an error."""

_AT_MARGIN: Final = re.compile(r"^(?:return|yield)\b", re.MULTILINE)

_KEPT: Final = "rest|existing|remaining|other|previous|same|unchanged|original|more"
_PARTS: Final = "code|functions?|methods?|class|lines?|logic|file|implementation"
_ELISION: Final = re.compile(
    rf"(?:\.\.\.|…)[ \t]*(?:(?:the |your |all )?(?:{_KEPT})\b.*)?(?:\.\.\.|…)?"
    rf"|(?:the )?(?:rest|remainder) of (?:the |your )?(?:{_PARTS})\b.*"
    rf"|(?:existing|remaining|unchanged|previous|other|same) (?:{_PARTS})\b.*"
    rf"|(?:{_PARTS}) (?:stays?|remains?) (?:the same|unchanged)\b.*",
    re.IGNORECASE,
)


def check_size(raw: str, asked: Asked) -> None:
    """Raises Unfit for an answer that is out of all proportion."""
    unit = sum(map(len, asked.lines[asked.unit.start : asked.unit.end]))
    whole = asked.lines.size
    if len(raw) > LARGEST_ANSWER + whole or len(raw) > _ALWAYS_ALLOWED + _LARGEST_GROWTH * unit + 2 * whole:
        raise Unfit(
            "The answer is far too long for what was asked.", "Your answer was far too long. Answer with the code only."
        )


def check_nothing_left_out(new: Sequence[str], asked: Asked) -> None:
    """Raises Unfit where a comment stands for code, as `# ... existing code ...`."""
    old = {line.strip() for line in asked.lines[asked.unit.start : asked.unit.end]}
    marks = (*language_of(asked.language).line_comments, "#", "//", "/*", "--", "<!--")
    for line in new:
        text = line.strip()
        if text in old or not text.startswith(marks):
            continue
        said = text.lstrip("#/*-<!% \t").rstrip("*/-> \t")
        if said and _ELISION.fullmatch(said):
            raise Unfit(
                "The answer leaves out code.", f"You wrote {text[:60]!r} in place of code. Write all of it out."
            )


def check_edits(edits: Sequence[Edit], asked: Asked, import_lines: range | None = None) -> None:
    """Raises Unfit where the edits change nothing, overlap, or touch lines that were not asked for."""
    if not edits:
        raise Unfit("The answer changes nothing.", "Your answer is the same as the code that is there.")
    unit = asked.unit
    before = (0, 0)
    for edit in edits:
        if edit.start < before or edit.end < edit.start:
            raise Unfit("The answer's edits overlap.")
        before = edit.end
        in_unit = unit.start <= edit.start.line and _last_line(edit) <= unit.end
        at_end = edit.end.line == len(asked.lines) - 1 and unit.end >= len(asked.lines) - 1
        among_imports = (
            import_lines is not None
            and edit.start == edit.end
            and edit.start.line in range(import_lines.start, import_lines.stop + 1)
        )
        above = at_end and edit.start.line >= unit.start - 1  # the line end before a last line that goes
        if not (in_unit or among_imports or above):
            raise Unfit("The answer changes lines outside of what was asked.", "Change only the marked lines.")


def check_parses(edits: Sequence[Edit], asked: Asked) -> None:
    """Raises Unfit where the text parses worse than before, by tree-sitter or, without a grammar, by its brackets."""
    after = applied(asked.lines, list(edits)).text
    before_errors, after_errors = errors(asked.lines, asked.language), errors_in(after, asked.language)
    if before_errors is None or after_errors is None:
        before_errors, after_errors = _by_layout(asked.lines.text, asked), _by_layout(after, asked)
    if any(now > then for now, then in zip(after_errors, before_errors, strict=True)):
        raise Unfit("The answer is not valid code here.", "With your answer the file does not parse any more.")


def check_defined_once(edits: Sequence[Edit], asked: Asked) -> None:
    """Raises Unfit where something is defined again that stands outside of the unit: one would hide the other."""
    if asked.language not in _ONE_EACH:
        return
    before, unit = definitions(asked.lines, asked.language), asked.unit
    elsewhere = {
        each.qualified_name
        for each in before
        if asked.shape == "append" or each.end <= unit.start or each.start >= unit.end
    }
    after = syntax.definitions(applied(asked.lines, list(edits)).text, asked.language)
    more = Counter(each.qualified_name for each in after) - Counter(each.qualified_name for each in before)
    if twice := elsewhere & set(more):
        name = min(twice)
        raise Unfit(f"The answer defines {name!r} a second time.", f"{name!r} is there already. Do not write it again.")


def _by_layout(text: str, asked: Asked) -> tuple[int, int]:
    """Brackets without a partner, and what stands at Python's margin although it belongs into a function."""
    return _unbalanced(text), len(_AT_MARGIN.findall(text)) if asked.language == "python" else 0


def _unbalanced(text: str) -> int:
    return sum(abs(text.count(opening) - text.count(closing)) for opening, closing in ("()", "[]", "{}"))


def _last_line(edit: Edit) -> int:
    return edit.end.line if edit.end.column == 0 or edit.end == edit.start else edit.end.line + 1


def bodies(lines: Lines, start: int, end: int) -> list[str]:
    """Lines of a document without their ends."""
    return [line_body(line) for line in lines[start:end]]
