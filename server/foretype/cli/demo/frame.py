"""One picture of the demo as rows of styled text: the file around the cursor, ghost text, and how it goes.

Knows cells and styles, but neither terminals nor files: terminal.py and picture.py draw what is composed here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from foretype.cli.demo.scene import LINE_END
from foretype.cli.demo.typist import Hand, Typist
from foretype.text.wording import counted

Style = Literal["plain", "file", "typed", "accepted", "ghost", "number", "here", "title", "status", "key", "warning"]
Span = tuple[str, Style]
Row = tuple[Span, ...]
Cell = tuple[str, Style]
"""A character with what combines with it, and how it is drawn. It takes one column or two, see `width_of`."""

_TAB: Final = 4
_BODY_TOP, _BODY_BOTTOM = 0.3, 0.7
"""Between these parts of the window the cursor moves; beyond, the text does."""

_LEAST_NAME: Final = 24
"""Columns that the file's name needs beside the engine's; with less it stands alone."""

_BETWEEN: Final = "  ·  "
_AROUND_FIGURES: Final = 11
"""Columns of the status line that are no figure: a blank before, three behind, and the longest key, " Enter "."""

_USUAL: Final = (len("000 keys"), len("00% accepted"), len("00 of 00 shown were right"), len("last answer 00.0 ms"))
_TELLING: Final = (1, 3, 2, 0)
"""The figures in the order in which they get room."""

_WARNING: Final[Style] = "warning"
_NUMBER: Final[Style] = "number"

_STYLE_OF: Final[dict[Hand, Style]] = {"typed": "typed", "accepted": "accepted", "indented": "typed"}


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows from top to bottom, each at most as wide as asked for, and the cursor as (row, column) in cells."""

    rows: tuple[Row, ...]
    cursor: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Captions:
    """What stands around the text: the engine, the newest trouble or "", and how to end."""

    engine: str
    trouble: str = ""
    hint: str = ""


def compose(typist: Typist, captions: Captions, size: tuple[int, int], marks: tuple[str, str] = ("", "")) -> Frame:
    """The picture for `size` (columns, rows). `marks` enclose ghost text where colours cannot tell it apart."""
    width, height = max(1, size[0]), max(1, size[1])
    above = [_title(typist, captions, width)] if height >= 5 else []
    below = [_status(typist, width)] if height >= 3 else []
    if height >= 8:
        below.append(_below(captions, width))
    body, cursor = _body(typist, (width, height - len(above) - len(below)), marks)
    return Frame((*above, *body, *below), (cursor[0] + len(above), cursor[1]))


def width_of(character: str) -> int:
    """Columns that a character takes in a terminal: 0 where it combines with the one before, 2 where it is wide."""
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


# The text


