"""Draws frames in a terminal, live, and leaves the terminal as it was found, whatever ends the demo.

Uses the other screen, as pagers and editors do, so that what stood there before comes back.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TextIO

from foretype.cli.demo.frame import Frame, Row, Style

_ENTER: Final = "\x1b[?1049h\x1b[2J"
_LEAVE: Final = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
# The first makes a terminal show what follows at once, where it knows how; lines that are too long do not wrap.
_BEGIN, _END = "\x1b[?2026h\x1b[?7l", "\x1b[?7h\x1b[?2026l"

_COLOURS: Final[Mapping[Style, str]] = {
    "plain": "0",
    "file": "0",
    "typed": "1",
    "accepted": "32",
    "ghost": "2;3",
    "number": "2",
    "here": "0",
    "title": "7",
    "status": "0",
    "key": "7",
    "warning": "33",
}
# Without colours what must still be told apart is told apart by other means; ghost text stands in brackets.
_NO_COLOURS: Final[Mapping[Style, str]] = {"title": "7", "key": "7"}


def draws(stream: TextIO, environ: Mapping[str, str] | None = None) -> bool:
    """Whether pictures can be drawn there at all."""
    environ = os.environ if environ is None else environ
    return stream.isatty() and environ.get("TERM", "") != "dumb" and _understands_escapes()


class Terminal:
    """A terminal that is drawn on inside `with opened(...)`. Only rows that changed are written."""

    def __init__(self, stream: TextIO, colours: bool) -> None:
        self._stream = stream
        self._styles = _COLOURS if colours else _NO_COLOURS
        self._drawn: list[Row | None] = []
        self._size = (0, 0)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows, as they are now."""
        size = shutil.get_terminal_size()
        return size.columns, size.lines

    def draw(self, frame: Frame) -> None:
        """Show a frame that was composed for the size as it is now."""
        parts = [_BEGIN]
        if self.size != self._size:
            self._size = self.size
            self._drawn = []
            parts.append("\x1b[2J")
        for number, row in enumerate(frame.rows):
            if number >= len(self._drawn) or self._drawn[number] != row:
                parts.append(f"\x1b[{number + 1};1H{self._row(row)}\x1b[0m\x1b[K")
        self._drawn = list(frame.rows)
        parts.append(f"\x1b[{frame.cursor[0] + 1};{frame.cursor[1] + 1}H{_END}")
        self._write("".join(parts))

    def _row(self, row: Row) -> str:
        spans = []
        for text, style in row:
            code = self._styles.get(style, "0")
            spans.append(f"\x1b[0;{code}m{text}" if code != "0" else f"\x1b[0m{text}")
        return "".join(spans)

    def _write(self, text: str) -> None:
        encoding = self._stream.encoding or "utf-8"
        # What the terminal cannot show takes one column all the same.
        self._stream.write(text.encode(encoding, "replace").decode(encoding))
        self._stream.flush()


@contextlib.contextmanager
def opened(stream: TextIO, colours: bool) -> Iterator[Terminal]:
    """A terminal to draw on. What was on the screen, its modes and its cursor are put back in the end."""
    restore = _without_echo(stream)
    try:
        stream.write(_ENTER)
        yield Terminal(stream, colours)
    finally:
        stream.write(_LEAVE)
        stream.flush()
        restore()


def _without_echo(stream: TextIO) -> Callable[[], None]:
    """Keep keys that somebody presses meanwhile from being drawn into the picture; returns what undoes it."""
    if sys.platform == "win32":
        return lambda: None
    import termios  # only there; Windows has no such module

    try:
        descriptor = stream.fileno()
        before = termios.tcgetattr(descriptor)
        now = termios.tcgetattr(descriptor)
        now[3] &= ~termios.ECHO
        termios.tcsetattr(descriptor, termios.TCSANOW, now)
    except (OSError, termios.error):
        return lambda: None

    def restore() -> None:
        with contextlib.suppress(OSError, termios.error):
            # What was typed during the demo was not meant for the shell that comes back now.
            termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)

    return restore


def _understands_escapes() -> bool:
    """Windows' console takes escape sequences once it is told to; everybody else's does anyway."""
    if sys.platform == "win32":
        import ctypes  # only there: it costs start-up time

        kernel = ctypes.windll.kernel32
        handle, mode = kernel.GetStdHandle(-11), ctypes.c_ulong()
        virtual_terminal = 0x0004
        told = kernel.GetConsoleMode(handle, ctypes.byref(mode))
        return bool(told and kernel.SetConsoleMode(handle, mode.value | virtual_terminal))
    return True
