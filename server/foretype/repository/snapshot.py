"""The index at one moment, and how it stands: immutable values that the server passes about."""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from foretype.repository.messages import Cost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from foretype.embedded import Segment


@dataclass(frozen=True, slots=True)
class IndexSnapshot:
    """The index at one moment. `hidden[i]` are paths whose text in `segments[i]` must not be used any more.

    The same path can be hidden in one segment and count in a later one: that is an edited file. Paths are
    relative to the workspace folder, in POSIX form. `complete` is False until the first walk is through.
    The segments stay mapped as long as a snapshot that holds them lives.
    """

    segments: tuple[Segment, ...] = ()
    hidden: tuple[frozenset[str], ...] = ()
    complete: bool = False


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """How the index stands. `files` and `tokens` are those indexed, `size` the bytes of the arrays on disk.

    `looked_at` counts files during a walk. `skipped` counts by the reasons of `skip.REASONS`. `builder` is False
    while another window builds. `search_waiting` counts files that cannot be searched yet, or not as they are now.
    `search_version` is another number whenever this window's worker has made something new searchable.
    The errors are empty, or a sentence for the user.
    """

    files: int = 0
    tokens: int = 0
    size: int = 0
    segments: int = 0
    building: bool = False
    looked_at: int = 0
    complete: bool = False
    truncated: bool = False
    builder: bool = True
    skipped: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    cost: Cost = field(default_factory=Cost)
    error: str = ""
    search_waiting: int = 0
    search_version: int = 0
    search_error: str = ""


def map_segment(path: str, size: int) -> Segment:
    """Map a segment file for reading. Raises OSError if it cannot be, ValueError if it is not what it should be."""
    # Imported here because the first query needs it anyway, and starting the server does not.
    from foretype.embedded import Segment

    with open(path, "rb") as file:
        if not size or os.fstat(file.fileno()).st_size != size:
            raise ValueError("the segment file has another size")
        # The mapping is closed when the last view of it is gone, which is when the segment is.
        return Segment(memoryview(mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)))
