"""The folder on disk that holds the index of one workspace: segment files, the manifest, a lock, notes.

    <cache>/index/<name>-<digest of the path>-<formats>/
        manifest.json    replaced at once, names everything that counts
        <digest>.seg     named by their content, written under another name first, never changed
        lock             held by the process that builds
        note-*.json      changed paths that a second window has seen, for the builder

Whatever is killed at whatever moment leaves the previous manifest and everything that it names. Nothing is
flushed to the disk on purpose: after a power cut a torn file fails its checksum and is built again.
Runs in the worker only.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foretype.errors import UnknownFormatError
from foretype.repository.lock import FolderLock
from foretype.repository.manifest import FORMAT, Manifest, dump, load
from foretype.repository.replace import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from foretype.repository.manifest import SegmentRecord

# A file that nobody names is left for this long (seconds): on file systems without locks it may belong to
# another builder that has not written its manifest yet.
_GRACE: Final = 600.0
# Indexes that no window has opened for this long (seconds) are removed.
_UNUSED: Final = 90 * 86_400.0


class CacheFolder:
    """Reads and writes the files of one index. Raises OSError only where something cannot be written."""

    def __init__(self, cache: Path, root: Path, engine_version: int) -> None:
        # Versions live side by side, so that two editors with different versions do not take turns in
        # rebuilding each other's index.
        key = hashlib.blake2b(os.fsencode(root), digest_size=8).hexdigest()
        readable = "".join(char if char.isalnum() else "_" for char in root.name)[:40]
        self.path = cache / "index" / f"{readable}-{key}-{FORMAT}.{engine_version}"
        # Other users of the machine must not read somebody's sources here.
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.lock = FolderLock(self.path / "lock")

    def load(self) -> Manifest:
        """The manifest, an empty one where there is none or it cannot be used."""
        try:
            return load((self.path / "manifest.json").read_bytes())
        except (OSError, UnknownFormatError):
            return Manifest()

    def save(self, manifest: Manifest) -> None:
        """Replace the manifest at once."""
        replace_file(self.path / "manifest.json", dump(manifest))

    def stamp(self) -> tuple[int, int, int]:
        """Changes when the manifest is replaced."""
        try:
            status = os.stat(self.path / "manifest.json")
        except OSError:
            return 0, 0, 0
        return status.st_mtime_ns, status.st_size, status.st_ino

    def segment_path(self, name: str) -> Path:
        """Where the segment of this name lies."""
        return self.path / f"{name}.seg"

    def write_segment(self, data: bytes) -> str:
        """Store a segment under the digest of its bytes, and return that."""
        name = hashlib.blake2b(data, digest_size=16).hexdigest()
        replace_file(self.segment_path(name), data)
        return name

    def read_segment(self, segment: SegmentRecord) -> bytes | None:
        """The bytes of a segment if they are all there, and are those that it is named by."""
        try:
            data = self.segment_path(segment.name).read_bytes()
        except OSError:
            return None
        whole = hashlib.blake2b(data, digest_size=16).hexdigest() == segment.name
        return data if whole and len(data) == segment.size else None

    def collect(self, segments: Iterable[SegmentRecord]) -> None:
        """Remove segments and half-written files that the manifest does not name."""
        named = {f"{segment.name}.seg" for segment in segments}
        now = time.time()
        for name in os.listdir(self.path):
            if (name.endswith(".seg") and name not in named) or name.endswith(".part"):
                # Where a file is still mapped, Windows refuses; a later round removes it.
                with contextlib.suppress(OSError):
                    place = self.path / name
                    if now - place.stat().st_mtime > (0 if self.lock.is_exclusive else _GRACE):
                        place.unlink()

    def leave_note(self, changed: Iterable[str], deleted: Iterable[str]) -> None:
        """Tell the builder in another process about changed and deleted paths (workspace-relative)."""
        data = json.dumps([list(changed), list(deleted)]).encode("ascii")
        replace_file(self.path / f"note-{os.getpid()}-{time.time_ns()}.json", data)

    def take_notes(self) -> tuple[list[str], list[str]]:
        """The changed and the deleted paths of all notes, which are removed."""
        changed: list[str] = []
        deleted: list[str] = []
        for name in sorted(os.listdir(self.path)):
            if name.startswith("note-") and name.endswith(".json"):
                with contextlib.suppress(OSError, ValueError, TypeError):
                    data = (self.path / name).read_bytes()
                    (self.path / name).unlink()
                    more_changed, more_deleted = json.loads(data)
                    changed += map(str, more_changed)
                    deleted += map(str, more_deleted)
        return changed, deleted


def remove_unused(cache: Path) -> None:
    """Remove the indexes of workspaces that have not been opened for three months."""
    now = time.time()
    with contextlib.suppress(OSError):
        for folder in (cache / "index").iterdir():
            # The builder writes into its lock whenever it starts.
            with contextlib.suppress(OSError):
                if now - (folder / "lock").stat().st_mtime > _UNUSED:
                    _remove_folder(folder)


def _remove_folder(folder: Path) -> None:
    lock = FolderLock(folder / "lock")
    if not lock.acquire():
        return
    try:
        for place in folder.iterdir():
            if place.name != "lock":
                place.unlink()
    finally:
        lock.release()
    (folder / "lock").unlink()
    folder.rmdir()
