"""A text as lines, as editors count them: ends are LF, CRLF and a lone CR, and nothing else."""

from __future__ import annotations

import re
from typing import Final

_LONE_RETURN: Final = re.compile(r"\r(?!\n)")


def with_line_feeds(text: str) -> str:
    """The same text, as long as before, in which each line ends with a line feed (some behind a carriage return)."""
    return _LONE_RETURN.sub("\n", text) if "\r" in text else text


def split_lines(text: str) -> list[str]:
    """The lines without their ends; the last is "" where the text ends with a line end."""
    lines = with_line_feeds(text).split("\n")
    return [line.removesuffix("\r") for line in lines] if "\r" in text else lines


def margin(line: str) -> str:
    """The white space that a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def width(line: str) -> int:
    """How many columns a line is indented by, a tab counting for four: only differences matter."""
    space = margin(line)
    return len(space.expandtabs(4)) if "\t" in space else len(space)
