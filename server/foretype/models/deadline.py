"""A time limit for one awaitable. Knows nothing of models.

`asyncio.wait_for` could lose a cancellation that met the time limit before Python 3.12, and `asyncio.timeout`
came with 3.11; this is the latter where there is one, and the same behaviour on 3.10.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def until(moment: float, awaitable: Awaitable[T]) -> T:
    """The awaitable's result; cancels it and raises `asyncio.TimeoutError` when the loop's clock passes `moment`.

    A cancellation from outside stays a cancellation, also when it meets the time limit.
    """
    if sys.version_info >= (3, 11):
        async with asyncio.timeout_at(moment):
            return await awaitable
    task = asyncio.ensure_future(awaitable)
    try:
        await asyncio.wait([task], timeout=max(0.0, moment - asyncio.get_running_loop().time()))
    except asyncio.CancelledError:
        await _end(task)
        raise
    if not task.done():
        await _end(task)
        if task.cancelled():
            raise asyncio.TimeoutError
    return task.result()


async def _end(task: asyncio.Future[T]) -> None:
    """Cancel, and wait until everything that the task held is given back."""
    task.cancel()
    await asyncio.wait([task])
