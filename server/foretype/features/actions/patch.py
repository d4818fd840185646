"""Changes as a unified diff that `git apply` takes: line ends, missing last line ends and odd names included. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Final

_NO_END: Final = "\\ No newline at end of file\n"
_ODD: Final = re.compile(r'["\\\x00-\x1f\x7f]')
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def file_diff(path: str, before: str, after: str) -> str:
    """The diff of one file, named by its path below the repository; "" where nothing differs.

    Lines end at LF only, as git has it: a carriage return is a character like any other.
    """
    if before == after:
        return ""
    old, new = _name(f"a/{path}"), _name(f"b/{path}")
    head = f"diff --git {old} {new}\n--- {_tabbed(old)}\n+++ {_tabbed(new)}\n"
    return head + "".join(_hunks(before.split("\n"), after.split("\n")))


def _hunks(before: list[str], after: list[str]) -> Iterator[str]:
    old, new = _lines(before), _lines(after)
    for line in list(difflib.unified_diff(old, new, lineterm=""))[2:]:
        if line.startswith("@@"):
            yield line + "\n"
        elif line.endswith("\n"):
            yield line
        else:
            yield f"{line}\n{_NO_END}"


def _lines(parts: list[str]) -> list[str]:
    """Lines with their ends; the last one has none where the text has none."""
    lines = [f"{part}\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def _name(path: str) -> str:
    """The path as git writes it: in quotes where it holds what would be misread."""
    if not _ODD.search(path):
        return path
    escaped = _ODD.sub(lambda found: _ESCAPES.get(found[0], f"\\{ord(found[0]):03o}"), path)
    return f'"{escaped}"'


def _tabbed(name: str) -> str:
    """A name with a blank in it ends with a tab, or its end could not be seen."""
    return f"{name}\t" if " " in name and not name.startswith('"') else name
