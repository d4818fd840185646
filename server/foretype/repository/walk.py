"""The walk of a workspace folder: which files are worth reading, in an order that is the same every time.

Runs in the worker only. It looks at names, sizes and dates and never opens a source file. It follows no
symbolic link: what a link inside the folder points to is met at its own place, and what lies outside is none
of ours, so loops cannot happen. Breadth first, so that when a bound is met the deepest files are missing.
"""

from __future__ import annotations

import os
import stat
from collections import Counter, deque
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from foretype.repository.ignore import IGNORE_FILES, Rules, rules_for
from foretype.repository.skip import CONTROL_FOLDERS, TASTE, reason_for_file, reason_for_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from foretype.repository.options import IndexOptions

# Windows: junctions and other reparse points lead elsewhere, as symbolic links do.
_REPARSE_POINT = getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0x400)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file to read: workspace-relative POSIX path, size in bytes, time of change in nanoseconds."""

    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: str  # "folder", "file", or the reason why it is neither
    size: int = 0
    mtime_ns: int = 0


class Walker:
    """Walks one folder. `skipped` counts what `files` has left out so far, by the reasons of `skip.REASONS`.

    `truncated` says that a bound of the options was met. Errors of the file system are counted, never raised.
    """

    def __init__(self, root: Path, options: IndexOptions, global_file: Path | None = None) -> None:
        self.root = root
        self.skipped: Counter[str] = Counter()
        self.truncated = False
        self._options = options
        self._global_file = global_file
        self._seen = 0

    def files(self, below: str = "") -> Iterator[Candidate]:
        """Every file worth reading under the workspace-relative folder `below`, breadth first, by name."""
        self.skipped.clear()
        self.truncated, self._seen = False, 0
        kept = total = 0
        rules = self._rules_of(below)
        folders = deque([(below, rules)] if rules is not None else [])
        while folders and not self.truncated:
            folder, rules = folders.popleft()
            entries = self._entries(folder)
            rules = rules.enter(self.root / folder, folder, {entry.name for entry in entries})
            for entry in entries:
                reason = self._judge(folder, entry, rules)
                if reason == "control":
                    continue
                if reason is not None:
                    self.skipped[reason] += 1
                elif entry.kind == "folder":
                    folders.append((f"{folder}{entry.name}/", rules))
                elif kept == self._options.max_files or total + entry.size > self._options.max_total_bytes:
                    self.skipped["limit"] += 1
                    self.truncated = True
                else:
                    kept, total = kept + 1, total + entry.size
                    yield Candidate(folder + entry.name, entry.size, entry.mtime_ns)

    def check(self, path: str) -> Candidate | str | None:
        """What the walk would make of one workspace-relative path.

        A reason for leaving it out; None if there is no such path; "folder" if it is one that is walked.
        """
        if any(part in {"", ".", ".."} for part in path.split("/")):
            return None  # Not the name of anything in here, whoever may have sent it.
        folder, _, name = path.rpartition("/")
        folder += "/" if folder else ""
        rules = self._rules_of(folder)
        if rules is None:
            return "ignored"
        try:
            entry = _entry(name, os.stat(self.root / path, follow_symlinks=False))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            return "unreadable"
        reason = self._judge(folder, entry, rules)
        if reason is not None or entry.kind == "folder":
            return reason or "folder"
        return Candidate(path, entry.size, entry.mtime_ns)

    def _rules_of(self, folder: str) -> Rules | None:
        # The rules inside a folder, reached as the walk would reach it; None if the walk does not get there.
        rules = rules_for(self.root, self._options.exclude, self._global_file)
        at = ""
        for part in folder.split("/")[:-1]:
            rules = rules.enter(self.root / at, at, _ignore_files(self.root / at))
            try:
                entry = _entry(part, os.stat(self.root / at / part, follow_symlinks=False))
            except (OSError, ValueError):
                return None
            if entry.kind != "folder" or self._judge(at, entry, rules) is not None:
                return None
            at += part + "/"
        return rules if not folder else rules.enter(self.root / at, at, _ignore_files(self.root / at))

    def _entries(self, folder: str) -> list[_Entry]:
        room = self._options.max_entries - self._seen
        try:
            with os.scandir(self.root / folder) as found:
                entries = [self._read(entry) for entry in islice(found, room + 1)]
        except OSError:
            self.skipped["unreadable"] += 1
            return []
        self._seen += len(entries)
        if len(entries) > room:
            self.skipped["limit"] += 1
            self.truncated = True
            entries.pop()
        return sorted(entries, key=lambda entry: entry.name)

    def _read(self, found: os.DirEntry[str]) -> _Entry:
        try:
            return _entry(found.name, found.stat(follow_symlinks=False))
        except OSError:
            return _Entry(found.name, "unreadable")

    def _judge(self, folder: str, entry: _Entry, rules: Rules) -> str | None:
        # The first reason that applies, the grave ones first, so that nothing lighter can lift them.
        name, is_folder = entry.name, entry.kind == "folder"
        if name.lower() in CONTROL_FOLDERS:
            return "control"  # A file of this name is a worktree's or a submodule's pointer to the folder.
        if not is_folder and entry.kind != "file":
            return entry.kind
        reason = reason_for_folder(name) if is_folder else reason_for_file(name, entry.size)
        if reason == "secret":
            return reason
        path = f"{folder}{name}/" if is_folder else folder + name
        if not _is_unicode(name):
            return "name"
        if rules.ignored_by_git(path):
            return "ignored"
        chosen = rules.chosen(path)
        if chosen:
            return "excluded"
        if reason is not None and not (reason in TASTE and chosen is False):
            return reason
        if is_folder:
            return None
        if entry.size > self._options.max_file_bytes:
            return "large"
        return None if entry.size else "empty"


def _entry(name: str, status: os.stat_result) -> _Entry:
    mode = status.st_mode
    if stat.S_ISLNK(mode) or getattr(status, "st_file_attributes", 0) & _REPARSE_POINT:
        return _Entry(name, "link")
    if stat.S_ISDIR(mode):
        return _Entry(name, "folder")
    if not stat.S_ISREG(mode):
        return _Entry(name, "special")
    return _Entry(name, "file", status.st_size, status.st_mtime_ns)


def _is_unicode(name: str) -> bool:
    # POSIX names are bytes; those that are no UTF-8 arrive with lone surrogates, which no editor can send.
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _ignore_files(folder: Path) -> set[str]:
    return {name for name in IGNORE_FILES if (folder / name).is_file()}
