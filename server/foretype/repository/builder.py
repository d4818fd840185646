"""Keeps the index of one folder in step with its files: walks, reads, builds segments, merges small ones.

Runs in the worker only. What is done is bounded by what has changed: a file whose size and date are those of
the last time is not even read; changed files go into a small segment of their own, and the old copies are
hidden. Small and half-dead segments are merged when there is nothing else to do. A segment counts from the
moment at which the manifest that names it is in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foretype.embedded import Segment, build_segment
from foretype.repository.ignore import IGNORE_FILES, global_ignore_file
from foretype.repository.manifest import FileRecord, Manifest, SegmentRecord, arrange
from foretype.repository.read import Reading, read_source
from foretype.repository.walk import Candidate, Walker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from foretype.repository.cache import CacheFolder
    from foretype.repository.options import IndexOptions
    from foretype.repository.search.keeper import SearchKeeper

# Reasons that came from reading a file and so hold until the file changes; others come from the walk.
_ABOUT_CONTENT: Final = frozenset({"secret", "generated", "binary", "encoding", "minified", "large", "failed"})
# The share of a segment's text that may be hidden before the rest is moved, and how many segments of less
# than half the usual size are borne. Each segment costs every query a search, each merge some seconds of CPU.
_MOST_HIDDEN: Final = 0.3
_MOST_SMALL: Final = 4
# An edit is built together with the last segment if both together have at most this share of a segment.
_TAIL_SHARE: Final = 0.1
# So many changed paths at once are a change of branch: looking at all files is cheaper and surer.
_MANY: Final = 200
_PROGRESS_EVERY: Final = 100


class Interrupted(Exception):
    """The work was called off; what had been finished is kept."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told: `progress(files looked at)`, `changed()` when the manifest has been replaced.

    `interrupted()` is asked between files.
    """

    progress: Callable[[int], None]
    changed: Callable[[], None]
    interrupted: Callable[[], bool]


class IndexBuilder:
    """The one writer of an index; its owner holds the lock of the folder."""

    def __init__(self, root: Path, cache: CacheFolder, options: IndexOptions, watcher: Watcher) -> None:
        self.manifest = Manifest()
        self._root = root
        self._cache = cache
        self._options = options
        self._watcher = watcher
        self._walker = Walker(root, options, global_ignore_file())
        # The second product of the same reading, where there is one.
        self.search: SearchKeeper | None = None
        self._batch: list[tuple[str, str]] = []
        self._batch_bytes = 0
        self._is_news = False  # Whether the manifest in memory says more than the one on disk.

    def open(self) -> None:
        """Take over what is in the cache, as far as it is whole."""
        manifest = self._cache.load()
        manifest.segments = [segment for segment in manifest.segments if self._is_whole(segment)]
        manifest.complete = False
        self.manifest = manifest
        self._cache.collect(manifest.segments)

    def scan(self) -> None:
        """Look at every file of the workspace. Raises Interrupted, OSError if the cache cannot be written."""
        known, seen = self.manifest.files, set()
        before = self._found()
        taken = {digest for segment in self.manifest.segments for digest in segment.files.values()}
        self.manifest.complete = False
        for number, candidate in enumerate(self._walker.files(), 1):
            seen.add(candidate.path)
            record = known.get(candidate.path)
            if record is None or (record.size, record.mtime_ns) != (candidate.size, candidate.mtime_ns):
                text = self._read(candidate.path)
                record = known.get(candidate.path)
                if record is not None and not record.reason and record.digest not in taken:
                    taken.add(record.digest)
                    self._add(candidate.path, text)
            if number % _PROGRESS_EVERY == 0:
                self._watcher.progress(number)
                self._heed()
        for path in known.keys() - seen:
            self._forget(path)
        self.manifest.skipped = dict(self._walker.skipped)
        self.manifest.truncated = self._walker.truncated
        self.manifest.complete = True
        self._is_news |= self._found() != before
        self._settle()
        if self.search is not None:
            self.search.reconcile()

    def _found(self) -> tuple[dict[str, int], bool, bool]:
        # What a walk says of the workspace beside its files.
        return self.manifest.skipped, self.manifest.truncated, self.manifest.complete

    def update(self, changed: Iterable[str], deleted: Iterable[str]) -> None:
        """Look at these workspace-relative paths again; folders are allowed. Raises as `scan` does."""
        paths = list(dict.fromkeys((*changed, *deleted)))
        if len(paths) > _MANY or any(path.rpartition("/")[2] in IGNORE_FILES for path in paths):
            self.scan()
            return
        for path in paths:
            self._heed()
            found = self._walker.check(path) if path else "folder"
            if isinstance(found, Candidate):
                if self._has_room(found):
                    self._read(path, soon=True)
            elif found == "folder":
                self.scan()
                return
            else:
                self._forget(path)
        self._settle()

    def _forget(self, path: str) -> None:
        # A file that is gone, or a folder with all that was in it.
        files = self.manifest.files
        gone = [path] if path in files else [name for name in files if name.startswith(path + "/")]
        for name in gone:
            del files[name]
            if self.search is not None:
                self.search.drop(name)
        self._is_news |= bool(gone)

    def distrust(self, names: Iterable[str]) -> None:
        """Build the segments of these names anew: a reader found them missing or damaged. Raises as `scan` does."""
        distrusted = set(names)
        self.manifest.segments = [segment for segment in self.manifest.segments if segment.name not in distrusted]
        self._settle()

    def is_untidy(self) -> bool:
        """Whether `tidy` has anything to do."""
        return bool(self._to_merge())

    def tidy(self) -> None:
        """Merge small and half-dead segments: costs at most one segment's building. Raises as `scan` does."""
        merged = self._to_merge()
        arrangement = arrange(self.manifest)
        for number in merged:
            segment = self.manifest.segments[number]
            for path in segment.files:
                if path not in arrangement.hidden[number]:
                    self._load(path)
                    self._heed()
        self._seal({self.manifest.segments[number].name for number in merged})
        self._settle()

    def _has_room(self, candidate: Candidate) -> bool:
        # The bounds of the walk hold for what is reported later, too.
        files = self.manifest.files
        if candidate.path in files:
            return True
        total = sum(record.size for record in files.values()) + candidate.size
        return len(files) < self._options.max_files and total <= self._options.max_total_bytes

    def _settle(self) -> None:
        # Builds what no segment has, drops what nobody needs, and makes the result count.
        waiting = {path for path, _ in self._batch}
        for path in arrange(self.manifest).missing:
            if path not in waiting:
                self._load(path)
                self._heed()
        tail = self._tail() if self._batch else None
        if tail is not None:
            hidden = arrange(self.manifest).hidden[self.manifest.segments.index(tail)]
            for path in tail.files.keys() - hidden - {name for name, _ in self._batch}:
                self._load(path)
        self._seal({tail.name} if tail is not None else set())
        hidden_of = arrange(self.manifest).hidden
        self.manifest.segments = [
            segment
            for segment, hidden in zip(self.manifest.segments, hidden_of, strict=True)
            if len(hidden) < len(segment.files)
        ]
        if self._is_news:
            self._publish()
            self._cache.collect(self.manifest.segments)

    def _tail(self) -> SegmentRecord | None:
        # The last segment, if it and the batch together are still a small one.
        limit = self._options.segment_characters * _TAIL_SHARE
        last = self.manifest.segments[-1] if self.manifest.segments else None
        return last if last is not None and last.characters + self._batch_bytes <= limit else None

    def _to_merge(self) -> list[int]:
        # The numbers of segments that should become one, at most one segment's worth of text.
        hidden = arrange(self.manifest).hidden
        small, wasteful = [], []
        for number, segment in enumerate(self.manifest.segments):
            share = len(hidden[number]) / max(1, len(segment.files))
            if share > _MOST_HIDDEN:
                wasteful.append(number)
            elif segment.characters * 2 < self._options.segment_characters:
                small.append(number)
        chosen = wasteful + (small if wasteful or len(small) > _MOST_SMALL else [])
        total = 0
        merged: list[int] = []
        for number in chosen:
            total += self.manifest.segments[number].characters
            if total <= self._options.segment_characters or not merged:
                merged.append(number)
        return sorted(merged)

    def _load(self, path: str) -> None:
        # A file that is in no segment, or must be moved to another; it may have changed by now.
        text = self._read(path)
        record = self.manifest.files.get(path)
        if record is not None and not record.reason:
            self._add(path, text)

    def read(self, path: str) -> Reading:
        """Read a file as the index does, without taking it in."""
        return read_source(self._root / path, self._options.max_file_bytes)

    def texts(self) -> dict[str, str]:
        """The digest of every file that has a text to index, by path; duplicates included."""
        # What the embedded engine could not tokenise can be searched all the same.
        files = self.manifest.files.items()
        return {path: record.digest for path, record in files if record.reason in {"", "failed"}}

    def _read(self, path: str, *, soon: bool = False) -> str:
        reading = self.read(path)
        if self.search is not None:
            if reading.reason:
                self.search.drop(path)
            else:
                self.search.offer(path, reading.digest, reading.text, soon=soon)
        if reading.reason and reading.reason not in _ABOUT_CONTENT:
            self._is_news |= self.manifest.files.pop(path, None) is not None
            return ""
        record = FileRecord(reading.size, reading.mtime_ns, reading.digest, reading.reason)
        self._is_news |= record != self.manifest.files.get(path)
        self.manifest.files[path] = record
        return reading.text

    def _add(self, path: str, text: str) -> None:
        if self._batch and self._batch_bytes + len(text) > self._options.segment_characters:
            self._seal(set())
            self._publish()
        self._batch.append((path, text))
        self._batch_bytes += len(text)

    def _seal(self, replaced: set[str]) -> None:
        # The batch becomes a segment in place of the `replaced` ones.
        batch, self._batch, self._batch_bytes = self._batch, [], 0
        segments = [segment for segment in self.manifest.segments if segment.name not in replaced]
        self.manifest.segments = segments + self._built(batch)
        self._is_news |= bool(batch or replaced)

    def _built(self, batch: list[tuple[str, str]]) -> list[SegmentRecord]:
        if not batch:
            return []
        try:
            data = build_segment(batch)
            tokens = Segment(data).tokens
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
            # One file that the lexer cannot take must not cost the whole index, so it is found by halving.
            if len(batch) > 1:
                half = len(batch) // 2
                return self._built(batch[:half]) + self._built(batch[half:])
            path = batch[0][0]
            self.manifest.files[path] = self.manifest.files[path]._replace(reason="failed")
            return []
        files = {path: self.manifest.files[path].digest for path, _ in batch}
        size = sum(len(text) for _, text in batch)
        return [SegmentRecord(self._cache.write_segment(data), len(data), tokens, size, files)]

    def _publish(self) -> None:
        self._cache.save(self.manifest)
        self._is_news = False
        self._watcher.changed()

    def _heed(self) -> None:
        if self._watcher.interrupted():
            self._batch, self._batch_bytes = [], 0
            raise Interrupted

    def _is_whole(self, record: SegmentRecord) -> bool:
        data = self._cache.read_segment(record)
        if data is None:
            return False
        try:
            segment = Segment(data)
        except ValueError:
            return False
        return segment.tokens == record.tokens and set(segment.paths) == set(record.files)
