"""What a file's name alone says to the gate: tables of repository/skip.py, read as one question. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath
from typing import Final

from foretype.repository.skip import CONTROL_FOLDERS, SECRET_FOLDERS, SOURCE_SUFFIXES, is_secret_file, reason_for_file

_MESSAGES: Final = ("_editmsg", "_msg", "git-rebase-todo")
"""What people write inside version control's own folder."""

_FOLDERS: Final = frozenset({"secrets", "credentials", "private_keys", "private-keys"})
"""Folders of secrets unless what is in them is source code: there are packages of these names."""

_NO_SOURCE: Final = frozenset({"lock", "data", "binary"})


@dataclass(frozen=True, slots=True)
class Ways:
    """What the user lets models see although it is withheld by default."""

    outside_workspace: bool = False
    git_ignored: bool = False


DEFAULT: Final = Ways()


@lru_cache(1_024)
def secret_name(path: PurePath) -> str:
    """Why the name says that the file holds secrets, as one sentence; "" where it does not."""
    if is_secret_file(path.name):
        return f"{path.name} may hold secrets, so no model is shown it."
    folders = [part.lower() for part in path.parent.parts]
    if any(folder in SECRET_FOLDERS for folder in folders):
        return "The folder may hold secrets, so no model is shown its files."
    if _FOLDERS.intersection(folders) and path.suffix.lower() not in SOURCE_SUFFIXES:
        return "The folder may hold secrets, so no model is shown its files."
    if any(folder in CONTROL_FOLDERS for folder in folders) and not path.name.lower().endswith(_MESSAGES):
        return "The file belongs to version control, so no model is shown it."
    return ""


def is_data(path: PurePath) -> bool:
    """Whether the name says that the file is a lock file, or data rather than something that somebody writes."""
    # Of a size that no table calls large: whoever writes a long HTML or SQL file wants suggestions as well.
    return reason_for_file(path.name, 1) in _NO_SOURCE
