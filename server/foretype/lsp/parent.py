"""Leave when the editor is gone, also when somebody else keeps our standard input open.

An editor that is killed can leave its pipes to another process, and then standard input never ends; so the process
that `initialize` names is watched as well. Imports nothing of the server: it only calls back.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from typing import Final

_POLL_SECONDS: Final = 2.0


def watch_process(pid: int, gone: Callable[[], None]) -> Callable[[], None]:
    """Call `gone` in the running loop once process `pid` has ended; returns what ends the watch.

    A process that cannot be seen from the start (an editor outside this container) is not watched.
    Linux tells at once, through a pidfd; Windows through a waiting thread; elsewhere it is asked every 2 seconds.
    """
    loop = asyncio.get_running_loop()
    if sys.platform == "win32":
        return _watch_windows(pid, lambda: loop.call_soon_threadsafe(gone))
    if not _alive(pid):
        return lambda: None
    if hasattr(os, "pidfd_open"):
        try:
            descriptor = os.pidfd_open(pid)
        except OSError:
            pass  # an old kernel, or a sandbox that forbids it: ask every now and then instead
        else:
            return _watch_descriptor(loop, descriptor, gone)
    return _poll(loop, pid, gone)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # it is there and belongs to somebody else
    return True


def _watch_descriptor(loop: asyncio.AbstractEventLoop, descriptor: int, gone: Callable[[], None]) -> Callable[[], None]:
    def stop() -> None:
        with contextlib.suppress(OSError):
            loop.remove_reader(descriptor)
            os.close(descriptor)

    def ready() -> None:
        stop()
        gone()

    loop.add_reader(descriptor, ready)
    return stop


def _poll(loop: asyncio.AbstractEventLoop, pid: int, gone: Callable[[], None]) -> Callable[[], None]:
    stopped = threading.Event()

    def look() -> None:
        if stopped.is_set():
            return
        if _alive(pid):
            loop.call_later(_POLL_SECONDS, look)
        else:
            gone()

    loop.call_later(_POLL_SECONDS, look)
    return stopped.set


def _watch_windows(pid: int, gone: Callable[[], object]) -> Callable[[], None]:
    """Wait for the process's handle in a daemon thread; os.kill(pid, 0) would end the process on Windows."""
    import ctypes  # only here: it costs start-up time and no other platform needs it

    synchronize, infinite = 0x00100000, 0xFFFFFFFF
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    handle = kernel.OpenProcess(synchronize, False, pid)
    if not handle:
        return lambda: None
    stopped = threading.Event()

    def wait() -> None:
        kernel.WaitForSingleObject(handle, infinite)
        kernel.CloseHandle(handle)
        if not stopped.is_set():
            gone()

    threading.Thread(target=wait, name="parent", daemon=True).start()
    return stopped.set
