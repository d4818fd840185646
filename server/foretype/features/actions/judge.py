"""From a model's answer to edits that may be applied, or the reason why not. Pure, and never raises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from foretype.features.actions.checks import (
    bodies,
    check_defined_once,
    check_edits,
    check_nothing_left_out,
    check_parses,
    check_size,
)
from foretype.features.actions.choosing import is_other_language, refuse_other_file, refuse_talk
from foretype.features.actions.differences import minimal_edits
from foretype.features.actions.documenting import documentation_edits
from foretype.features.actions.fitting import fit_lines
from foretype.features.actions.imports import import_edits, import_lines
from foretype.features.actions.keeping import check_kept
from foretype.features.actions.placing import place
from foretype.features.actions.values import Asked, Edit, Fitted, Unfit
from foretype.prompts.actions.answer import Answer, read_answer

_AROUND: Final = 100


def judge(raw: str, asked: Asked, *, whole: bool = True) -> Fitted | Unfit:
    """What an answer does to the document it was asked about; `whole` is False where its tokens ran out."""
    try:
        return Fitted(tuple(_edits(raw, asked, whole)))
    except Unfit as reason:
        return reason


def _edits(raw: str, asked: Asked, whole: bool) -> list[Edit]:
    check_size(raw, asked)
    if not raw.strip():
        raise Unfit("The answer was empty.", "Your answer was empty.")
    if not whole:
        raise Unfit("The answer was cut off before its end.", "Your answer was too long. Answer shorter.")
    answer = read_answer(raw)
    if asked.shape == "document":
        edits = documentation_edits(answer, asked)
        check_edits(edits, asked)
    elif asked.shape == "rewrite":
        edits = _rewritten(answer, asked)
    else:
        edits = _added(answer, asked)
    check_parses(edits, asked)
    check_kept(edits, asked)
    if asked.shape != "document":
        check_defined_once(edits, asked)
    return edits


def _rewritten(answer: Answer, asked: Asked) -> list[Edit]:
    placed = place(answer, asked)
    check_nothing_left_out(placed.lines, asked)
    unit = asked.unit
    edits = minimal_edits(asked.lines, unit.start, unit.end, placed.lines)
    if not asked.imports or not placed.imports:
        check_edits(edits, asked)
        return edits
    # By place only: of two insertions at one place the import comes first.
    edits = sorted([*import_edits(placed.imports, asked), *edits], key=lambda edit: (edit.start, edit.end))
    check_edits(edits, asked, import_lines(asked))
    return edits


def _added(answer: Answer, asked: Asked) -> list[Edit]:
    """New lines behind the unit, or at the document's end."""
    if answer.cut or answer.declines:
        place(answer, asked)  # which says why not
    if asked.shape == "insert":
        for block in answer.blocks:
            refuse_other_file(block.path, asked)
    blocks = [block for block in answer.blocks if not is_other_language(block, asked)]
    refuse_talk(answer, asked)
    texts = [block.text for block in blocks if block.text.strip()] or [answer.bare]
    if len(texts) > 1:
        texts = [max(texts, key=len)]
    new = texts[0].strip("\n").split("\n")
    if not any(line.strip() for line in new):
        raise Unfit("The answer was empty.", "Your answer was empty.")
    check_nothing_left_out(new, asked)
    at = asked.unit.end
    old = bodies(asked.lines, asked.unit.start, asked.unit.end)
    around = bodies(asked.lines, max(0, at - _AROUND), at + _AROUND)
    beside = (old, around) if asked.shape == "insert" else ([], [])
    fitted = fit_lines(new, *beside, asked.language)
    edits = minimal_edits(asked.lines, at, at, _with_gap(fitted, around, asked))
    if not edits:
        raise Unfit("The answer was empty.", "Your answer was empty.")
    return edits


def _with_gap(new: Sequence[str], around: Sequence[str], asked: Asked) -> list[str]:
    """New definitions stand apart from what is there."""
    if asked.shape == "insert" or not any(line.strip() for line in around):
        return list(new)
    gap = ["", ""] if asked.language == "python" else [""]
    last = asked.lines[asked.unit.end - 1].strip() if asked.unit.end else ""
    return [*(gap if last else gap[1:]), *new]
