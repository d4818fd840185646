"""The index of a set of files as one string of bytes, which is used where it lies (in a file mapping).

`build_segment` makes it, in a worker process; `Segment` reads it without copying.  It holds the token
streams in both orders and the text of the lines, so what is offered is what stood in the files when they
were read.  Neither function touches a file.  About 22 bytes a token; build segments of at most some
hundred thousand tokens, because building takes about 200 bytes of memory for each.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from .index import Buffer, Order, TokenIndex, sort_places
from .tokens import WIDTH, Encoder
from .words import COMMON_WORDS

__all__ = ["VERSION", "Segment", "build_segment", "split_lines"]

VERSION = 1
"""Of the format, the lexer, and the common words together: a change of any of them must raise it."""

_MAGIC = b"FTYPESEG"
_BYTE_ORDER = 0x01020304
# magic, version, byte order, checksum of the common words, checksum of all that follows the header,
# and the bytes in each of the eight sections.
_HEADER = struct.Struct("=8sIIII8Q")
_LARGEST_TOKENS = 2**31


def split_lines(text: str) -> list[str]:
    """The lines of a text, without their ends; only \\n, \\r\\n and \\r end a line, as in the protocol."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def build_segment(files: Iterable[tuple[str, str]]) -> bytes:
    """Index (path, text) pairs; the paths come back from `Segment` as they are, in this order.

    Takes 2 to 3 seconds of CPU for a million tokens.  Raises ValueError beyond 2**31 tokens.
    """
    encoder = Encoder()
    ids, shapes, texts = bytearray(), bytearray(), bytearray()
    bounds, offsets, starts = array("I"), array("I"), array("I")
    paths: list[str] = []
    for path, text in files:
        lines = split_lines(text)
        tokens = encoder.encode(lines)
        base = len(ids) // WIDTH
        paths.append(path)
        starts.append(base)
        ids += tokens.ids
        shapes += tokens.shapes
        bounds.extend([base + bound for bound in tokens.bounds[:-1]])
        for row in tokens.rows:
            offsets.append(len(texts))
            texts += lines[row].strip().encode("utf-8", "surrogatepass")
    count = len(ids) // WIDTH
    if count >= _LARGEST_TOKENS:
        raise ValueError("too many tokens for one segment")
    bounds.append(count)
    offsets.append(len(texts))
    sections = [
        json.dumps(paths).encode("ascii"),
        starts.tobytes(),
        bounds.tobytes(),
        offsets.tobytes(),
        bytes(ids),
        bytes(shapes),
        array("I", sort_places(bytes(ids), count)).tobytes(),
        array("I", sort_places(bytes(shapes), count)).tobytes(),
        bytes(texts),
    ]
    return _assemble(sections)


def _assemble(sections: list[bytes]) -> bytes:
    sections[0] += b" " * (-len(sections[0]) % 8)
    body = b"".join(sections)
    sizes = [len(section) for section in sections[:8]]
    return _HEADER.pack(_MAGIC, VERSION, _BYTE_ORDER, _words_checksum(), zlib.crc32(body), *sizes) + body


def _words_checksum() -> int:
    return zlib.crc32(" ".join(sorted(COMMON_WORDS)).encode("ascii"))


class Segment:
    """A built segment, read in place.  It holds the buffer until `close`, and nearly nothing of its own."""

    def __init__(self, buffer: Buffer) -> None:
        """Check the buffer, all of it (about 1 ms for each MB).  ValueError if it is not a whole segment."""
        view = self.buffer = memoryview(buffer).cast("B")
        sections = _sections(view)
        self.paths: tuple[str, ...] = tuple(json.loads(bytes(sections[0])))
        # A view of no bytes cannot be cast; as bytes it is an empty sequence all the same.
        casts = [section.cast("I") if section else section for section in (*sections[1:4], *sections[6:8])]
        self._starts, bounds, self._offsets, places, shape_places = casts
        self.index = TokenIndex(Order(sections[4], places), Order(sections[5], shape_places), bounds)
        self._texts = sections[8]
        self.size = len(view)
        self.tokens = len(places)
        self._views = [*casts, *sections, view]

    def file_of(self, place: int) -> int:
        """The number (in `paths`) of the file that a place stands in."""
        return bisect_right(self._starts, min(place, self.tokens - 1)) - 1

    def text_of(self, line: int) -> str:
        """The text of a line of the index, without the white space at its ends."""
        first, last = self._offsets[line], self._offsets[line + 1]
        return bytes(self._texts[first:last]).decode("utf-8", "surrogatepass")

    def close(self) -> None:
        """Let go of the buffer, so that a mapping can be closed.  The segment must not be used afterwards."""
        for view in self._views:
            view.release()


def _sections(view: memoryview) -> Sequence[memoryview]:
    if len(view) < _HEADER.size:
        raise ValueError("not an index segment: too short")
    magic, version, byte_order, words, checksum, *sizes = _HEADER.unpack(view[: _HEADER.size])
    if magic != _MAGIC:
        raise ValueError("not an index segment")
    if version != VERSION or words != _words_checksum():
        raise ValueError(f"an index segment of another version ({version}, this is {VERSION})")
    if byte_order != _BYTE_ORDER:
        raise ValueError(f"an index segment of a machine with another byte order than {sys.byteorder}-endian")
    body = view[_HEADER.size :]
    if sum(sizes) > len(body) or zlib.crc32(body) != checksum:
        raise ValueError("a damaged index segment")
    sections = []
    at = 0
    for size in sizes:
        sections.append(body[at : at + size])
        at += size
    return [*sections, body[at:]]
