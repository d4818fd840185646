"""Which brackets, strings and comments a piece of text opens and closes, read cheaply and without a grammar.

One regular expression a language finds strings, comments, brackets and the words and tags that work as brackets;
all else is skipped. Good for balancing what a suggestion writes against what stands around it; it may be fooled by
what only a grammar knows (a regular expression literal, code inside a template string), and whoever uses it must
then do nothing worse than to leave the text as it is.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from foretype.postprocess.languages import Language

PARTNER: Final = {")": "(", "]": "[", "}": "{"}
BLOCK: Final = "block"
"""The kind of a word or tag that works as a bracket."""


class Mark(NamedTuple):
    """A bracket, a quote or a word that works as one, and where in the text it begins and ends.

    `kind` is the opening bracket, the quote, or `BLOCK`.
    """

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Nesting:
    """What a text does to the nesting around it.

    `closed`: the marks that close what was opened before the text, in order. `open`: those left open, outermost
    first. `quote`: the string or comment that is still open at the end ("" if none; a comment that ends with its line
    is named by its mark). `spans`: (start, end) of the strings and comments that run over a line end.
    """

    closed: tuple[Mark, ...]
    open: tuple[Mark, ...]
    quote: str
    spans: tuple[tuple[int, int], ...]


@functools.lru_cache(maxsize=16)
def read_nesting(text: str, language: Language, quote: str = "") -> Nesting:
    """Read a text that begins inside the string or comment `quote`, or in code where it is "".

    The few last results are kept: several filters ask the same of one text.
    """
    closed: list[Mark] = []
    spans: list[tuple[int, int]] = []
    start = 0
    if quote_before := quote:
        start, quote = _leave(text, language, quote)
        if quote:
            return Nesting((), (), quote, ((0, len(text)),) if "\n" in text else ())
        if quote_before in _quotes(language) and text.endswith(quote_before, 0, start):
            closed.append(Mark(quote_before, start - len(quote_before), start))
    stack: list[Mark] = []
    length = len(text)
    for match in _tokens(language).finditer(text, start):
        kind, (start, end) = match.lastgroup, match.span()
        if kind == "bracket":
            character = text[start]
            opener = PARTNER.get(character)
            if opener is None:
                stack.append(Mark(character, start, end))
            elif stack and stack[-1].kind == opener:
                stack.pop()
            else:
                _close(Mark(opener, start, end), stack, closed)
        elif kind == "open":
            stack.append(Mark(BLOCK, start, end))
        elif kind == "close":
            _close(Mark(BLOCK, start, end), stack, closed)
        else:
            if end == length:
                quote = _still_open(match.group(), language)
            if "\n" in match.group():
                spans.append((start, end))
    return Nesting(tuple(closed), tuple(stack), quote, tuple(spans))


def open_quote(above: tuple[str, ...], typed: str, language: Language) -> str:
    """The string or comment that the cursor stands in, "" for code.

    Read from the last line above that begins a definition: farther up it would take a whole file to be sure. One that
    stands deeper than the cursor's line may be text of a string.
    """
    marks = (*language.long_quotes, *(language.block_comment or ()))
    if not any(mark in line for mark in marks for line in (*above, typed)):
        return read_nesting(typed, language).quote
    level = _level(typed) if typed else _ANY_LEVEL
    begins = (at for at in range(len(above) - 1, -1, -1) if _BEGINS.match(above[at]) and _level(above[at]) <= level)
    start = next(begins, -1)
    quote = _ends_a_quote(above, language) if start < 0 else ""
    return read_nesting("\n".join((*above[max(0, start) :], typed)), language, quote).quote


_ANY_LEVEL: Final = 1_000


def _level(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _ends_a_quote(above: tuple[str, ...], language: Language) -> str:
    """The long quote that lines begin inside of, as far as their first such quote tells: alone, or behind text."""
    for number, line in enumerate(above):
        mark = next((mark for mark in language.long_quotes if len(mark) == 3 and mark in line), None)
        if mark is None:
            continue
        before = line.partition(mark)[0].strip()
        if line.count(mark) > 1 or before.endswith(_BEFORE_TEXT):
            return ""
        alone = not before and line.strip() == mark
        above_it = next((each.rstrip() for each in reversed(above[:number]) if each.strip()), "")
        return mark if (alone and not above_it.endswith((":", "(", "=", ","))) or line.rstrip().endswith(mark) else ""
    return ""


_BEFORE_TEXT: Final = ("(", "=", ",", "[", "{", ":", "return", "f", "r", "b", "u")
"""How code ends in front of a string that it begins."""


_RAW: Final = frozenset(("go",))
"""Families in whose long strings a backslash is a character as any other."""

_BEGINS: Final = re.compile(r"[ \t]*(?:async |export |pub |public |private |static )*(?:def|class|fn|func|function)\b")


def _close(mark: Mark, stack: list[Mark], closed: list[Mark]) -> None:
    """Close the innermost open mark of this kind; those of other kinds inside it were never closed."""
    for at in range(len(stack) - 1, -1, -1):
        if stack[at].kind == mark.kind:
            del stack[at:]
            return
    closed.append(mark)


def _leave(text: str, language: Language, quote: str) -> tuple[int, str]:
    """Where the string or comment ends that the text begins in, and what is open there."""
    if quote in language.line_comments:
        end = text.find("\n")
        return (end, "") if end >= 0 else (len(text), quote)
    opener, closer = language.block_comment or ("", "")
    if opener and quote == opener:
        end = text.find(closer)
        return (end + len(closer), "") if end >= 0 else (len(text), quote)
    long = quote in language.long_quotes
    if long and language.name in _RAW:
        end = text.find(quote)
        return (end + len(quote), "") if end >= 0 else (len(text), quote)
    pattern = rf"\\.|{re.escape(quote)}" if long else rf"\\.|{re.escape(quote)}|\n"
    for match in re.finditer(pattern, text, re.DOTALL):
        if match.group() == quote:
            return match.end(), ""
        if match.group() == "\n":
            return match.start(), ""  # a string that nobody closed ends with its line
    return len(text), quote


def _still_open(found: str, language: Language) -> str:
    """What a string or comment that reaches the text's end leaves open."""
    for mark in language.line_comments:
        if found.startswith(mark):
            return mark
    opener, closer = language.block_comment or ("", "")
    if opener and found.startswith(opener):
        return "" if found.endswith(closer) and len(found) >= len(opener) + len(closer) else opener
    for mark in _quotes(language):
        if found.startswith(mark):
            start, left = _leave(found[len(mark) :], language, mark)
            return mark if left or start < len(found) - len(mark) else ""
    return ""


