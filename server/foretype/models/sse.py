"""Server-sent events from bytes as they arrive, by the WHATWG specification. Knows nothing of models.

Bytes may be cut anywhere: inside a UTF-8 sequence, inside a line end, between events. Lines that no event
stream would hold (a bare JSON error, a proxy's page) are kept in `stray`, since they say what went wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_STRAY = 64 * 1024
MAX_LINE = 8 * 1024 * 1024
_FIELDS = frozenset({"data", "event", "id", "retry"})


class LineTooLongError(Exception):
    """The server sends a line without end; reading on would only fill the memory."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its data lines joined by newlines, and its type ("message" where none is named)."""

    data: str
    type: str = "message"


class EventParser:
    """Feed bytes, get the events that they complete."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0
        self._data: list[str] = []
        self._type = ""
        self._first_line = True
        self._skip_newline = False
        self._stray: list[str] = []
        self._stray_size = 0

    @property
    def stray(self) -> str:
        """What came outside any event, at most 64 KiB of it."""
        return "\n".join(self._stray)

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by these bytes, in order."""
        self._buffer += data
        events = []
        for line in self._take_lines():
            event = self._line(line)
            if event is not None:
                events.append(event)
        if len(self._buffer) > MAX_LINE:
            raise LineTooLongError
        return events

    def finish(self) -> list[Event]:
        """The stream has ended: the last line and event count even without their line ends.

        The specification drops an unfinished event; servers that die or forget the last empty line
        are common enough, and half a JSON value is recognised later, so it is passed on here.
        """
        rest = bytes(self._buffer)
        self._buffer.clear()
        events = [self._line(rest)] if rest else []
        events.append(self._dispatch())
        return [event for event in events if event is not None]

    def _take_lines(self) -> list[bytes]:
        """Complete lines, without their ends, which are LF, CR LF or CR."""
        buffer, lines, start, at = self._buffer, [], 0, self._scanned
        if self._skip_newline and buffer:
            # The CR that ended the last line may have been the first half of a CR LF.
            if buffer[0] == 0x0A:
                start = at = 1
            self._skip_newline = False
        while (end := _line_end(buffer, at)) >= 0:
            lines.append(bytes(buffer[start:end]))
            start = end + 1
            if buffer[end] == 0x0D:
                if start == len(buffer):
                    self._skip_newline = True
                elif buffer[start] == 0x0A:
                    start += 1
            at = start
        del buffer[:start]
        self._scanned = len(buffer)
        return lines

    def _line(self, raw: bytes) -> Event | None:
        line = raw.decode("utf-8", errors="replace")
        if self._first_line:
            line = line.removeprefix("\ufeff")
            self._first_line = False
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        if not name:
            return None  # a comment, mostly a keep-alive
        if name not in _FIELDS:
            self._keep_stray(line)
            return None
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        return None

    def _dispatch(self) -> Event | None:
        data, kind = self._data, self._type or "message"
        self._data, self._type = [], ""
        return Event("\n".join(data), kind) if data else None

    def _keep_stray(self, line: str) -> None:
        if self._stray_size < MAX_STRAY:
            kept = line[: MAX_STRAY - self._stray_size]
            self._stray.append(kept)
            self._stray_size += len(kept)


def _line_end(buffer: bytearray, start: int) -> int:
    """The index of the next CR or LF, -1 if there is none."""
    lf = buffer.find(b"\n", start)
    cr = buffer.find(b"\r", start, lf if lf >= 0 else len(buffer))
    return cr if cr >= 0 else lf
