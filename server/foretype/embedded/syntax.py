"""Whether a place is code, a comment or a string, by the few signs that each language has for them.

Not a parser: one regular expression for each family of languages finds what opens and closes comments and
strings.  The state at the end of a chunk is remembered, so a keystroke scans one chunk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .tokens import MAX_LINE

__all__ = ["CODE", "Family", "SyntaxStates", "family_of", "scan"]

CODE = ""
"""The state outside of comments and strings that span lines; every other state is the sign that ends it."""

_STRING = r'"(?:\\.|[^"\\])*"?' + "|" + r"'(?:\\.|[^'\\])*'?"


@dataclass(frozen=True, slots=True)
class Family:
    """How a family of languages writes comments and long strings."""

    line_comments: tuple[str, ...]
    blocks: tuple[tuple[str, str], ...]
    """Opening and closing signs of comments and of strings for prose, which may span lines."""
    long_strings: tuple[str, ...]
    """Signs that open and close strings of code that may span lines."""
    prose: bool = False
    """The language is no code: everything in it is prose."""
    pattern: re.Pattern[str] = re.compile("")

    @staticmethod
    def of(line_comments: str, blocks: str = "", long_strings: str = "", quotes: str = _STRING) -> Family:
        """Make a family from signs separated by blanks; blocks are pairs joined by `...`."""
        pairs = tuple((pair.split("...")[0], pair.split("...")[1]) for pair in blocks.split())
        comments, strings = tuple(line_comments.split()), tuple(long_strings.split())
        signs = [re.escape(opening) for opening, _ in pairs]
        signs += [re.escape(sign) for sign in (*strings, *comments)]
        signs.sort(key=len, reverse=True)
        return Family(comments, pairs, strings, pattern=re.compile("|".join([*signs, quotes] if quotes else signs)))


_C = Family.of("//", "/*...*/", "`")
_RUST = Family.of("//", "/*...*/", "", r'"(?:\\.|[^"\\])*"?')
_PYTHON = Family.of("#", "\"\"\"...\"\"\" '''...'''")
_HASH = Family.of("#")
_DASHES = Family.of("--", "/*...*/ {-...-} --[[...]]")
_LISP = Family.of(";", "", "", r'"(?:\\.|[^"\\])*"?')
_PERCENT = Family.of("%", "", "", "")
_MARKUP = Family.of("", "<!--...-->", "", "")
_CSS = Family.of("", "/*...*/")
_PHP = Family.of("// #", "/*...*/")
_PROSE = Family((), (), (), prose=True)

_FAMILIES: dict[str, Family] = {}
for _family, _languages in (
    (_RUST, "rust"),
    (_PYTHON, "python cython starlark"),
    (_HASH, "ruby perl shellscript bash fish yaml toml r julia elixir makefile dockerfile cmake coffeescript nix"),
    (_HASH, "powershell properties ini graphql terraform gdscript crystal nim tcl awk"),
    (_DASHES, "sql lua haskell elm ada vhdl"),
    (_LISP, "clojure lisp scheme racket elisp emacs-lisp asm"),
    (_PERCENT, "latex tex erlang matlab prolog"),
    (_MARKUP, "html xml vue svelte handlebars razor"),
    (_CSS, "css"),
    (_PHP, "php"),
    (_PROSE, "markdown plaintext restructuredtext asciidoc org text git-commit gitcommit mail"),
):
    for _language in _languages.split():
        _FAMILIES[_language] = _family


def family_of(language_id: str) -> Family:
    """The family of a language by its LSP identifier; an unknown one is read as C's."""
    return _FAMILIES.get(language_id.lower(), _C)


def scan(family: Family, lines: Sequence[str], state: str) -> str:
    """The state behind some lines, given the one before them.

    A state is `CODE`, or the sign that will end the comment or long string that is open.
    """
    for text in lines:
        if len(text) <= MAX_LINE:
            state = _scan_line(family, text, state)[0]
    return state


def _scan_line(family: Family, text: str, state: str) -> tuple[str, bool]:
    """The state behind a line, and whether the line ends in a comment that ends with it."""
    at = 0
    while True:
        if state:
            at = text.find(state, at)
            if at < 0:
                return state, False
            at += len(state)
            state = CODE
        found = family.pattern.search(text, at) if family.pattern.pattern else None
        if found is None:
            return CODE, False
        sign, at = found.group(), found.end()
        if sign in family.line_comments:
            return CODE, True
        state = next((closing for opening, closing in family.blocks if opening == sign), CODE)
        if sign in family.long_strings:
            state = sign


def in_comment(family: Family, typed: str, state: str) -> bool:
    """Whether a line's text up to the cursor ends inside a comment or a string for prose."""
    state, comment = _scan_line(family, typed, state)
    return comment or any(state == closing for _, closing in family.blocks)


class SyntaxStates:
    """The states at the ends of a document's chunks, remembered by the chunk's identity."""

    _MOST_CHUNKS_AT_ONCE = 100

    def __init__(self) -> None:
        self._known: dict[tuple[int, str, str], tuple[tuple[str, ...], str]] = {}

    def before(self, family: Family, chunks: Sequence[tuple[str, ...]], chunk: int, row: int) -> str:
        """The state before a row of a chunk.

        At most a hundred chunks are scanned anew; in a huge file the scan begins above the cursor, in code.
        """
        if not chunks:
            return CODE
        state, name = CODE, family.pattern.pattern
        for part in chunks[max(0, chunk - self._MOST_CHUNKS_AT_ONCE) : chunk]:
            key = (id(part), name, state)
            found = self._known.get(key)
            if found is None or found[0] is not part:
                if len(self._known) > 20 * self._MOST_CHUNKS_AT_ONCE:
                    self._known.clear()
                found = self._known[key] = (part, scan(family, part, state))
            state = found[1]
        return scan(family, chunks[chunk][:row], state)
