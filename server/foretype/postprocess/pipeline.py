"""The filters in their order. Adding one is a file, a line here, and a golden case.

What a model's stream is cut at is decided while it comes in (streaming/); here is what depends on where the cursor
stands now, and so runs at every key that types through a suggestion.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from foretype.postprocess.closers import drop_doubled_closers
from foretype.postprocess.echo import strip_echo
from foretype.postprocess.fences import unwrap_fences
from foretype.postprocess.indentation import fit_indentation
from foretype.postprocess.length import cut_to_length
from foretype.postprocess.repeated_lines import cut_repeated_lines
from foretype.postprocess.repetition import cut_repetition
from foretype.postprocess.residue import strip_residue
from foretype.postprocess.rest_of_line import fit_rest_of_line
from foretype.postprocess.streaming.line_ends import to_line_ends
from foretype.postprocess.surroundings import Fitted, Surroundings
from foretype.postprocess.trailing_space import strip_trailing_space
from foretype.postprocess.worth import is_worth_showing

Filter = Callable[[str, Surroundings], str]

FILTERS: Final[tuple[Filter, ...]] = (
    strip_residue,
    unwrap_fences,
    strip_echo,
    fit_indentation,
    cut_to_length,
    cut_repetition,
    cut_repeated_lines,
    drop_doubled_closers,
    strip_trailing_space,
)

_ROUNDS: Final = 6
"""More than any sensible text needs: the second round usually changes nothing. What has not settled by then is
noise, and nothing is shown."""


def fit(text: str, around: Surroundings) -> Fitted | None:
    """Raw text as it fits here, or None where nothing worth showing is left. What is stored is never changed.

    The filters run until none of them finds anything to do, so fitting what is fitted changes nothing, whatever one
    filter uncovers for another.
    """
    # Blanks behind are what nearly every answer has: without them most texts are done in one round.
    text = strip_trailing_space(to_line_ends(text, "\n"), around)
    for _ in range(_ROUNDS):
        before = text
        for each in FILTERS:
            text = each(text, around)
        if not text.strip():
            return None
        fitted = fit_rest_of_line(text, around)
        text = fitted.text
        if text == before:
            break
    else:
        return None
    if not is_worth_showing(fitted, around):
        return None
    return Fitted(to_line_ends(fitted.text, around.line_end), fitted.replaces)
