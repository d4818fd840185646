"""Words of sentences for people that depend on a number. Plain text to plain text; knows nothing of what is counted."""

from __future__ import annotations


def counted(number: int, one: str, several: str = "") -> str:
    """The number with its noun: "1 file", "1,200 files". `several` is the plural where it is not `one` and an s."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
