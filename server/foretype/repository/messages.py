"""What the server and its worker say to each other: JSON objects, one a line, over the worker's stdin and stdout.

To the worker, {"do": ...}: "open" (first; root, cache, options, rebuild), "update" (changed, deleted: workspace-
relative paths), "rescan", "distrust" (segments, search: names of files), "cancel". It ends when its stdin does.

From the worker, {"is": ...}: "ready" (root, folder: resolved), "progress" (files), "index" (see `IndexNews`),
"search" (waiting: files that the search database lacks yet; version; error), "cost" (see `Cost`), "idle" (everything
asked for is done, but for what waits for the search database), "failed" (message).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SegmentNews:
    """A segment that counts from now on: its name, bytes, tokens, and the paths in it that must not count."""

    name: str
    size: int
    tokens: int
    hidden: list[str]


@dataclass(frozen=True, slots=True)
class IndexNews:
    """The index as it is now. `skipped` counts by `skip.REASONS`; `builder` is False while another window builds."""

    segments: list[SegmentNews]
    files: int
    skipped: dict[str, int]
    complete: bool
    truncated: bool
    builder: bool

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> IndexNews:
        """Read a message. Raises KeyError or TypeError if it is none."""
        segments = [SegmentNews(**segment) for segment in values["segments"]]
        rest = {key: value for key, value in values.items() if key not in {"is", "segments"}}
        return cls(segments, **rest)


@dataclass(frozen=True, slots=True)
class Cost:
    """What the worker has used since it started: CPU seconds, and the largest resident memory in bytes or 0."""

    cpu_seconds: float = 0.0
    peak_bytes: int = 0


def encode(kind: str, message: dict[str, Any] | IndexNews | Cost) -> bytes:
    """A message of the worker as a line."""
    values = message if isinstance(message, dict) else asdict(message)
    return json.dumps({"is": kind, **values}, separators=(",", ":")).encode("ascii") + b"\n"
