"""One line of a .gitignore file as a compiled pattern, by the rules of gitignore(5); pure.

A pattern is asked about one path at a time, on the way down from the top: a folder that is left out is never
entered. So, unlike in libraries that judge whole paths, a pattern here matches the path itself and never
because of a folder above it, which is how git decides where negations and several files come together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

# The POSIX classes that may stand in brackets, in the ASCII meaning that git gives them.
_CLASSES: Final = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


_FEW_WILDCARDS: Final = 2
"""Up to here a regular expression does the work: its backtracking is at most quadratic in the path. More wildcards
could take longer than anybody lives (`*a*a*a*a*b`, in a file that came with a repository), so they are followed
step by step, in time that is linear in path and pattern."""


class Matcher(Protocol):
    """A compiled regular expression, or what stands in for one."""

    def fullmatch(self, string: str, /) -> object | None:
        """Something if the whole text matches, else None."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """`keeps` for a line with `!`; `whole` when it is matched against the path rather than the last name."""

    keeps: bool
    folders_only: bool
    whole: bool
    regex: Matcher

    def matches(self, path: str, name: str, is_folder: bool) -> bool:
        """Whether the pattern is about this path, relative to the folder of its file; `name` is its last part."""
        if self.folders_only and not is_folder:
            return False
        return self.regex.fullmatch(path if self.whole else name) is not None


def compile_pattern(line: str) -> Pattern | None:
    """The pattern of one line; None for blanks, comments and what git cannot use either."""
    line = line.rstrip("\r\n")
    if line.startswith("#"):
        return None
    line = re.sub(r"(?<!\\)((?:\\\\)*) +$", r"\1", line)
    keeps = line.startswith("!")
    if keeps:
        line = line[1:]
    folders_only = line.endswith("/")
    if folders_only:
        line = line[:-1]
    whole = "/" in line
    line = line.removeprefix("/")
    parts = _translate(line) if line else None
    if not parts:
        return None
    try:
        return Pattern(keeps, folders_only, whole, _matcher(parts))
    except re.error:
        return None


def _matcher(parts: list[str]) -> Matcher:
    if sum(part in _WILDCARDS for part in parts) <= _FEW_WILDCARDS:
        return re.compile("".join(parts), re.DOTALL)
    return _Steps(tuple(part if part in _WILDCARDS else re.compile(part, re.DOTALL) for part in parts))


_STAR, _DEEP, _FOLDERS = "[^/]*", ".*", "(?:.+/)?"
_WILDCARDS: Final = frozenset({_STAR, _DEEP, _FOLDERS})


@dataclass(frozen=True, slots=True)
class _Steps:
    """A pattern of many wildcards, followed through a text one character at a time, in all ways at once."""

    parts: tuple[re.Pattern[str] | str, ...]

    def fullmatch(self, string: str, /) -> object | None:
        """See `Matcher`. A place is a part's number; between two numbers it is inside a folder's name."""
        places = self._reached({0.0})
        for char in string:
            places = self._reached({after for place in places for after in self._after(place, char)})
        return True if float(len(self.parts)) in places else None

    def _after(self, place: float, char: str) -> Iterator[float]:
        number = int(place)
        if place > number:  # inside a folder's name
            yield place
            if char == "/":
                yield float(number + 1)
        elif number < len(self.parts):
            part = self.parts[number]
            if part == _FOLDERS:
                yield place + 0.5
            elif part == _DEEP or (part == _STAR and char != "/"):
                yield place
            elif isinstance(part, re.Pattern) and part.fullmatch(char):
                yield float(number + 1)

    def _reached(self, places: set[float]) -> set[float]:
        """With the places behind wildcards that match nothing."""
        reached = set(places)
        for place in places:
            number = int(place)
            while place == int(place) and number < len(self.parts) and isinstance(self.parts[number], str):
                number += 1
                reached.add(float(number))
        return reached


def _translate(glob: str) -> list[str] | None:
    """The glob as parts of a regular expression: wildcards, and expressions for one character each."""
    out: list[str] = []
    at = 0
    while at < len(glob):
        if stars := _folders(glob, at):
            regexes, at = stars
            out += regexes
            continue
        char = glob[at]
        at += 1
        if char == "*":
            out.append(_STAR)
        elif char == "?":
            out.append("[^/]")
        elif char == "[":
            bracket = _bracket(glob, at)
            if bracket is None:
                return None
            regex, at = bracket
            out.append(regex)
        elif char == "\\":
            if at == len(glob):
                return None
            out.append(re.escape(glob[at]))
            at += 1
        else:
            out.append(re.escape(char))
    return out


def _folders(glob: str, at: int) -> tuple[list[str], int] | None:
    # `**` means any depth of folders only where slashes or the pattern's ends stand on both sides.
    run = len(glob[at:]) - len(glob[at:].lstrip("*"))
    if run < 2 or (at and glob[at - 1] != "/"):
        return None
    end = at + run
    if end == len(glob):
        return ([".", _DEEP] if at else [_DEEP]), end
    return ([_FOLDERS], end + 1) if glob[end] == "/" else None


def _bracket(glob: str, at: int) -> tuple[str, int] | None:
    # A set of characters, whose "[" stands before `at`. It never matches a slash. None if it is not closed.
    negated = glob[at : at + 1] in {"!", "^"}
    at += negated
    first, out = at, ""
    while at < len(glob) and (glob[at] != "]" or at == first):
        if glob.startswith("[:", at) and (end := glob.find(":]", at + 2)) >= 0:
            if (members := _CLASSES.get(glob[at + 2 : end])) is None:
                return None
            out += members
            at = end + 2
            continue
        char = glob[at]
        at += 1
        if char == "\\":
            if at == len(glob):
                return None
            char = glob[at]
            at += 1
        elif char == "-" and at - 1 > first and glob[at : at + 1] not in {"]", ""}:
            out += "-"
            continue
        out += "\\" + char if not char.isalnum() else char
    if at >= len(glob):
        return None
    return f"(?!/)[{'^' if negated else ''}{out}]", at + 1
