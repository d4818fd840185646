"""Fit the suggestion to what stands right of the cursor on its line, which editors have often closed already.

The text is never shortened to make room: what it says again is replaced, as the item's range. So nothing that stands
there is lost but what the text holds itself, and the cursor ends behind what was suggested.
"""

from __future__ import annotations

from typing import Final

from foretype.postprocess.languages import Language, language_of
from foretype.postprocess.layout import margin, width
from foretype.postprocess.nesting import BLOCK, PARTNER, Mark, Nesting, open_quote, read_nesting
from foretype.postprocess.surroundings import Fitted, Surroundings

_CLOSERS: Final = frozenset(")]}>\"'`;:, \t")
_CLOSER_OF: Final = {opener: closer for closer, opener in PARTNER.items()}
_LEAST_COVERED: Final = 3


def fit_rest_of_line(text: str, around: Surroundings) -> Fitted:
    """Never write what stands there again, and never lose it.

    Closers are replaced where the text closes the same brackets (`f(│)` with `self):`), not where it only closes its
    own. In front of real text there is room for one line, which replaces the beginning of the rest that it ends with.
    """
    rest = around.rest.rstrip()
    if not rest:
        return Fitted(text)
    language = language_of(around.language)
    quote = open_quote(around.above, around.typed, language)
    if is_closers_only(rest, quote, language):
        return _before_closers(text, rest, read_nesting(text, language, quote), around)
    line = text.partition("\n")[0]
    return _before_text(line, rest, read_nesting(line, language, quote), language)


def is_closers_only(rest: str, quote: str, language: Language) -> bool:
    """Whether the rest of a line is only what closes or separates; a quote closes only where a string is open."""
    rest = rest.strip()
    if not _CLOSERS.issuperset(rest):
        return False
    quotes = [character for character in rest if character in "\"'`"]
    return not quotes or (quote in language.quotes + "`" and quote != "" and set(quotes) == {quote})


def _before_closers(text: str, rest: str, nesting: Nesting, around: Surroundings) -> Fitted:
    replaces = _closed_again(text, rest, nesting.closed)
    left = rest[replaces:].strip()
    if "\n" not in text or not left:
        return Fitted(text, replaces)
    first, _, more = text.partition("\n")
    if any(character in ")]}" for character in left):
        opened = read_nesting(around.typed, language_of(around.language)).open
        if opened and not first.strip() and text.strip():
            # A body between brackets: what closes them goes to a line of its own.
            return Fitted(f"{text.rstrip()}\n{margin(around.typed)}", replaces)
        inside = bool(opened) and all(width(line) > width(around.typed) for line in more.split("\n") if line.strip())
    else:
        inside = bool(read_nesting(around.typed + first, language_of(around.language)).open)
    return Fitted(text, replaces) if inside else fit_rest_of_line(first.rstrip(), around)


def _closed_again(text: str, rest: str, closed: tuple[Mark, ...]) -> int:
    """How many characters of the rest the text closes itself, in the same order.

    Separators count if they stand in the text behind the last of the closers, or at its end.
    """
    marks = list(closed)
    covered, behind = 0, 0
    for at, character in enumerate(rest):
        if character.isspace():
            continue
        if marks and character == _CLOSER_OF.get(marks[0].kind, marks[0].kind):
            behind = marks.pop(0).end
        elif character in ")]}\"'`":
            break
        elif text[behind:].lstrip(" \t").startswith(character) and behind:
            behind = text.index(character, behind) + 1
        elif any(end[behind:].endswith(rest[at:]) for end in (text, text.partition("\n")[0])):
            return len(rest)
        else:
            break
        covered = at + 1
    return covered


def _before_text(line: str, rest: str, nesting: Nesting, language: Language) -> Fitted:
    told = rest.strip()
    at = line.rfind(told) if len(told) >= _LEAST_COVERED and any(map(str.isalnum, told)) else -1
    if at > 0 and _balanced_from(at, nesting, language, line):
        return Fitted(line, len(rest))
    for size in range(min(len(line), len(rest)), 0, -1):
        if line.endswith(rest[:size]) and _balanced_from(len(line) - size, nesting, language, line):
            return Fitted(line, size) if rest[:size].strip() else Fitted(line.rstrip(), 0)
    closing = [mark for mark in nesting.closed if mark.kind != BLOCK]
    if closing and any(mark.kind == closing[0].kind for mark in read_nesting(rest, language).closed):
        return Fitted(line[: closing[0].start].rstrip())
    return Fitted(line)


def _balanced_from(at: int, nesting: Nesting, language: Language, line: str) -> bool:
    """Whether what the line holds from there on closes nothing that the line itself opens before."""
    own = {mark.start for mark in nesting.closed if mark.start >= at}
    return {at + mark.start for mark in read_nesting(line[at:], language).closed} <= own
