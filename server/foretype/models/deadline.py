"""A time limit around a block of a coroutine. Knows nothing of models.

Python 3.10 has no `asyncio.timeout`, and `asyncio.wait_for` makes a task per call and could lose a
cancellation before 3.12; this does what the former does, for the Pythons that Foretype runs on.
"""

from __future__ import annotations

import asyncio
from types import TracebackType


class Deadline:
    """`with Deadline(at): await ...` raises `asyncio.TimeoutError` when the loop's clock passes `at`.

    A cancellation from outside stays a cancellation, also when it meets the time limit.
    """

    def __init__(self, at: float) -> None:
        self._at = at
        self._expired = False

    def __enter__(self) -> Deadline:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a deadline needs a task")
        self._task = task
        self._cancels_before = _pending_cancels(task)
        self._timer = asyncio.get_running_loop().call_at(self._at, self._expire)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if not self._expired:
            return
        left = self._task.uncancel() if hasattr(self._task, "uncancel") else 0
        if kind is not None and issubclass(kind, asyncio.CancelledError) and left <= self._cancels_before:
            raise asyncio.TimeoutError from error

    def _expire(self) -> None:
        self._expired = True
        self._task.cancel()


def _pending_cancels(task: asyncio.Task[object]) -> int:
    # 3.11 counts cancellations so that nested time limits can tell their own from others.
    return task.cancelling() if hasattr(task, "cancelling") else 0
