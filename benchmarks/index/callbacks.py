"""How long each callback holds the event loop, in processor time: what others do on the machine is not in it."""

from __future__ import annotations

import asyncio
import gc
import time
from asyncio import events
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_MANY = 0.010
"""Seconds that nothing may hold the event loop for."""


@dataclass(slots=True)
class Callbacks:
    """What was run: the number of callbacks, the longest one's CPU seconds and name, and those of every long one.

    `wall` is the longest by the clock: it also waited for a core, and for threads that held the interpreter. `garbage`
    is the longest look for garbage, in CPU seconds: it holds the interpreter, in whichever thread it begins.
    """

    count: int = 0
    cpu: float = 0.0
    name: str = ""
    wall: float = 0.0
    garbage: float = 0.0
    long: list[tuple[str, float]] = field(default_factory=list)


@contextmanager
def timed() -> Iterator[Callbacks]:
    """Take the time of every callback that event loops run meanwhile."""
    found, bare = Callbacks(), events.Handle._run

    def run(handle: asyncio.Handle) -> None:
        callback = handle._callback  # type: ignore[attr-defined]
        began, used = time.perf_counter(), time.thread_time()
        bare(handle)
        cpu = time.thread_time() - used
        found.wall = max(found.wall, time.perf_counter() - began)
        found.count += 1
        if cpu > found.cpu:
            found.cpu, found.name = cpu, _name_of(callback)
        if cpu > _MANY:
            found.long.append((_name_of(callback), cpu))

    started: list[float] = []

    def collected(phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            started.append(time.thread_time())
        elif started:
            found.garbage = max(found.garbage, time.thread_time() - started.pop())

    events.Handle._run = run  # type: ignore[assignment, method-assign]
    gc.callbacks.append(collected)
    try:
        yield found
    finally:
        gc.callbacks.remove(collected)
        events.Handle._run = bare  # type: ignore[method-assign]


def _name_of(callback: object) -> str:
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Task):  # a step of a task: what matters is which coroutine
        return str(getattr(owner.get_coro(), "__qualname__", owner))
    return str(getattr(callback, "__qualname__", callback))
