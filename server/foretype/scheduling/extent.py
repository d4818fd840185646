"""How much to ask for at a place: the rest of the line, a statement or a block; and how freely to answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from foretype.postprocess.languages import first_word, language_of
from foretype.postprocess.layout import first_written, is_annotation, opens_block, width
from foretype.postprocess.nesting import open_quote
from foretype.postprocess.rest_of_line import is_closers_only
from foretype.postprocess.streaming.watch import Unit
from foretype.postprocess.surroundings import Surroundings
from foretype.settings.model import Completion

LINE_TOKENS: Final = 64
"""Room for a long line: 100 characters of code are about 30 tokens."""

TOKENS_PER_LINE: Final = 14
"""Of a block. Lines of code have about 10 tokens; what is not needed is not generated."""

BLOCK_TOKENS: Final = 256

LINE_TEMPERATURE: Final = 0.0
BLOCK_TEMPERATURE: Final = 0.2
"""A line has one likeliest end; a longer text that always takes the likeliest token tends to go in circles."""

HIGHEST_TEMPERATURE: Final = 1.2
_TEMPERATURE_STEP: Final = 0.3

_HALVES: Final = ("=", "=>", "return", "(", "[", ",")
"""Ends of a line that is not done: what comes may well open a block."""


@dataclass(frozen=True, slots=True)
class Extent:
    """At most so many lines and tokens of the `unit`, at a temperature."""

    lines: int
    tokens: int
    unit: Unit = "block"
    temperature: float = BLOCK_TEMPERATURE

    @property
    def one_line(self) -> bool:
        """Whether the answer ends with the line."""
        return self.lines == 1

    def alternatives(self) -> Iterator[Extent]:
        """The same again and again, each time freer, until it would be noise."""
        temperature = max(self.temperature, BLOCK_TEMPERATURE) + _TEMPERATURE_STEP
        while temperature <= HIGHEST_TEMPERATURE:
            yield replace(self, temperature=temperature)
            temperature += _TEMPERATURE_STEP


def extent_at(around: Surroundings, wishes: Completion) -> Extent:
    """What fits the cursor's line and the lines around it.

    A block on an empty line; the line, and the block that it opens if it does, behind what may open one; else the
    rest of the line. One line in strings and comments, in front of text, and where the body of a block stands
    already; no more anywhere if the user wants it so.
    """
    if wishes.multiline == "never" or wishes.max_lines == 1 or _takes_only_a_line(around):
        return line_extent(wishes)
    if wishes.multiline == "always":
        return block_extent(wishes)
    typed = around.typed.rstrip()
    if not typed:
        return block_extent(wishes)
    language = language_of(around.language)
    if opens_block(typed, language):
        has_body = not around.rest.strip() and width(first_written(around.below)) > width(typed)
        return line_extent(wishes) if has_body else _statement(wishes)
    if any(character in ")]}" for character in around.rest):
        return line_extent(wishes)
    word = first_word().match(typed)
    is_header = (word is not None and word[1] in language.headers) or is_annotation(typed, language)
    may_open = typed.endswith(_HALVES) and not language.dedents_end
    return _statement(wishes) if is_header or may_open else line_extent(wishes)


def line_extent(wishes: Completion) -> Extent:
    """The rest of the line."""
    temperature = LINE_TEMPERATURE if wishes.temperature is None else wishes.temperature
    return Extent(1, LINE_TOKENS, "line", temperature)


def block_extent(wishes: Completion) -> Extent:
    """A block, as long as the user wants it at most."""
    temperature = BLOCK_TEMPERATURE if wishes.temperature is None else wishes.temperature
    tokens = min(BLOCK_TOKENS, LINE_TOKENS + TOKENS_PER_LINE * wishes.max_lines)
    return Extent(wishes.max_lines, tokens, "block" if wishes.max_lines > 1 else "line", temperature)


def _statement(wishes: Completion) -> Extent:
    return replace(block_extent(wishes), unit="statement")


def _takes_only_a_line(around: Surroundings) -> bool:
    """Whether only a line has room: text stands right of the cursor, or it is in a string or a comment."""
    language = language_of(around.language)
    quote = open_quote(around.above, around.typed, language)
    return quote != "" or not is_closers_only(around.rest, quote, language)
