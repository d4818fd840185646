"""What a look at a few lines tells of a place: the definition around it, stubs, comments. For menus, which are quick.

The grammar is not asked here; what an action is really about is found by unit.py when it runs. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from foretype.postprocess.languages import language_of
from foretype.postprocess.layout import width
from foretype.text.document import Document

LINES_ABOVE: Final = 400
"""A definition whose header is farther away is not looked for."""

_MOST_SELECTED: Final = 2_000

_HEADER: Final = re.compile(
    r"[ \t]*(?:(?:export|default|declare|public|private|protected|internal|static|async|abstract|final|override|virtual"
    r"|inline|const|open|suspend|data|sealed|unsafe|extern|local|pub(?:\([^)]*\))?|@\w+)[ \t]+)*"
    r"(?:def|class|func|fn|function|interface|struct|enum|trait|impl|module|object|fun|sub|record|protocol)\b"
    r"[ \t*]*(?:\([^)]*\)[ \t]*)?(?:<[^>]*>[ \t]*)?(?:self\.)?(?P<name>[A-Za-z_$][\w$]*)"
)
_VALUE: Final = re.compile(
    r"[ \t]*(?:export[ \t]+)?(?:const|let|var)[ \t]+(?P<name>[A-Za-z_$][\w$]*)[^=\n]*=[ \t]*(?:async[ \t]*)?"
    r"(?:function\b|\([^)]*\)[^=\n]*=>|[A-Za-z_$][\w$]*[ \t]*=>)"
)
_CALLABLE: Final = re.compile(r"[ \t]*(?P<before>[\w<>\[\],.*&:~@?$ \t]*?)(?P<name>[A-Za-z_$~][\w$]*)[ \t]*\(")
_LONGEST_HEADER: Final = 300
_NO_NAMES: Final = frozenset(
    (
        "if",
        "for",
        "while",
        "switch",
        "catch",
        "return",
        "else",
        "do",
        "match",
        "with",
        "super",
        "assert",
        "throw",
        "new",
    )
)
_BY_KEYWORD: Final = frozenset(("python", "ruby", "go", "rust", "lua", "elixir", "swift", "kotlin", "scala", "julia"))
_STUB: Final = re.compile(
    r"\b(?:TODO|FIXME|XXX)\b|\bNotImplemented(?:Error|Exception)?\b|\b(?:todo|unimplemented)!|^\s*(?:pass|\.\.\.)\s*$"
    r"|not implemented",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """`name` of the definition around or in the selection, "" where there is none; `blank`: nothing is written here."""

    name: str = ""
    blank: bool = False
    selected: bool = False
    stub: bool = False
    comment: bool = False
    foreign: bool = False
    """A comment has letters that English does not have."""


def facts_of(document: Document, first: int, last: int, selected: bool) -> Facts:
    """What is seen at the lines from `first` to `last` (inclusive), which exist."""
    lines = [document.line(number) for number in range(first, min(last, first + _MOST_SELECTED) + 1)]
    name, header = _definition(document, first, lines)
    around = lines if selected or header < 0 else _body(document, header)
    comments = list(_comments(lines, document.language_id))
    return Facts(
        name=name,
        blank=not any(line.strip() for line in lines),
        selected=selected,
        stub=any(map(_STUB.search, around)),
        comment=bool(comments),
        foreign=any(not text.isascii() and any(c.isalpha() and c > "\x7f" for c in text) for text in comments),
    )


def header_name(line: str, language: str) -> str:
    """The name that a line defines, "" where it defines none."""
    line = line[:_LONGEST_HEADER]
    found = _HEADER.match(line) or _VALUE.match(line)
    if found is None and language not in _BY_KEYWORD and line.rstrip().endswith(("{", ")", ",", "(")):
        found = _CALLABLE.match(line)
        if found and (found["before"].split()[:1] or [""])[0] in _NO_NAMES:
            found = None
        if found and not found["before"].strip() and not line.rstrip().endswith("{"):
            found = None  # a call, most likely
    name = found["name"] if found else ""
    return "" if name in _NO_NAMES else name


def _definition(document: Document, first: int, lines: list[str]) -> tuple[str, int]:
    """The nearest definition around the first line, or the first one among the selected lines."""
    at = first
    while at < len(document.lines) - 1 and not document.line(at).strip() and at < first + len(lines) - 1:
        at += 1
    level = width(document.line(at))
    if name := header_name(document.line(at), document.language_id):
        return name, at
    for number in range(at - 1, max(-1, at - LINES_ABOVE), -1):
        line = document.line(number)
        if not line.strip() or width(line) >= max(level, 1):
            continue
        if name := header_name(line, document.language_id):
            return name, number
        level = min(level, width(line))
        if level == 0 and line.strip()[:1] not in ")]}{":
            break
    for offset, line in enumerate(lines):
        if name := header_name(line, document.language_id):
            return name, first + offset
    return "", -1


def _body(document: Document, header: int) -> list[str]:
    """The first lines of a definition's body, as far as a stub is long."""
    level = width(document.line(header))
    body: list[str] = []
    for number in range(header + 1, min(len(document.lines), header + 40)):
        line = document.line(number)
        if line.strip() and width(line) <= level and line.strip()[:1] not in ")]}{":
            break
        body.append(line)
    written = [line for line in body if line.strip()]
    return written if len(written) <= 25 else [line for line in written if "TODO" in line or "FIXME" in line]


def _comments(lines: Iterable[str], language: str) -> Iterable[str]:
    """The text of the comments on these lines, roughly."""
    family = language_of(language)
    block = family.block_comment
    marks = (*family.line_comments, *((block[0], "*") if block else ()), *family.long_quotes[:1])
    for line in lines:
        text = line.strip()
        if text.startswith(marks):
            yield text
        else:
            found = next((mark for mark in family.line_comments if f" {mark} " in line), "")
            if found:
                yield line.partition(f" {found} ")[2]
