"""Where a workspace's git repository keeps what: found by reading a few small files, without running git.

Runs in the worker only. Every file may be anybody's: sizes are bounded, and nothing in them is carried out.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from foretype.repository.read import read_regular

_MOST_POINTER: Final = 4_096  # Bytes of a file that holds one line.
_MOST_REFERENCES: Final = 16_000_000  # Bytes of packed-refs; some 200,000 branches and tags.
_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REFERENCE: Final = re.compile(r"refs/[\w./@+-]+")


@dataclass(frozen=True, slots=True)
class GitFolder:
    """`top` is the work tree's first folder, `own` holds its HEAD, `common` the objects and references.

    The two are one but for linked worktrees and submodules, whose .git is a file that names a folder, which may name
    the common one in turn.
    """

    top: Path
    own: Path
    common: Path


def git_folder_of(root: Path) -> GitFolder | None:
    """The git repository that holds the folder `root`, None if there is none."""
    for top in (root, *root.parents):
        marker = top / ".git"
        if marker.is_dir():
            return GitFolder(top, marker, marker)
        if marker.is_file():
            own = Path(os.path.normpath(top / _first_line(marker).partition("gitdir:")[2].strip()))
            common = Path(os.path.normpath(own / (_first_line(own / "commondir").strip() or ".")))
            return GitFolder(top, own, common)
    return None


def head_of(folder: GitFolder) -> str:
    """The commit that is checked out, in hexadecimal; "" where there is none or it cannot be told."""
    head = _first_line(folder.own / "HEAD").strip()
    name = head.partition("ref:")[2].strip()
    if not name:
        return head if _COMMIT.fullmatch(head) else ""
    if not _REFERENCE.fullmatch(name) or ".." in name:
        return ""
    for place in (folder.own, folder.common):
        found = _first_line(place / name).strip()
        if _COMMIT.fullmatch(found):
            return found
    packed = _text(folder.common / "packed-refs", _MOST_REFERENCES)
    for line in packed.splitlines():
        commit, _, reference = line.partition(" ")
        if reference == name and _COMMIT.fullmatch(commit):
            return commit
    return ""


def _first_line(path: Path) -> str:
    return (_text(path, _MOST_POINTER).splitlines() or [""])[0]


def _text(path: Path, most: int) -> str:
    try:
        found = read_regular(path, most, follow=True)
    except (OSError, ValueError):
        return ""
    return "" if found is None else found[0].decode("utf-8", "replace")
