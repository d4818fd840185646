"""Source text as numbers: what a token is, its 32-bit id, its shape, and a line as two byte strings.

Ids are stable hashes, so files, segments and processes need share no vocabulary.  Two words with one id
are harmless: what is offered is copied from real text, an id only says where to look.
No grammar of any language lives here, and no text is kept beyond a bounded cache.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .words import COMMON_WORDS

__all__ = [
    "BOUNDARY",
    "DEPTH",
    "MAX_LINE",
    "NOTHING_BEFORE",
    "REACH",
    "TOKEN",
    "WIDTH",
    "Encoder",
    "RunIn",
    "TokenLine",
    "Tokens",
    "is_name",
    "newline_marker",
    "token_id",
]

DEPTH = 32
"""Tokens of context that are compared.  Longer matches added nothing (own measurements on `new` lines)."""

MAX_LINE = 1000
"""Code points.  A longer line is machine-made: it is neither indexed nor completed, which also bounds lexing."""

WIDTH = 4
"""Bytes of one token id.  Big-endian, so that comparing bytes compares sequences of tokens."""

REACH = DEPTH * WIDTH
"""Bytes of the longest context."""

# A word; a number; a triple quote; an operator that is read as one sign; any other visible character.
TOKEN = re.compile(
    r"[^\W\d]\w*|\d[\w.]*|\"\"\"|'''|===|!==|\.\.\.|[-+*/%&|^=!<>:?]=|[-=]>|<-|&&|\|\||\?\?|//|\*\*|::|\S"
)

_NAME = re.compile(r"[^\W\d]\w*")

# Markers have the top bit clear, hashes have it set: they cannot be confused.
BOUNDARY, _LEVEL, _INDENTED, _DEDENTED = (number.to_bytes(WIDTH, "big") for number in range(4))
_LOWER, _CAPITALIZED, _UPPER = (number.to_bytes(WIDTH, "big") for number in range(16, 19))


def token_id(word: str) -> bytes:
    """The id of a token's text: 4 bytes, big-endian, top bit set (CRC-32, which is fast and stable)."""
    return (zlib.crc32(word.encode("utf-8", "surrogatepass")) | 0x80000000).to_bytes(WIDTH, "big")


def is_name(token: str) -> bool:
    """Whether a token is a word (an identifier or a keyword) and not a number or a sign."""
    return _NAME.match(token) is not None


def _shape_id(word: str) -> bytes:
    """As `token_id`, but every identifier outside the common words is reduced to a, Aa or A_."""
    if word in COMMON_WORDS or not is_name(word):
        return token_id(word)
    if word.isupper() and len(word) > 1:
        return _UPPER
    return _CAPITALIZED if word[0].isupper() else _LOWER


class _Ids(dict[str, bytes]):
    """Token text -> id, computed at its first use.  It is emptied when full, which only costs time."""

    _MOST = 20_000

    def __init__(self, *, shapes: bool) -> None:
        super().__init__()
        self._compute = _shape_id if shapes else token_id

    def __missing__(self, word: str) -> bytes:
        if len(self) >= self._MOST:
            self.clear()
        found = self[word] = self._compute(word)
        return found


class TokenLine(NamedTuple):
    """One line of code, last token first; without its newline marker."""

    ids: bytes
    shapes: bytes
    indent: int
    """Code points of white space before the first token (the whole line's, if it has no token)."""


class RunIn(NamedTuple):
    """What stands before a stretch of lines: at most `DEPTH` tokens, nearest first, and an indentation."""

    ids: bytes
    shapes: bytes
    indent: int


class Tokens(NamedTuple):
    """A stretch of lines as one stream, last token first, each line's marker behind its tokens."""

    ids: bytes
    shapes: bytes
    bounds: list[int]
    """Where each line begins in the stream, in tokens; lines are numbered from the bottom; one more at the end."""
    rows: list[int]
    """For each line, counted from the bottom: its index among the lines that were given (blank ones have none)."""
    indent: int
    """Indentation of the last line that has tokens."""


NOTHING_BEFORE = RunIn(b"", b"", -1)


class Encoder:
    """Turns lines into ids, remembering the lines it saw (bounded); one for each open file or build."""

    _MOST_LINES = 8_000

    def __init__(self) -> None:
        self._ids = _Ids(shapes=False)
        self._shapes = _Ids(shapes=True)
        self._lines: dict[str, TokenLine] = {}

    def line(self, text: str) -> TokenLine:
        """Encode one line, with or without its terminator.  An over-long line counts as blank."""
        found = self._lines.get(text)
        if found is None:
            if len(self._lines) >= self._MOST_LINES:
                self._lines.clear()
            found = self._encode(text)
            if len(text) <= MAX_LINE:
                self._lines[text] = found
        return found

    def _encode(self, text: str) -> TokenLine:
        if len(text) > MAX_LINE:
            return TokenLine(b"", b"", 0)
        words = TOKEN.findall(text)
        words.reverse()
        ids, shapes = self._ids, self._shapes
        indent = len(text) - len(text.lstrip()) if words else len(text.rstrip("\r\n"))
        return TokenLine(b"".join([ids[word] for word in words]), b"".join([shapes[word] for word in words]), indent)

    def encode(self, lines: Sequence[str], before: RunIn = NOTHING_BEFORE) -> Tokens:
        """Encode consecutive lines, of which the first comes after `before`."""
        ids: list[bytes] = []
        shapes: list[bytes] = []
        rows: list[int] = []
        indent = before.indent
        for row, text in enumerate(lines):
            line = self.line(text)
            if line.ids:
                marker = newline_marker(indent, line.indent)
                ids += (marker, line.ids)
                shapes += (marker, line.shapes)
                rows.append(row)
                indent = line.indent
        ids.reverse()
        shapes.reverse()
        rows.reverse()
        bounds = [0]
        for part in ids[::2]:
            bounds.append(bounds[-1] + len(part) // WIDTH + 1)
        return Tokens(b"".join(ids), b"".join(shapes), bounds, rows, indent)

    def tail(self, lines: Iterable[str], indent_before: int = -1) -> RunIn:
        """What the given lines, the last of them first, leave as context for the line that comes after them.

        `indent_before` is the indentation that the first (topmost) of them is compared with.
        """
        texts: list[str] = []
        tokens = 0
        for text in lines:
            ids = self.line(text).ids
            if not ids:
                continue
            if tokens > DEPTH:
                indent_before = self.line(text).indent  # One more line, only to know the marker of the last.
                break
            texts.append(text)
            tokens += len(ids) // WIDTH + 1
        found = self.encode(texts[::-1], RunIn(b"", b"", indent_before))
        return RunIn(found.ids[:REACH], found.shapes[:REACH], found.indent)


def newline_marker(before: int, indent: int) -> bytes:
    """The id that starts a line, which says how its indentation changed; `before` is -1 at a file's start."""
    if before < 0:
        return BOUNDARY
    return _LEVEL if indent == before else _INDENTED if indent > before else _DEDENTED
