"""What the owner of an index may choose: limits and extra exclusions. Plain values, the same on both sides."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """Bounds of one workspace index. Sizes of files are in bytes.

    `exclude` are patterns in .gitignore syntax, relative to the workspace folder. `max_entries` bounds what
    the walk looks at, `max_files` and `max_total_bytes` what it keeps, so that a folder of a million files, or
    somebody's home folder, costs a bounded time and memory. `segment_characters` is the text that goes into one
    array: larger ones make queries cheaper (each segment is searched by itself), smaller ones make the first
    results come sooner and the worker smaller. `walk_pause` is the least time in seconds between two walks of the
    worker's own, which find what no client has reported; it is longer where walks take long.
    """

    exclude: tuple[str, ...] = ()
    max_entries: int = 200_000
    max_files: int = 50_000
    max_total_bytes: int = 32_000_000
    max_file_bytes: int = 400_000
    segment_characters: int = 2_000_000
    walk_pause: float = 30.0

    def to_json(self) -> dict[str, Any]:
        """The options as they travel to the worker."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> IndexOptions:
        """The inverse of `to_json`. Raises TypeError on a name that does not exist."""
        return cls(**{**values, "exclude": tuple(values.get("exclude", ()))})
