"""Reading a bare clone at any commit: trees by blob, blobs in one process, diffs with their places."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from benchmarks.embedded.git import CODE, Repository
from benchmarks.embedded.git import is_code as _is_code

_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


class Hunk(NamedTuple):
    """Old lines replaced by new lines; numbers from 0, ends exclusive."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


class FileChange(NamedTuple):
    """What a commit did to one file. `old_path` is "" for a new file, `path` "" for a deleted one."""

    old_path: str
    path: str
    hunks: tuple[Hunk, ...]


def is_code(path: str) -> bool:
    """Whether a file is code that somebody wrote."""
    return _is_code(path)


def language_of(path: str) -> str:
    """The LSP language identifier by the file's suffix."""
    return CODE.get(PurePosixPath(path).suffix, "")


class Clone(Repository):
    """A clone at a path."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.git = self._git
        self.changes = lru_cache(256)(self._changes)

    def tree(self, commit: str) -> dict[str, str]:
        """The code of a commit: path to blob."""
        found = {}
        for row in self.run("ls-tree", "-r", "-z", commit).split("\0")[:-1]:
            head, _, path = row.partition("\t")
            if head.startswith("100") and is_code(path):
                found[path] = head.split()[2]
        return found

    def blob(self, sha: str) -> str | None:
        """The text of a blob; None where it is too large or no UTF-8."""
        return self.read_object(sha)

    def parent(self, commit: str) -> str:
        """The first parent."""
        return self.run("rev-parse", f"{commit}^").strip()

    def touched_before(self, commit: str, count: int) -> list[str]:
        """Paths of code that the commits before this one changed, the latest first."""
        log = self.run("log", "--no-merges", "--format=", "--name-only", f"--max-count={count}", f"{commit}^")
        return list(dict.fromkeys(path for path in log.split("\n") if path and is_code(path)))

    def changed_together(self, commit: str, path: str, count: int) -> list[list[str]]:
        """The files of each of the last commits before this one that changed the path."""
        shas = self.run("log", "--no-merges", "--format=%H", f"--max-count={count}", f"{commit}^", "--", path).split()
        if not shas:
            return []
        log = self.run("show", "--format=%x01", "--name-only", *shas)
        return [[one for one in part.split("\n") if one] for part in log.split("\x01")[1:]]

    def _changes(self, commit: str) -> tuple[FileChange, ...]:
        diff = self.run("diff", "-U0", "-M", "--no-color", "--no-ext-diff", f"{commit}^", commit)
        return tuple(filter(None, map(_file_change, re.split(r"^diff --git .*\n", diff, flags=re.MULTILINE)[1:])))


def _file_change(part: str) -> FileChange | None:
    old = re.search(r"^--- (?:a/)?(.*)$", part, re.MULTILINE)
    new = re.search(r"^\+\+\+ (?:b/)?(.*)$", part, re.MULTILINE)
    if old is None or new is None:
        moved = re.search(r"^rename from (.*)\nrename to (.*)$", part, re.MULTILINE)
        return FileChange(moved.group(1), moved.group(2), ()) if moved else None
    hunks = []
    for found in _HUNK.finditer(part):
        old_at, old_count, new_at, new_count = (int(group) if group else 1 for group in found.groups())
        # A hunk without lines on a side names the line before it.
        old_start = old_at - 1 if old_count else old_at
        new_start = new_at - 1 if new_count else new_at
        hunks.append(Hunk(old_start, old_start + old_count, new_start, new_start + new_count))
    return FileChange(_path(old.group(1)), _path(new.group(1)), tuple(hunks))


def _path(name: str) -> str:
    path = name.rstrip("\t")
    return "" if path == "/dev/null" else path