def _quotes(language: Language) -> tuple[str, ...]:
    return (*language.long_quotes, *language.quotes)


_EXPRESSION: Final = r"(?<=[(,=:;!&|?{}\[])[ ]?/(?![*/])(?:[^\\/\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/"
"""A regular expression's literal, where no division can stand: its brackets are none of the code's."""


@functools.cache
def _tokens(language: Language) -> re.Pattern[str]:
    character = "." if language.name in _RAW else r"(?:[^\\]|\\.)"
    parts = [rf"{quote}{character}*?(?:{quote}|\Z)" for quote in language.long_quotes]
    if language.block_comment:
        opener, closer = map(re.escape, language.block_comment)
        parts.append(rf"{opener}.*?(?:{closer}|\Z)")
    for mark in language.line_comments:
        before = r"(?<![$\w{])" if mark == "#" else r"(?<!:)" if mark == "//" else ""
        parts.append(rf"{before}{re.escape(mark)}[^\n]*")
    for quote in language.quotes:
        # An apostrophe behind a letter is none of a string's, unless the letter is a prefix as in b'...'.
        before = r"(?<![A-Za-z0-9]{2})" if quote == "'" else ""
        parts.append(rf"{before}{quote}(?:[^{quote}\\\n]|\\.)*(?:{quote}|(?=\n)|\Z)")
    if language.name == "script":
        parts.append(_EXPRESSION)
    if "'" not in language.quotes:
        parts.append(r"'(?:\\.|[^'\\\n])'")
    named = [f"(?P<skipped>{'|'.join(parts)})"] if parts else []
    if language.block_close:
        named += [f"(?P<close>{language.block_close})", f"(?P<open>{language.block_open})"]
    named.append(r"(?P<bracket>[()\[\]{}])")
    return re.compile("|".join(named), re.DOTALL | re.MULTILINE)
