"""A frame as an SVG picture of a terminal, for a README: text that stays text, and no font or file from elsewhere."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape

from foretype.cli.demo.frame import Frame, Row, Style, width_of

_CELL, _LINE, _SIZE = 8.43, 20.0, 14
"""Pixels: a column, a row, the letters. Every span is stretched to whole columns, whatever the viewer's font."""

_MARGIN: Final = 18
_BAR: Final = 36
_GAP: Final = 14
_BELOW: Final = 2
"""Rows that stand below the text, with a rule and a gap of so many pixels between."""

_FONT: Final = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"

_PAPER, _FRAME, _CURSOR = "#16191f", "#2a2f38", "#e6e9ef"
_INK: Final[dict[Style, str]] = {
    "plain": "#c3c9d4",
    "file": "#98a1b0",
    "typed": "#f2f4f8",
    "accepted": "#8fd694",
    "ghost": "#717b8c",
    "number": "#4d5666",
    "here": "#c3c9d4",
    "title": "#c3c9d4",
    "status": "#98a1b0",
    "key": "#16191f",
    "warning": "#e5c07b",
}
_DOTS: Final = ("#ec6a5e", "#f4bf4f", "#61c554")


def svg_of(frame: Frame, columns: int, description: str) -> str:
    """The picture; the frame's first row becomes the window's title. `description` is for those who cannot see it."""
    title, rows = frame.rows[0], frame.rows[1:]
    width = round(2 * _MARGIN + columns * _CELL)
    height = round(_BAR + 2 * _MARGIN + len(rows) * _LINE + _GAP)
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{_FONT}" font-size="{_SIZE}">',
        f"<title>{escape(description)}</title>",
        f'<rect width="{width}" height="{height}" rx="10" fill="{_PAPER}"/>',
        f'<path d="M0 {_BAR}V10A10 10 0 0 1 10 0H{width - 10}A10 10 0 0 1 {width} 10V{_BAR}Z" fill="{_FRAME}"/>',
        *(f'<circle cx="{20 + 20 * at}" cy="{_BAR / 2:g}" r="6" fill="{dot}"/>' for at, dot in enumerate(_DOTS)),
        *_title(title, width),
    ]
    for number, row in enumerate(rows):
        below = _GAP if number >= len(rows) - _BELOW else 0
        parts += _row(row, _BAR + _MARGIN + number * _LINE + below)
    rule = _BAR + _MARGIN + (len(rows) - _BELOW) * _LINE + _GAP / 2
    parts.append(f'<path d="M0 {rule:g}H{width}" stroke="{_FRAME}"/>')
    top = _BAR + _MARGIN + (frame.cursor[0] - 1) * _LINE
    left = _MARGIN + frame.cursor[1] * _CELL
    parts.append(f'<rect x="{left:.1f}" y="{top:g}" width="2" height="{_LINE:g}" fill="{_CURSOR}"/>')
    return "\n".join([*parts, "</svg>", ""])


def _title(row: Row, width: int) -> list[str]:
    """The words of the title bar: the first ones behind the buttons, the last ones at the right end."""
    words = "".join(text for text, _ in row).strip()
    left, _, right = words.partition("  ")
    common = f'y="{_BAR / 2 + 5:g}" fill="{_INK["title"]}" font-size="{_SIZE - 1}"'
    return [
        f'<text x="84" {common}>{escape(left.strip())}</text>',
        f'<text x="{width - _MARGIN}" text-anchor="end" {common}>{escape(right.strip())}</text>',
    ]


def _row(row: Row, top: float) -> list[str]:
    parts = []
    column = 0
    for text, style in row:
        columns = sum(map(width_of, text))
        blank = len(text) - len(text.lstrip(" "))
        if style == "key" and text.strip():
            parts.append(
                f'<rect x="{_MARGIN + column * _CELL:.1f}" y="{top + 1:g}" width="{columns * _CELL:.1f}" '
                f'height="{_LINE - 2:g}" rx="4" fill="{_INK["plain"]}"/>'
            )
        if words := text.strip(" "):
            left = _MARGIN + (column + blank) * _CELL
            length = sum(map(width_of, words)) * _CELL
            slant = ' font-style="italic"' if style == "ghost" else ""
            parts.append(
                f'<text x="{left:.1f}" y="{top + 15:g}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs" '
                f'xml:space="preserve" fill="{_INK[style]}"{slant}>{escape(words)}</text>'
            )
        column += columns
    return parts
