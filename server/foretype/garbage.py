"""When the interpreter looks for garbage: never among what is loaded once and lives as long as the process."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_YOUNG: Final = 10_000
"""New objects after which garbage is looked for among them. CPython's 700 took 0.1 ms of processor time for each key
that somebody types; so many small objects are a megabyte or two."""

_loaded: set[str] = set()


@contextmanager
def loading(what: str) -> Iterator[None]:
    """Within, something is loaded: the first time for each `what`, nothing of it is ever looked at again.

    The protocol's types and the SDK are some hundred thousand objects: to look through them takes 40 ms, several times
    while they are made, and now and then while somebody types.
    """
    if what in _loaded:
        yield
        return
    _loaded.add(what)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(_YOUNG)
        gc.enable()
