"""Keep only as many lines as are wanted, none of them half finished where more was to come."""

from __future__ import annotations

from foretype.postprocess.surroundings import Surroundings
from foretype.text.lines import split_lines


def cut_to_length(text: str, around: Surroundings) -> str:
    """The first `max_lines` lines, without white space behind the last and without blank lines at the end."""
    lines = split_lines(text)[: around.max_lines]
    return "".join(lines).rstrip()
