"""Puts a whole file in another's place at once, readable by its owner only. Runs in the worker only."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_TRIES: Final = 20
_PAUSE: Final = 0.05  # Seconds.


def replace_file(path: Path, data: bytes) -> None:
    """Whoever reads `path` finds the old content or the new one, never a part. Raises OSError."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    with open(handle, "wb") as file:
        file.write(data)
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
