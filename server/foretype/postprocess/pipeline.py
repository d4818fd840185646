"""The filters in their order. Adding one is a file, a line here, and a golden case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from foretype.postprocess.length import cut_to_length
from foretype.postprocess.repeated_lines import cut_repeated_lines
from foretype.postprocess.rest_of_line import fit_rest_of_line
from foretype.postprocess.surroundings import Fitted, Surroundings

Filter = Callable[[str, Surroundings], str]

FILTERS: Final[tuple[Filter, ...]] = (cut_to_length, cut_repeated_lines)


def fit(text: str, around: Surroundings) -> Fitted | None:
    """Raw text as it fits here, or None where nothing worth showing is left. What is stored is never changed."""
    for each in FILTERS:
        text = each(text, around)
    fitted = fit_rest_of_line(text, around)
    written = fitted.text.strip()
    if not written or fitted.text == around.rest[: fitted.replaces]:
        return None
    return fitted
