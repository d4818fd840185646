"""Cut a byte stream into JSON-RPC messages, forgiving what real clients get wrong. Does no I/O.

The base protocol asks for `Content-Length: N\\r\\n\\r\\n` and N bytes. Accepted too: any case, any spacing, `\\n`
alone, headers in any order and unknown ones. A header block without a usable length is skipped and reported; the
search then goes on at the next line that holds a length, so that one broken message never loses the ones behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

MAX_MESSAGE: Final = 512 * 1024 * 1024
"""Bytes. No editor sends a larger message; a length beyond it is taken for noise, not for an order to wait."""

_MAX_HEADER: Final = 64 * 1024
_NAME = b"content-length"
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,12})[ \t]*\Z", re.IGNORECASE)
_ANY_LENGTH = re.compile(rb"content-length[ \t]*:", re.IGNORECASE)
# The first letters of the name at the very end: a length that is one too long takes the next header's "C".
_BEGUN_LENGTH = re.compile(
    b"(?:" + b"|".join(_NAME[:size] for size in range(len(_NAME), 0, -1)) + rb")\Z", re.IGNORECASE
)


class BadHeader(Exception):
    """A header block said no usable length; what it announced is lost, the stream goes on."""


class FrameReader:
    """Feed it bytes as they come; it yields message bodies. One object per connection."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length: int | None = None
        self._in_header = False

    def feed(self, data: bytes) -> Iterator[bytes | BadHeader]:
        """Yield each message body that is complete now, or a BadHeader in the place of one that cannot be read."""
        self._buffer += data
        while True:
            if self._length is not None and not self._in_header:
                if len(self._buffer) < self._length:
                    return
                body = bytes(self._buffer[: self._length])
                del self._buffer[: self._length]
                self._length = None
                yield body
                continue
            line = self._take_line()
            if line is None:
                return
            problem = self._header_line(line)
            if problem is not None:
                yield problem

    def unread(self, body: bytes) -> None:
        """Give back a body that was no JSON: if another header begins inside it, its length was wrong.

        The stream is then read on from that header.
        """
        match = _ANY_LENGTH.search(body) or _BEGUN_LENGTH.search(body)
        if match is not None:
            self._buffer[:0] = body[match.start() :]

    def _take_line(self) -> bytes | None:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > _MAX_HEADER:
                del self._buffer[:-64]  # noise without any line end: keep what may be the start of a header
            return None
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        return line

    def _header_line(self, line: bytes) -> BadHeader | None:
        if not line.strip():
            was_header, self._in_header = self._in_header, False
            return BadHeader("no Content-Length in the header") if was_header and self._length is None else None
        self._in_header = True
        match = _LENGTH.search(line)
        if match is not None and int(match[1]) <= MAX_MESSAGE:
            self._length = int(match[1])
        elif match is not None or _ANY_LENGTH.match(line):
            self._length = None
        return None
