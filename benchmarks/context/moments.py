"""The moment just before somebody typed a line: what stood where, what was open, what had just been changed.

The disk holds the parent commit's tree with the files of the commit that come before this one (in git's order) as
the commit left them. The file itself holds the commit's lines up to the cursor and the parent's lines behind the
hunk. Open are those earlier files and then, up to ten, what the commits before had changed; nothing of the future.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from foretype.context.identifiers import identifiers

from .git import Clone, FileChange, Hunk, is_code, language_of

_OPEN = 10
_COMMITS_BEFORE = 12


class Edit(NamedTuple):
    """Lines that this commit has changed already: where they stand now, what stood there, what stands there now."""

    path: str
    start: int
    end: int
    removed: tuple[str, ...]
    added: tuple[str, ...]


class Moment:
    """One line about to be typed. `before` ends with its indentation, `after` begins with the line's end."""

    def __init__(self, clone: Clone, commit: str, path: str, line: int) -> None:
        self.clone, self.commit, self.path, self.line = clone, commit, path, line
        self.language_id = language_of(path)
        self._parent = f"{commit}^"
        change = next((one for one in clone.changes(commit) if one.path == path), None)
        self.change = change or FileChange(path, path, ())
        new = _lines(clone.read(commit, path))
        old = _lines(clone.read(self._parent, self.change.old_path)) if self.change.old_path else []
        hunk = next((one for one in self.change.hunks if one.new_start <= line < one.new_end), None)
        rest = old[hunk.old_end :] if hunk else new[line + 1 :]
        self.truth = new[line].strip()
        indent = new[line][: len(new[line]) - len(new[line].lstrip())].rstrip("\n")
        self.before = "".join(new[:line]) + indent
        self.after = "\n" + "".join(rest)
        self._new, self._old = new, old

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the line, which a good prompt holds."""
        return frozenset(identifiers(self.truth, self.language_id))

    @cached_property
    def earlier(self) -> tuple[FileChange, ...]:
        """What the commit has done to files that come before this one."""
        changes = self.clone.changes(self.commit)
        at = next((at for at, one in enumerate(changes) if one.path == self.path), 0)
        return changes[:at]

    def disk(self, parent_tree: dict[str, str], tree: dict[str, str]) -> dict[str, str]:
        """Path to blob of all other code: the parent's tree, the earlier files as the commit left them."""
        found = dict(parent_tree)
        for change in self.earlier:
            if change.old_path != change.path:
                found.pop(change.old_path, None)
            if change.path in tree:
                found[change.path] = tree[change.path]
        found.pop(self.path, None)
        return found

    @cached_property
    def edited(self) -> list[str]:
        """Code that the commit has changed already, the latest last."""
        return [one.path for one in self.earlier if is_code(one.path)]

    @cached_property
    def open_paths(self) -> list[str]:
        """What is open besides the file itself, the latest first."""
        found = self.edited[::-1]
        for path in self.clone.touched_before(self.commit, _COMMITS_BEFORE):
            if path not in found and path != self.path:
                found.append(path)
        return found[:_OPEN]

    def edits(self) -> Iterator[Edit]:
        """What the commit has changed already, here and elsewhere, in order."""
        for change in self.earlier:
            if is_code(change.path) and change.hunks:
                new = _lines(self.clone.read(self.commit, change.path))
                old = _lines(self.clone.read(self._parent, change.old_path)) if change.old_path else []
                yield from (_edit(change.path, hunk, old, new) for hunk in change.hunks)
        for hunk in self.change.hunks:
            if hunk.new_end <= self.line:
                yield _edit(self.path, hunk, self._old, self._new)
            elif hunk.new_start < self.line:
                part = Hunk(hunk.old_start, hunk.old_end, hunk.new_start, self.line)
                yield _edit(self.path, part, self._old, self._new)


def _edit(path: str, hunk: Hunk, old: list[str], new: list[str]) -> Edit:
    removed, added = old[hunk.old_start : hunk.old_end], new[hunk.new_start : hunk.new_end]
    return Edit(path, hunk.new_start, hunk.new_end, tuple(removed), tuple(added))


def _lines(text: str | None) -> list[str]:
    rows = (text or "").split("\n")
    return [row + "\n" for row in rows[:-1]] + ([rows[-1]] if rows[-1] else [])
