"""One line of a .gitignore file as a compiled pattern, by the rules of gitignore(5); pure.

A pattern is asked about one path at a time, on the way down from the top: a folder that is left out is never
entered. So, unlike in libraries that judge whole paths, a pattern here matches the path itself and never
because of a folder above it, which is how git decides where negations and several files come together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

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


@dataclass(frozen=True, slots=True)
class Pattern:
    """`keeps` for a line with `!`; `whole` when it is matched against the path rather than the last name."""

    keeps: bool
    folders_only: bool
    whole: bool
    regex: re.Pattern[str]

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
    source = _translate(line) if line else None
    if source is None:
        return None
    try:
        return Pattern(keeps, folders_only, whole, re.compile(source, re.DOTALL))
    except re.error:
        return None


def _translate(glob: str) -> str | None:
    out: list[str] = []
    at = 0
    while at < len(glob):
        if stars := _folders(glob, at):
            regex, at = stars
            out.append(regex)
            continue
        char = glob[at]
        at += 1
        if char == "*":
            out.append("[^/]*")
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
    return "".join(out)


def _folders(glob: str, at: int) -> tuple[str, int] | None:
    # `**` means any depth of folders only where slashes or the pattern's ends stand on both sides.
    run = len(glob[at:]) - len(glob[at:].lstrip("*"))
    if run < 2 or (at and glob[at - 1] != "/"):
        return None
    end = at + run
    if end == len(glob):
        return (".+" if at else ".*"), end
    return (r"(?:.+/)?", end + 1) if glob[end] == "/" else None


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
