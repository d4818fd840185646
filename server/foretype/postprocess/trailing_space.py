"""Take off white space that nobody sees: at the ends of lines, and behind the text."""

from __future__ import annotations

import re
from typing import Final

from foretype.postprocess.languages import language_of
from foretype.postprocess.nesting import open_quote, read_nesting
from foretype.postprocess.surroundings import Surroundings

_TRAILING: Final = re.compile(r"[ \t]+(?=\n)")


def strip_trailing_space(text: str, around: Surroundings) -> str:
    """Without white space at the ends of lines, but in Markdown (two blanks are a line break) and in long strings.

    Behind the text it stays where text follows on the line that needs it.
    """
    language = language_of(around.language)
    if not language.prose and (" \n" in text or "\t\n" in text):
        quote = open_quote(around.above, around.typed, language)
        inside = read_nesting(text, language, quote).spans
        text = _TRAILING.sub(
            lambda found: found.group() if any(start < found.start() < end for start, end in inside) else "", text
        )
    if around.rest[:1].isspace() or not any(map(str.isalnum, around.rest)):
        return text.rstrip()
    return text.rstrip("\n")
