"""Whether anything should be suggested at a place at all. Microseconds, and no I/O: it runs at every key."""

from __future__ import annotations

import re
from typing import Final

from foretype.postprocess.languages import language_of
from foretype.postprocess.surroundings import LONGEST_LINE
from foretype.settings.model import Settings
from foretype.text.document import Document
from foretype.text.positions import Position

MAX_CHARACTERS: Final = 2_000_000
"""Documents beyond this get no suggestions: generated data far more often than code that somebody types."""

_BINARY_SAMPLE: Final = 8_000


def reason_for_silence(document: Document, settings: Settings, *, invoked: bool) -> str | None:
    """Why this whole document gets no suggestions, as one sentence for the status; None where it does."""
    if not settings.enabled(document.language_id):
        return f"Suggestions are switched off for {document.language_id or 'this language'}."
    if document.lines.size > MAX_CHARACTERS:
        return "The file is too large for suggestions (over 2 MB)."
    if settings.completion.trigger == "manual" and not invoked:
        return "Suggestions come only on your command (completion.trigger is manual)."
    if "\0" in document.after(Position(0, 0), _BINARY_SAMPLE):
        return "The file is not text."
    return None


def gated_at(document: Document, position: Position, *, invoked: bool) -> str:
    """Why nothing is suggested at this very place, in a word for the counts; "" where something may be."""
    if splits_word(document, position):
        return "word"
    return "text" if not invoked and text_follows(document, position) else ""


def splits_word(document: Document, position: Position) -> bool:
    """Whether the cursor stands right before a letter or digit: what is typed there is an edit, not new text."""
    rest = document.lines[position.line][position.column : position.column + 1]
    return rest.isalnum() or rest == "_"


def text_follows(document: Document, position: Position) -> bool:
    """Whether words stand right of the cursor on its line, other than in a comment behind nothing but closers.

    Closing brackets, quotes, separators and closing tags are what editors put there; in front of words somebody is
    changing a line.
    """
    rest = document.line(position.line)[position.column : position.column + LONGEST_LINE]
    if not rest.strip():
        return False
    rest = re.sub(r"</[\w.:-]*\s*>", "", rest)
    language = language_of(document.language_id)
    comments = (*language.line_comments, *(language.block_comment or ())[:1])
    ends = [at for mark in comments if (at := rest.find(mark)) >= 0]
    code = rest[: min(ends)] if ends else rest
    return any(character.isalnum() or character == "_" for character in code)
