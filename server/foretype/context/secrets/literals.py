"""From a name to the value beside it, in any language: what may stand between them, and where the value ends.

Every step takes all that it can and is never taken back, and each is bounded: the time for one name is bounded too,
whatever stands behind it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_CLOSING: Final = re.compile(r"\\{0,4}[\"'`]?[\])}]{0,3}")
_BLANKS: Final = re.compile(r"[ \t]{0,32}")
# `name: str = value` has a type between name and value, which no other step would get over.
_TYPED: Final = re.compile(r":[ \t]?[A-Za-z_&*][\w.\[\]<>|&*',]{0,40}(?:[ \t][|\w]{1,20}){0,2}[ \t]{0,4}=(?![=>])")
_OPERATOR: Final = re.compile(r"[?:+|&.!~]?={1,3}>?|:{1,2}|->|<-|,|\(|>|(?:is|eq|AS)(?=[ \t])")
_NEXT_LINE: Final = re.compile(r"\\?(?:\r\n?|\n)[-+> \t]{0,40}")
_NEXT_VALUE: Final = re.compile(r"(?:\r\n?|\n)[-+> \t]{0,40}(?=[\"']?(?:default_?)?[vV]alue[\"']?[ \t]{0,4}:)")
_VALUE_WORD: Final = re.compile(r"(?:-[ \t])?[\"']?(?:default_?)?[vV]alue[\"']?[ \t]{0,4}[:=][ \t]{0,8}")
_KEYWORD: Final = re.compile(r"(?:new|await|return)[ \t]{1,4}")
_WRAPPER: Final = re.compile(
    r"(?:[A-Z]\w{0,40}(?:(?:::|\.)\w{1,20})?|\[\]byte|b64decode|base64\.\w{1,20}|bytes(?:\.fromhex)?|str|secret\w{0,20})?"
    r"[(\[{][ \t]{0,8}(?:(?:\r\n?|\n)[-+> \t]{0,40})?"
)
_SCHEME: Final = re.compile(r"(?:[Bb]earer|[Bb]asic|[Tt]oken)[ \t]{1,4}")
_BLOCK: Final = re.compile(r"[|>][-+]?[ \t]{0,8}(?=(?:\r\n?|\n))")
_QUOTE: Final = re.compile(r"[bBrRuUfFLN@$]{0,2}(?P<quote>\\{0,4}(?:\"{3}|'{3}|[\"'`]))")
_LINE_END: Final = re.compile(r"[\r\n]")
_BARE: Final = re.compile(r"[^\s\"'`,;()<>\[\]{}|&\\]{1,160}")

LONGEST: Final = 160
"""Characters of a literal that are judged; all of a longer one is withheld, if that much of it is."""


class Literal(NamedTuple):
    """A value beside a name: where it stands, what stands between (blanks off), and its quote, "" where it is bare.

    Of a longer one than `LONGEST` only so much; `whole_end` says where it really ends.
    """

    start: int
    end: int
    operator: str
    quote: str


def value_after(text: str, at: int) -> Literal | None:
    """The value beside a name that ends at `at`; None where there is none."""
    at = _end(_CLOSING, text, at)
    place = _end(_BLANKS, text, at)
    if typed := _TYPED.match(text, place):
        operator, place = "=", typed.end()
    elif found := _OPERATOR.match(text, place):
        operator, place = found[0], found.end()
    elif found := _NEXT_VALUE.match(text, place):
        operator, place = ":", found.end()
    elif place > at:
        operator = ""
    else:
        return None
    place = _end(_BLANKS, text, place)
    place = _end(_BLOCK, text, place)
    place = _end(_NEXT_LINE, text, place)
    if named := _VALUE_WORD.match(text, place):
        operator, place = ":", named.end()
    place = _end(_KEYWORD, text, place)
    inside = _end(_WRAPPER, text, _end(_WRAPPER, text, place))
    literal = _literal(text, inside, operator)
    # What stands in brackets without quotes is an expression, or a template's.
    return None if literal is not None and not literal.quote and inside > place else literal


def whole_end(text: str, literal: Literal) -> int:
    """Where a literal ends however long it is. Takes as long as it is, so it is asked about secrets only."""
    if literal.end - literal.start < LONGEST:
        return literal.end
    return (
        _closing_quote(text, literal.start, literal.quote, len(text)) if literal.quote else _run_end(text, literal.end)
    )


def _literal(text: str, at: int, operator: str) -> Literal | None:
    if quoted := _QUOTE.match(text, at):
        start = _end(_SCHEME, text, quoted.end())
        stop = min(len(text), start + LONGEST)
        return Literal(start, _closing_quote(text, start, quoted["quote"], stop), operator, quoted["quote"])
    start = _end(_SCHEME, text, at)
    bare = _BARE.match(text, start)
    if bare is None or text[bare.end() : bare.end() + 1] in ("(", "[", "{"):
        return None
    return Literal(start, bare.end(), operator, "")


def _run_end(text: str, at: int) -> int:
    while further := _BARE.match(text, at):
        at = further.end()
    return at


def _closing_quote(text: str, start: int, quote: str, stop: int) -> int:
    """Where a quoted literal ends: at its quote, or with the line where that is missing."""
    line_end = _LINE_END.search(text, start, stop)
    stop = line_end.start() if line_end is not None else stop
    at = text.find(quote, start, stop)
    while at >= 0 and quote[0] != "\\" and _is_escaped(text, start, at):
        at = text.find(quote, at + 1, stop)
    return at if at >= 0 else stop


def _is_escaped(text: str, start: int, at: int) -> bool:
    """Whether an odd number of backslashes stands before a place."""
    run = at
    while run > start and text[run - 1] == "\\":
        run -= 1
    return (at - run) % 2 == 1


def _end(step: re.Pattern[str], text: str, at: int) -> int:
    found = step.match(text, at)
    return at if found is None else found.end()
