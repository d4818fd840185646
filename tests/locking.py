"""One process at a time: tests run in several, and what they install for themselves is shared by all of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone_with(folder: Path) -> Iterator[None]:
    """Wait until no other process works on this folder, and keep the others waiting meanwhile.

    The lock stands beside the folder and goes with its process, however that ends. Not to be nested for one folder.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as file:
        if sys.platform != "win32":  # where nothing is installed by the tests
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
