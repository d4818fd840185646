"""One builder per index folder, over all processes of this machine.

The lock is the operating system's on an open file: it is gone with the process that held it, however that
ended, so there is no stale lock to detect. The process id in the file is for people to read.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# What the systems say when somebody else holds the lock. Anything else means that there are no locks here.
_HELD = {errno.EACCES, errno.EAGAIN, errno.EDEADLK, getattr(errno, "EDEADLOCK", errno.EDEADLK)}


class FolderLock:
    """A lock that is tried, never waited for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        # Whether the lock is held and really keeps others out.
        self.is_exclusive = False

    def acquire(self) -> bool:
        """Whether this process may build now.

        Some network file systems have no locks. There two windows may both build: that costs time, but since
        segments are named by their content and the manifest is replaced at once, no index is damaged.
        """
        if self._handle is not None:
            return True
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError:
            return False
        try:
            _lock(handle)
            self.is_exclusive = True
        except OSError as error:
            if error.errno in _HELD:
                os.close(handle)
                return False
        self._handle = handle
        try:
            os.ftruncate(handle, 0)
            os.write(handle, b" %d\n" % os.getpid())
        except OSError:
            return True  # The note is not worth the lock.
        return True

    def release(self) -> None:
        """Let another process build; without effect if the lock is not held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
            self.is_exclusive = False


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        # The byte locked lies behind the note, so that people can read the note while it is held.
        os.lseek(handle, 1 << 20, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
