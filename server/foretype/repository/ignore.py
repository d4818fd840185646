"""Which paths git, `.foretypeignore` files and the user's patterns leave out. Runs in the worker only.

Two stacks of rules are kept apart. Git's decides alone about what git ignores (precedence as in gitignore(5):
the deepest .gitignore, up to the top of the repository, then .git/info/exclude, then the user's global file).
Ours can only leave out more, except that a `!pattern` in it brings back what was skipped by taste.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from foretype.repository.git_folder import git_folder_of
from foretype.repository.patterns import Pattern, compile_pattern
from foretype.repository.read import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable

# A change to one of these can change what every other path means.
IGNORE_FILES = (".gitignore", ".foretypeignore")
# A longer ignore file is no ignore file; each of its patterns costs time at every path.
_MAX_IGNORE_BYTES = 256_000
_GIT_TIMEOUT = 3.0  # Seconds.


@dataclass(frozen=True, slots=True)
class _Level:
    """The patterns of one file, last line first. They apply below `base`, empty or ending in a slash."""

    base: str
    patterns: tuple[Pattern, ...]
    parent: _Level | None

    def decide(self, path: str) -> bool | None:
        """True: left out. False: taken in by a `!pattern`. None: no pattern says anything."""
        is_folder = path.endswith("/")
        path = path.rstrip("/")
        name = path[path.rfind("/") + 1 :]
        level: _Level | None = self
        while level is not None:
            below = path[len(level.base) :]
            for pattern in level.patterns:
                if pattern.matches(below, name, is_folder):
                    return not pattern.keeps
            level = level.parent
        return None


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that hold in one folder; `enter` gives those of a folder inside it.

    `above` is what stands between the top of the git repository and the workspace folder: empty, or a POSIX
    path that ends in a slash, for a workspace that is a part of a larger repository.
    """

    git: _Level | None
    own: _Level | None
    above: str

    def ignored_by_git(self, path: str) -> bool:
        """Whether git ignores a workspace-relative path (a folder's ends in a slash)."""
        return self.git is not None and bool(self.git.decide(self.above + path))

    def chosen(self, path: str) -> bool | None:
        """True: excluded by our own rules. False: asked for by a `!pattern`. None: not mentioned."""
        return None if self.own is None else self.own.decide(path)

    def enter(self, folder: Path, relative: str, names: Iterable[str]) -> Rules:
        """The rules inside `folder`, whose workspace-relative path is empty or ends in a slash.

        `names` are the names of its entries; nothing is read where there is no ignore file among them.
        """
        git, own = self.git, self.own
        if ".gitignore" in names:
            git = _stack(self.above + relative, _lines(folder / ".gitignore", follow=False), git)
        if ".foretypeignore" in names:
            own = _stack(relative, _lines(folder / ".foretypeignore", follow=False), own)
        return self if git is self.git and own is self.own else Rules(git, own, self.above)


def rules_for(root: Path, exclude: Iterable[str] = (), global_file: Path | None = None) -> Rules:
    """The rules above a workspace folder: the user's patterns, and git's from outside the folder."""
    found = git_folder_of(root)
    top = None if found is None else found.top
    above = "" if top is None or top == root else root.relative_to(top).as_posix() + "/"
    git = _stack("", _lines(global_file), None) if global_file else None
    if found is not None:
        git = _stack("", _lines(found.common / "info" / "exclude"), git)
    if top is not None and top != root:
        folder, base = top, ""
        for part in root.relative_to(top).parts:
            git = _stack(base, _lines(folder / ".gitignore", follow=False), git)
            folder, base = folder / part, f"{base}{part}/"
    return Rules(git, _stack("", list(exclude), None), above)


def global_ignore_file() -> Path:
    """The user's own ignore file: what git's global configuration names, else where git looks by itself.

    Only the global configuration is asked, never the repository's, whose author may be anybody.
    """
    git = shutil.which("git")
    if git is not None:
        command = [git, "config", "--global", "--type=path", "--get", "core.excludesFile"]
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            found = subprocess.run(  # noqa: S603 - a fixed command, found by its full path
                command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_GIT_TIMEOUT, check=False
            ).stdout
            if found.strip():
                return Path(os.fsdecode(found.strip()))
    folder = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return Path(folder, "git", "ignore")


def _lines(path: Path, *, follow: bool = True) -> list[str]:
    try:
        found = read_regular(path, _MAX_IGNORE_BYTES, follow=follow)
    except OSError:
        return []
    return [] if found is None else found[0].decode("utf-8-sig", "replace").splitlines()


def _stack(base: str, lines: list[str], parent: _Level | None) -> _Level | None:
    patterns = tuple(pattern for line in reversed(lines) if (pattern := compile_pattern(line)) is not None)
    return _Level(base, patterns, parent) if patterns else parent
