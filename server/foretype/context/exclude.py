"""The only gate to the outside: what may be shown to a model, and what gets no suggestions at all.

Two answers, both by the document's path alone: the user's `exclude` globs switch everything off, and a name that is
known to hold secrets keeps the document on this machine (the embedded engine may still complete in it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath

from foretype.repository.patterns import Pattern, compile_pattern
from foretype.repository.skip import SECRET_FOLDERS, is_secret_file


class Exclusions:
    """The rules for one client's documents. `globs` are in .gitignore syntax, relative to each of the folders."""

    def __init__(self, globs: Iterable[str] = (), folders: Iterable[PurePath] = ()) -> None:
        self._patterns = [pattern for glob in globs if (pattern := compile_pattern(glob)) is not None]
        self._folders = tuple(folders)

    def excluded(self, path: PurePath | None) -> bool:
        """Whether the user's globs name the document or a folder above it; the last glob that speaks decides."""
        if path is None or not self._patterns:
            return False
        return any(_decide(self._patterns, step, is_folder) for step, is_folder in self._way_down(path))

    def withheld(self, path: PurePath | None) -> str:
        """Why no model may see the document, as one sentence; "" where it may. Untitled documents have no path."""
        if path is None:
            return ""
        if is_secret_file(path.name):
            return f"{path.name} may hold secrets, so no model is shown it."
        if any(part.lower() in SECRET_FOLDERS for part in path.parent.parts):
            return "The folder may hold secrets, so no model is shown its files."
        return ""

    def _way_down(self, path: PurePath) -> Iterator[tuple[str, bool]]:
        """The path below its workspace folder, from the top folder to the file itself; each with: is it a folder."""
        below = next((path.relative_to(each) for each in self._folders if path.is_relative_to(each)), None)
        parts = below.parts if below is not None else (path.name,)
        for depth in range(1, len(parts) + 1):
            yield "/".join(parts[:depth]), depth < len(parts)


def _decide(patterns: list[Pattern], path: str, is_folder: bool) -> bool:
    name = path.rpartition("/")[2]
    for pattern in reversed(patterns):
        if pattern.matches(path, name, is_folder):
            return not pattern.keeps
    return False
