"""Puts a whole file in another's place at once. Blocks: for the index's worker, for threads and for commands."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_TRIES: Final = 20
_PAUSE: Final = 0.05  # Seconds.
_OWNERS: Final = 0o600


def replace_file(path: Path, data: bytes, mode: int = _OWNERS) -> None:
    """Whoever reads `path` finds the old content or the new one, never a part. Raises OSError."""
    # A name that nobody can have taken before, were it for a link to elsewhere: no file is opened but a new one.
    part = path.with_name(f".{os.getpid()}-{os.urandom(8).hex()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _OWNERS)
    try:
        with open(handle, "wb") as file:
            file.write(data)
        if mode != _OWNERS:
            os.chmod(part, mode)
        _renamed(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise


def _renamed(part: Path, path: Path) -> None:
    for attempt in range(_TRIES):
        try:
            os.replace(part, path)
        except PermissionError:
            # Windows: another window is reading the old file just now.
            if attempt == _TRIES - 1:
                raise
            time.sleep(_PAUSE)
        else:
            return
