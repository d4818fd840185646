"""Reads one file of the workspace as text, or says why it is no text to index. Runs in the worker only.

Decoding is strict UTF-8, or UTF-16 where a byte order mark says so. In a file that is mostly UTF-8 the lines
that are not are left blank: guessing Latin-1 would put wrong letters into somebody's buffer one day, refusing
the file would lose all its code for the name in one comment. Very long lines are left blank as well.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import stat
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_LINE: Final = 1_000  # Characters. Nobody wants the rest of a longer line suggested.
_LONG_LINE: Final = 400  # Characters. A file with a third of its text in such lines was not written by hand.
_HEAD: Final = 3_000  # Characters at the top in which generators leave their mark.
# A file changed this recently (nanoseconds) can change again within the clock of the file system without a
# new date, so its date is not trusted at the next start; git calls such files racy.
_RACY: Final = 2_000_000_000

_GENERATED = re.compile(
    r"@generated\b|<auto-?generated|\bcode generated\b.{0,200}\bdo not edit\b"
    r"|\b(?:auto-?|automatically )generated\b.{0,200}\b(?:do not|don't) (?:edit|modify|change)\b"
    r"|\b(?:do not|don't) (?:edit|modify|change)\b.{0,200}\b(?:auto-?|automatically )generated\b",
    re.IGNORECASE | re.DOTALL,
)
_PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s")


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a file: its text, or a `reason` of `skip.REASONS` and no text.

    `size` (bytes) and `mtime_ns` are those of the bytes read; `mtime_ns` is 0 where the date cannot be
    trusted to show the next change. `digest` names the bytes; it is empty when they could not be read.
    """

    text: str = ""
    reason: str = ""
    digest: str = ""
    size: int = 0
    mtime_ns: int = 0


def read_source(path: Path, max_bytes: int) -> Reading:
    """Read a file of at most `max_bytes`. Never raises for what the file system or the file may do."""
    try:
        found = read_regular(path, max_bytes + 1)
    except FileNotFoundError:
        return Reading(reason="vanished")
    except (OSError, ValueError):
        return Reading(reason="unreadable")
    if found is None:
        return Reading(reason="special")
    data, changed_ns = found
    # The date is from before the reading: if the file changes meanwhile, the next look finds another date.
    mtime_ns = changed_ns if time.time_ns() - changed_ns > _RACY else 0
    if len(data) > max_bytes:
        return Reading(reason="large", size=len(data), mtime_ns=mtime_ns)
    text, reason = text_of(data)
    return Reading(text, reason, digest_of(data), len(data), mtime_ns)


def read_regular(path: Path, most: int, *, follow: bool = False) -> tuple[bytes, int] | None:
    """The first `most` bytes of a regular file and its time of change (ns); None if it is of another kind.

    A pipe that took a file's place does not block, and a link at the end of the path is not followed unless
    asked. Raises OSError, or ValueError for a path that cannot be one.
    """
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY", "O_NOINHERIT", *(() if follow else ("O_NOFOLLOW",))):
        flags |= getattr(os, name, 0)
    handle = os.open(path, flags)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return None
        with open(handle, "rb", closefd=False) as file:
            return file.read(most), status.st_mtime_ns
    finally:
        os.close(handle)


def digest_of(data: bytes) -> str:
    """A name for bytes: 16 hexadecimal digits, equal for equal bytes (BLAKE2b, 64 bits)."""
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def text_of(data: bytes) -> tuple[str, str]:
    """The text to index of a file's bytes and "", or "" and the reason why there is none."""
    text, reason = _decode(data)
    if reason:
        return "", reason
    if _PRIVATE_KEY.search(text):
        return "", "secret"
    if _GENERATED.search(text, 0, _HEAD):
        return "", "generated"
    return _without_long_lines(text)


def _decode(data: bytes) -> tuple[str, str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16"), ""
        except UnicodeDecodeError:
            return "", "binary"
    if b"\0" in data:
        return "", "binary"
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        lines = data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").split("\n")
    broken = sum("�" in line for line in lines)
    # With a byte of another encoding in every tenth line it is another encoding, not a few old comments.
    if broken > max(1, len(lines) // 10):
        return "", "encoding"
    return "\n".join("" if "�" in line else line for line in lines), ""


def _without_long_lines(text: str) -> tuple[str, str]:
    if len(text) <= _LONG_LINE:
        return text, ""
    lines = text.split("\n")
    if sum(len(line) for line in lines if len(line) > _LONG_LINE) * 3 > len(text):
        return "", "minified"
    if all(len(line) <= _LONGEST_LINE for line in lines):
        return text, ""
    return "\n".join(line if len(line) <= _LONGEST_LINE else "" for line in lines), ""
