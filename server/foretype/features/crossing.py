"""Suggestions that begin with a line break, at the end of a line that is complete: they stand on the lines below.

What fits there, and where it ends, is decided as if the cursor stood on the line that the text begins at; with the
cursor's own line it has nothing to do. May not decide when such a text is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from foretype.postprocess.languages import language_of
from foretype.postprocess.layout import opens_block
from foretype.postprocess.pipeline import fit
from foretype.postprocess.streaming.watch import Unit, Watch
from foretype.postprocess.surroundings import Fitted, Surroundings

MOST_BLANK: Final = 3
"""Line breaks in front of the text, at most: what is farther away is no continuation."""


def fit_across(text: str, around: Surroundings) -> Fitted | None:
    """As `fit`, also where the text begins below the cursor's line; None where nothing worth showing is left."""
    lead = lead_of(text) if ends_line(around) else ""
    if not lead or around.max_lines == 1:
        return fit(text, around)
    fitted = fit(text[len(lead) :], below(around, lead))
    if fitted is None or fitted.replaces:
        return None
    return Fitted(lead + fitted.text)


def watch_across(around: Surroundings, unit: Unit) -> Callable[[str], int | None]:
    """A stream's watch, also where its text begins below the cursor's line."""
    return _Across(around, unit).look if unit == "block" and ends_line(around) else Watch(around, unit)


def ends_line(around: Surroundings) -> bool:
    """Whether the cursor stands behind a line that may be complete: there is text, none follows, nothing is open."""
    if not around.typed.strip() or around.rest.strip():
        return False
    return not opens_block(around.typed, language_of(around.language))


def lead_of(text: str) -> str:
    """The line breaks that a text begins with, up to the line on which its first word stands; "" without any."""
    blank = text[: len(text) - len(text.lstrip())]
    return blank[: blank.rfind("\n") + 1]


def below(around: Surroundings, lead: str) -> Surroundings:
    """The same place once the line breaks have been typed."""
    lines = [line.rstrip("\r") for line in lead.split("\n")]
    return Surroundings(
        typed="",
        rest="",
        below=around.below,
        max_lines=around.max_lines,
        above=(*around.above, around.typed + lines[0], *lines[1:-1]),
        language=around.language,
        indent=around.indent,
        line_end=around.line_end,
    )


class _Across:
    """Waits for the first word of a stream, which tells on which line its text stands."""

    def __init__(self, around: Surroundings, unit: Unit) -> None:
        self._around = around
        self._unit: Unit = unit
        self._watch: Watch | None = None
        self._start = 0

    def look(self, text: str) -> int | None:
        """As a watch: how much of the text is worth showing once that is known."""
        if self._watch is None:
            lead = lead_of(text)
            if lead.count("\n") > MOST_BLANK:
                return 0
            if not text.strip():
                return None
            self._start = len(lead)
            self._watch = Watch(below(self._around, lead) if lead else self._around, self._unit)
        useful = self._watch(text[self._start :])
        return None if useful is None else self._start + useful
