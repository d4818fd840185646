"""What the index of one workspace consists of, as a value that is written to and read from one JSON file.

Files and segments are kept apart: a segment remembers which bytes of which paths it was built from, a file
record what is on disk now. `arrange` compares the two, so nothing has to be undone when a change is taken
back, and other products of the same walk (chunks, symbols) can be compared with the records in the same way.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from foretype.errors import UnknownFormatError

# Of this file and of what the walk and the reading decide: raise it when a newer version would decide anew.
FORMAT: Final = 1


class FileRecord(NamedTuple):
    """A file as it was last read. `reason` is empty for a text that is indexed, else a key of REASONS."""

    size: int
    mtime_ns: int
    digest: str
    reason: str


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """A segment file: its name, its size in bytes, what it holds, and the digest of each path in it."""

    name: str
    size: int
    tokens: int
    characters: int
    files: dict[str, str]


@dataclass(slots=True)
class Manifest:
    """The state of an index. `skipped` counts what the walk left out, `complete` says that it came to its end."""

    files: dict[str, FileRecord] = field(default_factory=dict)
    segments: list[SegmentRecord] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    complete: bool = False
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the segments answer for the files: `hidden[i]` are the paths of segment i that must not count.

    `missing` are paths with a text that no segment has; `duplicates` counts texts that are there already.
    """

    hidden: tuple[frozenset[str], ...]
    missing: tuple[str, ...]
    duplicates: int


def arrange(manifest: Manifest) -> Arrangement:
    """Decide which copy of each text counts: one that is in a segment already, the first in walk order else."""
    homes: dict[str, int] = {}
    for number, segment in enumerate(manifest.segments):
        for path, digest in segment.files.items():
            record = manifest.files.get(path)
            if record is not None and not record.reason and record.digest == digest:
                homes.setdefault(path, number)
    taken: set[str] = set()
    duplicates = 0
    for path in list(homes):
        if (digest := manifest.files[path].digest) in taken:
            del homes[path]
        taken.add(digest)
    missing = []
    for path, record in manifest.files.items():
        if record.reason or path in homes:
            continue
        if record.digest in taken:
            duplicates += 1
        else:
            taken.add(record.digest)
            missing.append(path)
    hidden = tuple(
        frozenset(path for path in segment.files if homes.get(path) != number)
        for number, segment in enumerate(manifest.segments)
    )
    return Arrangement(hidden, tuple(missing), duplicates)


def dump(manifest: Manifest) -> bytes:
    """The manifest as JSON."""
    values = {
        "format": FORMAT,
        "complete": manifest.complete,
        "truncated": manifest.truncated,
        "skipped": manifest.skipped,
        "segments": [
            [segment.name, segment.size, segment.tokens, segment.characters, segment.files]
            for segment in manifest.segments
        ],
        "files": manifest.files,
    }
    return json.dumps(values, separators=(",", ":")).encode("ascii")


def load(data: bytes) -> Manifest:
    """The inverse of `dump`. Raises UnknownFormatError for anything else."""
    try:
        values: dict[str, Any] = json.loads(data)
        if values["format"] != FORMAT:
            raise UnknownFormatError("The workspace index was written by another version.")
        return Manifest(
            files={path: _record(*fields) for path, fields in values["files"].items()},
            segments=[_segment(*fields) for fields in values["segments"]],
            skipped={str(reason): int(count) for reason, count in values["skipped"].items()},
            complete=bool(values["complete"]),
            truncated=bool(values["truncated"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnknownFormatError("The workspace index is damaged.") from error


def _record(size: int, mtime_ns: int, digest: str, reason: str) -> FileRecord:
    return FileRecord(int(size), int(mtime_ns), str(digest), str(reason))


def _segment(name: str, size: int, tokens: int, characters: int, files: dict[str, str]) -> SegmentRecord:
    if not str(name).isalnum():
        raise ValueError("a segment's name is a digest")  # It becomes a part of a path.
    checked = {str(path): str(digest) for path, digest in files.items()}
    return SegmentRecord(str(name), int(size), int(tokens), int(characters), checked)
