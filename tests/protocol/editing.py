"""An editor's own text, for tests: it applies edits as a client would, counting in the encoding of its choice."""

from __future__ import annotations

import re
from typing import Any


def split(text: str) -> list[str]:
    """Lines with their ends, by the protocol's rule."""
    return re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)


def width(text: str, encoding: str) -> int:
    """The length of a text in the encoding's units."""
    return (
        len(text.encode(encoding + "-le" if encoding != "utf-8" else encoding))
        // {"8": 1, "6": 2, "2": 4}[encoding[-1]]
    )


def offset(text: str, place: dict[str, int], encoding: str) -> int:
    """The offset of a client's position; the place has to exist, exactly."""
    lines = split(text)
    line = lines[place["line"]]
    for column in range(len(line.rstrip("\r\n")) + 1):
        if width(line[:column], encoding) == place["character"]:
            return sum(map(len, lines[: place["line"]])) + column
    raise AssertionError(f"no such place: {place}")


def place_of(text: str, encoding: str) -> tuple[str, dict[str, int]]:
    """A text without its │, and where it stood."""
    before, after = text.split("│")
    lines = split(before)
    return before + after, {"line": len(lines) - 1, "character": width(lines[-1], encoding)}


def accept(text: str, item: dict[str, Any], encoding: str) -> str:
    """The text after an inline completion item was taken."""
    start, end = (offset(text, item["range"][side], encoding) for side in ("start", "end"))
    assert item["range"]["start"]["line"] == item["range"]["end"]["line"]
    assert start <= end
    inserted: str = item["insertText"]
    return text[:start] + inserted + text[end:]