def _body(typist: Typist, size: tuple[int, int], marks: tuple[str, str]) -> tuple[list[Row], tuple[int, int]]:
    width, height = size
    scene = typist.scene
    place = scene.place(typist.done)
    written = _written(typist, marks)
    digits = len(str(len(scene.lines)))
    gutter = digits + 2 if width >= digits + 22 else 0
    room = width - gutter
    here = written[place.line - scene.first]
    cursor_x = _columns(cell for cell in here if cell[1] != "ghost")
    left = max(0, cursor_x - room * 3 // 4) if cursor_x >= room - 1 else 0
    top = max(0, scene.first - int(height * _BODY_TOP), place.line - int(height * _BODY_BOTTOM))
    ghost_lines = len(written) - (place.line - scene.first + 1)
    rows = []
    for number in range(top, top + height):
        cells = _line(typist, written, number)
        label = _label(number, place.line, ghost_lines, digits) if gutter and cells is not None else ()
        rows.append((*label, *_row(_from(cells or [], left), room)))
    return rows, (place.line - top, min(width - 1, gutter + cursor_x - left))


def _written(typist: Typist, marks: tuple[str, str]) -> list[list[Cell]]:
    """The lines that are being typed: what is there again, ghost text, and what stands right of the cursor."""
    removed = typist.scene.removed
    cells: list[Cell] = []
    for hand, run in groupby(range(typist.done), lambda at: typist.hands[at]):
        cells += [(removed[at], _STYLE_OF[hand]) for at in run]
    if typist.ghost:
        cells += [(character, "ghost") for character in marks[0] + typist.ghost + marks[1]]
    return _split(cells)


def _split(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Cells of several lines as lines of cells, ready to be drawn."""
    text = "".join(character for character, _ in cells)
    lines, start = [], 0
    for end in LINE_END.finditer(text):
        lines.append(_drawable(cells[start : end.start()]))
        start = end.end()
    lines.append(_drawable(cells[start:]))
    return lines


def _line(typist: Typist, written: list[list[Cell]], number: int) -> list[Cell] | None:
    """What stands in the window's line `number`, counted as if ghost text were there; None below the end."""
    scene = typist.scene
    if number < scene.first:
        return _cells(scene.lines[number].rstrip("\r\n"), "file")
    if number < scene.first + len(written):
        return written[number - scene.first]
    behind = scene.last + 1 + number - scene.first - len(written)
    return _cells(scene.lines[behind].rstrip("\r\n"), "file") if behind < len(scene.lines) else None


def _label(number: int, here: int, ghost_lines: int, digits: int) -> Row:
    """The line number; ghost text has none, since its lines are not there."""
    if here < number <= here + ghost_lines:
        return ((" " * (digits + 2), "number"),)
    shown = number + 1 - (ghost_lines if number > here else 0)
    return ((f"{shown:>{digits}}  ", "here" if number == here else "number"),)


def _cells(text: str, style: Style) -> list[Cell]:
    return _drawable([(character, style) for character in text])


def _drawable(cells: Iterable[Cell]) -> list[Cell]:
    """Tabs as blanks, what combines joined to what it combines with, and nothing that could move the cursor."""
    drawn: list[Cell] = []
    column = 0
    for character, style in cells:
        if character == "\t":
            blanks = _TAB - column % _TAB
            drawn += [(" ", style)] * blanks
            column += blanks
        elif width_of(character) == 0:
            # Marks of direction are format characters too: they would reorder the whole row.
            if drawn and unicodedata.category(character) != "Cf":
                drawn[-1] = (drawn[-1][0] + character, drawn[-1][1])
        else:
            shown = character if character.isprintable() else "�"
            drawn.append((shown, style))
            column += width_of(shown)
    return drawn


def _columns(cells: Iterable[Cell]) -> int:
    return sum(width_of(character[0]) for character, _ in cells)


def _from(cells: list[Cell], left: int) -> list[Cell]:
    """The cells from column `left` on."""
    while cells and left > 0:
        left -= width_of(cells[0][0][0])
        cells = cells[1:]
    return cells


def _row(cells: Iterable[Cell], room: int) -> Row:
    """As many cells as there is room for, neighbours of one style joined."""
    fitting: list[Cell] = []
    for cell in cells:
        room -= width_of(cell[0][0])
        if room < 0:
            break
        fitting.append(cell)
    return tuple(("".join(text for text, _ in run), style) for style, run in groupby(fitting, lambda cell: cell[1]))


# What stands around it


def _title(typist: Typist, captions: Captions, width: int) -> Row:
    """The file and the engine; of what has no room the engine's explanation goes first, then the path's front."""
    name, engine = f" {typist.scene.source.shown}", f"{captions.engine} "
    if _wide(name) + 2 + _wide(engine) > width:
        engine = f"{captions.engine.partition(': ')[0]} "
    room = width - 2 - _wide(engine)
    if _wide(name) > room and room < _LEAST_NAME:
        engine, room = "", width
    name = _without_front(name, room)
    return _row(_cells(name + " " * max(0, width - _wide(name) - _wide(engine)) + engine, "title"), width)


def _below(captions: Captions, width: int) -> Row:
    """What is wrong, or how to end; what has no room ends in an ellipsis."""
    words, style = (captions.trouble, _WARNING) if captions.trouble else (captions.hint, _NUMBER)
    if _wide(words) <= width:
        return _row(_cells(words, style), width)
    return (*_row(_cells(words, style), width - 1), ("…", style))


def _without_front(name: str, room: int) -> str:
    """A path that fits: the file's own name is at its end."""
    if _wide(name) <= room:
        return name
    kept = name.strip()
    while kept and _wide(kept) + 2 > room:
        kept = kept[1:]
    return f" …{kept}"


def _wide(text: str) -> int:
    return _columns(_cells(text, _NUMBER))


def _status(typist: Typist, width: int) -> Row:
    """The figures that there is room for, the telling ones first, and the last key, which is always there."""
    tally = typist.tally
    last = f"{tally.milliseconds[-1]:.1f} ms" if tally.milliseconds else "-"
    parts = (
        counted(tally.keys, "key"),
        f"{tally.share:.0%} accepted",
        f"{tally.right} of {tally.shown} shown were right",
        f"last answer {last}",
    )
    chosen: set[int] = set()
    room = width - _AROUND_FIGURES
    for at in _TELLING:
        # By the room that the figure will soon need, so that parts do not come and go with each digit.
        needed = max(len(parts[at]), _USUAL[at]) + len(_BETWEEN) * bool(chosen)
        if needed <= room:
            room -= needed
            chosen.add(at)
    words = _BETWEEN.join(part for at, part in enumerate(parts) if at in chosen)
    key = _cells(f" {typist.key} ", "key") if len(typist.key) > 1 else _cells(f"  {typist.key}  ", "status")
    return _row([*_cells(f" {words}   ", "status"), *key], width)
