"""What is played: a file, the lines of it that are taken out and typed again, and where they stand.

Lines are chosen here by position and length alone, never by what they hold; choice.py chooses otherwise. The file
that is played where the user names none was chosen because it repeats itself, and the report says so
(`ABOUT_THE_EXAMPLE`).
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import foretype
from foretype.cli.source import Source
from foretype.errors import ConfigurationError
from foretype.text.lines import Lines, line_body
from foretype.text.positions import Position, to_units

LINE_END: Final = re.compile(r"\r\n|\n|\r")

LINES: Final = 24
"""As many are taken out unless the user says which: about a screen."""

_LARGEST_SHARE: Final = 3
"""At most one line in so many is taken out, so that the rest of the file is still there to learn from."""

# What the embedded engine does best: half of this library's file says of its asynchronous client what the other half
# says of the synchronous one. It is installed with Foretype.
_EXAMPLE: Final = ("httpx2", "_client.py")

ABOUT_THE_EXAMPLE: Final = (
    "The file is httpx2's, chosen because it repeats itself: this is the engine at its best.",
    "In code never seen before it shows something at 16% of cursors, exactly right in 78% (README.md, Figures).",
)
"""Said after the example was played; the figures are those of `python -m benchmarks.embedded`."""

ABOUT_THE_CHOICE: Final = (
    "The lines were chosen: of two dozen places in the file, these are where the engine is surest by the file alone."
)
"""Said after lines of the user's file were played that the user did not choose."""

# Tests repeat themselves as everybody's do; an installed package has none, but has this module of plain values.
_IN_A_CLONE: Final = Path("tests") / "protocol" / "test_documents.py"
_IN_A_PACKAGE: Final = Path("models") / "provider.py"


@dataclass(frozen=True)
class Scene:
    """A file and the lines `first` to `last` of it (from 0, both included) that are typed again."""

    source: Source
    lines: Lines
    first: int
    last: int

    @cached_property
    def removed(self) -> str:
        """The text to type; the end of its last line stays in the document."""
        text = "".join(self.lines[self.first : self.last + 1])
        return text[: len(text) - len(self._last_end)]

    @cached_property
    def head(self) -> str:
        """The text above."""
        return "".join(self.lines[: self.first])

    @cached_property
    def tail(self) -> str:
        """The text behind: the end of the last line that was taken out, and all below."""
        return self._last_end + "".join(self.lines[self.last + 1 :])

    @property
    def _last_end(self) -> str:
        line = self.lines[self.last]
        return line[len(line_body(line)) :]

    def text_after(self, done: int) -> str:
        """The document once `done` characters are there again; with all of them it is the file."""
        return self.head + self.removed[:done] + self.tail

    def place(self, done: int) -> Position:
        """Where the cursor stands once `done` characters of `removed` are there again; the column in code points."""
        typed = self.removed[:done]
        ends = list(LINE_END.finditer(typed))
        start = ends[-1].end() if ends else 0
        return Position(self.first + len(ends), done - start)

    def place_utf16(self, done: int) -> tuple[int, int]:
        """The same as the protocol counts by default: the column in UTF-16 units."""
        line, column = self.place(done)
        return line, to_units(self.removed[done - column : done], column, "utf-16")

    def indentation(self, done: int) -> int:
        """How many characters an editor puts in by itself at the beginning of the line that starts at `done`."""
        line = self.removed[done:]
        blank = re.match(r"[ \t]*", line)
        end = blank.end() if blank else 0
        is_empty = end == len(line) or LINE_END.match(line, end)
        return 0 if is_empty else end


def example() -> tuple[Path, Path] | None:
    """The file for those who name none and have no model, and its workspace folder; None where it is not installed."""
    package, name = _EXAMPLE
    found = importlib.util.find_spec(package)  # which does not import it
    path = Path(found.origin).with_name(name) if found is not None and found.origin else None
    return (path, path.parent) if path is not None and path.is_file() else None


def own_source() -> tuple[Path, Path]:
    """A file of Foretype itself for those who have a model, and its workspace folder: the clone or the installation."""
    package = Path(foretype.__file__).parent
    clone = package.parent.parent
    if package.parent.name == "server" and (clone / _IN_A_CLONE).exists():
        return clone / _IN_A_CLONE, clone
    return package / _IN_A_PACKAGE, package


def shortened(lines: Lines, most: int) -> int:
    """How many lines are typed of a file: `most`, or fewer where it is short."""
    return min(most, max(1, len(lines) // _LARGEST_SHARE))


def scene_of(source: Source, wanted: str = "", most: int = LINES) -> Scene:
    """The scene for a file: the lines `wanted` ("120-150"), else at most `most` from its middle.

    ConfigurationError for lines that the file does not have and for a file with nothing to type.
    """
    lines = Lines(source.text)
    first, last = _wanted(wanted, lines) if wanted else _middle(lines, most)
    scene = Scene(source, lines, first, last)
    if not scene.removed.strip():
        raise ConfigurationError(f"There is nothing to type in these lines of {source.shown}.", "Choose others.")
    return scene


def _wanted(wanted: str, lines: Lines) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", wanted)
    if match is None:
        raise ConfigurationError(f"{wanted!r} is no range of lines.", "Write it as --lines 120-150.")
    first, last = int(match[1]), int(match[2] or match[1])
    if not 1 <= first <= last <= len(lines):
        raise ConfigurationError(f"There are no lines {wanted}: the file has {len(lines)}.", "Choose lines that exist.")
    return first - 1, last - 1


def _middle(lines: Lines, most: int) -> tuple[int, int]:
    """Lines around the middle of the file, from the beginning of a paragraph on."""
    count = shortened(lines, most)
    written = [number for number, line in enumerate(lines) if line.strip()]
    if not written:
        return 0, 0
    begins = [number for number in written if number == 0 or not lines[number - 1].strip()]
    first = min(begins, key=lambda number: abs(number - (len(lines) - count) / 2))
    return first, max(number for number in written if first <= number < first + count)
