"""Keep only as many lines as are wanted, and no dangling header at the end of what was cut."""

from __future__ import annotations

from foretype.postprocess.languages import language_of
from foretype.postprocess.layout import opens_block
from foretype.postprocess.surroundings import Surroundings


def cut_to_length(text: str, around: Surroundings) -> str:
    """The first `max_lines` lines.

    Where something was cut, a last line that opens a block goes too, since its body would be missing. A single line
    on an empty one may have come with a blank line in front.
    """
    if around.max_lines == 1 and not around.typed.strip():
        text = text.lstrip("\n")
    lines = text.split("\n")
    if len(lines) <= around.max_lines:
        return text
    language = language_of(around.language)
    kept = lines[: around.max_lines]
    while len(kept) > 1 and (not kept[-1].strip() or opens_block(kept[-1], language)):
        kept.pop()
    return "\n".join(kept)
