"""What survives of a file's text above the window: its imports, and the first lines of what encloses the window.

They stand in front of the window as the code that they are, with an ellipsis in a comment for what is left out.
Enclosing blocks are found by indentation: it costs microseconds at any length of the file and is right in the midst of
typing, when no parser is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from foretype.context.identifiers import identifiers
from foretype.prompts.comments import ellipsis
from foretype.prompts.imported import ImportedLines
from foretype.prompts.pieces import MAX_LINE
from foretype.prompts.tokens import Counter

_LONGEST_SIGNATURE: Final = 12
_DEEPEST: Final = 8
_OPENS: Final = re.compile(r"[:{(\[=,|]$|=>$|->$|\b(do|then|begin|is|as|where|else)$")
_DEFINES: Final = re.compile(
    r"(?:[\w@(),.<>\[\]&*:~-]+\s+)*?(def|class|fn|func|fun|function|impl|trait|struct|enum|interface|module|namespace"
    r"|type|object|record|protocol|extension|sub|proc|method|public|private|protected|static|async|local)\b"
)
_CONTINUES: Final = re.compile(r"(else|elif|elsif|except|finally|catch|case|default|rescue|ensure|when)\b|\}")
_COMMENT: Final = re.compile(r"#(?!\[)|//|/\*|\*|--|;;|\"\"\"|'''|<!--")


@dataclass(frozen=True, slots=True)
class Kept:
    """The text, in whole lines, and its tokens."""

    text: str = ""
    tokens: int = 0


NOTHING: Final = Kept()


def kept_above(
    above: Sequence[str], imported: Sequence[ImportedLines], window: str, language_id: str, cost: Cost
) -> Kept:
    """What to keep of the lines `above` the window, and of the imports above it: at most `cost.budget` tokens.

    Signatures come before imports where both do not fit, the inner ones first; of the imports those whose names the
    window uses.
    """
    first = next((line for line in window.split("\n") if line.strip()), "")
    openers = list(enclosing(above, first))
    while openers and cost.of(_laid_out([], openers, language_id)) > cost.budget:
        del openers[0]
    spent = cost.of(_laid_out([], openers, language_id)) if openers else 0
    lines = _fitting(imported, window, language_id, Cost(cost.budget - spent, cost.counter))
    text = _laid_out(lines, openers, language_id)
    return Kept(text, cost.of(text)) if lines or openers else NOTHING


@dataclass(frozen=True, slots=True)
class Cost:
    """A number of tokens, and who counts them."""

    budget: int
    counter: Counter

    def of(self, text: str) -> int:
        """Tokens of whole lines."""
        return self.counter.count_lines(text)


def enclosing(above: Sequence[str], first: str) -> Iterator[list[str]]:
    """The first lines of every block that is open before the line `first`, outermost first, each with all its lines."""
    found: list[list[str]] = []
    level, number = _width(first), len(above)
    while level > 0 and number > 0 and len(found) < _DEEPEST:
        number -= 1
        line = above[number]
        if line.startswith(" " * level):
            continue  # as deep, or blank: told at once, since most lines are, and there may be thousands
        code = line.strip()
        if not code or _width(line) >= level or _COMMENT.match(code) or len(line) > MAX_LINE:
            continue
        if _CONTINUES.match(code):
            level = _width(line) + 1  # the beginning of the same statement says more
            continue
        start = _signature_start(above, number)
        if start < number or _OPENS.search(code) or _DEFINES.match(code):
            found.append([each for each in above[start : number + 1] if each.strip()])
        number, level = start, _width(line)
    yield from reversed(found)


def _signature_start(above: Sequence[str], number: int) -> int:
    """The first line of the signature that ends in this line: with its brackets and decorators."""
    start, level = number, _width(above[number])
    if above[number].strip()[0] in ")]{":
        for line in range(number - 1, max(-1, number - _LONGEST_SIGNATURE), -1):
            if above[line].strip() and _width(above[line]) <= level:
                start = line
                break
    while start and above[start - 1].lstrip().startswith(("@", "#[")) and _width(above[start - 1]) == level:
        start -= 1
    return start


def _fitting(imported: Sequence[ImportedLines], window: str, language_id: str, cost: Cost) -> list[tuple[int, str]]:
    """Lines of imports with their numbers: all, or those that bind a name that the window uses, as far as they fit."""
    lines = [(each.start, each.text) for each in imported]
    if cost.of("".join(text for _, text in lines)) <= cost.budget:
        return lines
    used = set(identifiers(window, language_id))
    taken, left = [], cost.budget
    for each in imported:
        tokens = cost.of(each.text)
        if tokens <= left and not used.isdisjoint(each.names):
            taken.append((each.start, each.text))
            left -= tokens
    return taken


def _laid_out(lines: Sequence[tuple[int, str]], openers: Sequence[Sequence[str]], language_id: str) -> str:
    """Imports, then signatures, with an ellipsis wherever lines are left out."""
    parts = [_ended(text) for _, text in lines]
    if parts:
        parts.append(ellipsis(language_id))
    for opener in openers:
        parts += map(_ended, opener)
        margin = opener[-1][: len(opener[-1]) - len(opener[-1].lstrip(" \t"))]
        parts.append(ellipsis(language_id, margin + ("\t" if "\t" in margin else "    ")))
    return "".join(parts)


def _ended(line: str) -> str:
    return line if line.endswith(("\n", "\r")) else line + "\n"


def _width(line: str) -> int:
    """Columns that a line is indented by; a blank one says nothing and counts as deeper than all."""
    code = line.lstrip(" \t")
    return len(line[: len(line) - len(code)].expandtabs(4)) if code.strip() else 10_000
