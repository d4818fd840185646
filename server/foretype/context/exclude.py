"""Which files may be shown to a model, and which get no suggestions at all: the gate to the outside, by path.

The user's `exclude` globs switch everything off. Everything else here only keeps a file from models (the embedded
engine may still complete in it): a name that says secrets, lock and data files, what git or a `.foretypeignore`
ignores, what lies outside the workspace, links followed. What names say is answered at once; what only the disk knows
is looked up in threads of its own (looking.py), and until it is known the answer is no.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from foretype.context.looking import Looking
from foretype.context.names import DEFAULT, Ways, is_data, secret_name
from foretype.repository.patterns import Pattern, compile_pattern
from foretype.settings.model import Settings
from foretype.text.uris import path_of

_CELL: Final = "vscode-notebook-cell"

NOT_KNOWN: Final = "It is not known yet whether a model may see this file."


class Exclusions:
    """The rules for one client's documents. `globs` are in .gitignore syntax, relative to each of the folders."""

    def __init__(self, globs: Iterable[str] = (), folders: Iterable[PurePath] = (), ways: Ways = DEFAULT) -> None:
        globs = tuple(globs)
        self._patterns = [pattern for glob in globs if (pattern := compile_pattern(glob)) is not None]
        self._folders = tuple(folders)
        self._looking = Looking(globs, tuple(Path(folder) for folder in self._folders), ways)

    def excluded(self, path: PurePath | None) -> bool:
        """Whether the user's globs name the document or a folder above it; the last glob that speaks decides."""
        return self._chosen(path) is True

    def excluded_document(self, uri: str) -> bool:
        """The same of an open document, whether it is a file here or not."""
        return self.excluded(_file_of(uri)[0] or _name_of(uri))

    def withheld(self, path: PurePath | None) -> str:
        """Why no model may see the file, by its name alone, as one sentence; "" where the name says nothing."""
        if path is None:
            return ""
        if self.excluded(path):
            return "The file is excluded by the settings."
        return secret_name(path)

    def withheld_document(self, uri: str) -> str:
        """Why no model may see an open document, "" where one may. What is not known yet is looked up, and withheld.

        A document that is no file here (untitled, remote) is judged by its name, a notebook's cell by the notebook.
        """
        path, is_cell = _file_of(uri)
        if path is None:
            return self.withheld(_name_of(uri))
        return self.withheld(path) or self._found(path, is_code=is_cell)

    def withheld_snippet(self, path: str) -> str:
        """Why no model may see a piece of the file that it knows by this path, below any of the folders.

        "" is the path of text that belongs to no file.
        """
        if not path:
            return ""
        shown = PurePosixPath(path)
        if reason := secret_name(shown):
            return reason
        for folder in self._folders:
            whole = folder / shown
            if reason := self.withheld(whole) or self._found(Path(whole)):
                return reason
        if self._folders or self._chosen(shown) is False:
            return ""
        return f"{shown.name} is a lock or data file." if is_data(shown) else self.withheld(shown)

    async def known(self, uri: str, patience: float | None = None) -> None:
        """Wait until the disk has told about a document, but not for long (seconds): a drive may hang."""
        path, is_cell = _file_of(uri)
        if path is not None and not self.withheld(path):
            await self._looking.known(path, is_code=is_cell, patience=patience)

    def look_again(self) -> None:
        """An ignore file has changed, or links may have: what the disk said counts no more."""
        self._looking.forget()

    def _found(self, path: Path, *, is_code: bool = False) -> str:
        reason = self._looking.reason(path, is_code=is_code)
        return NOT_KNOWN if reason is None else reason

    def _chosen(self, path: PurePath | None) -> bool | None:
        """What the user's globs say: excluded, kept by a `!glob`, or nothing."""
        if path is None or not self._patterns:
            return None
        said = None
        for step, is_folder in self._way_down(path):
            decided = _decide(self._patterns, step, is_folder)
            if decided:
                return True
            said = decided if decided is not None else said
        return said

    def _way_down(self, path: PurePath) -> Iterator[tuple[str, bool]]:
        """The path below its workspace folder, from the top folder to the file itself; each with: is it a folder."""
        below = next((path.relative_to(each) for each in self._folders if path.is_relative_to(each)), None)
        relative = path.parts if not path.is_absolute() else (path.name,)
        parts = below.parts if below is not None else relative
        for depth in range(1, len(parts) + 1):
            yield "/".join(parts[:depth]), depth < len(parts)


def _decide(patterns: list[Pattern], path: str, is_folder: bool) -> bool | None:
    name = path.rpartition("/")[2]
    for pattern in reversed(patterns):
        if pattern.matches(path, name, is_folder):
            return not pattern.keeps
    return None


def _file_of(uri: str) -> tuple[Path | None, bool]:
    """The file that a document is, or is a piece of, and whether it is a piece: a cell of a notebook."""
    scheme, _, rest = uri.partition(":")
    # With an authority the notebook is on another machine.
    is_cell = scheme == _CELL and (not rest.startswith("//") or rest.startswith("///"))
    return (path_of(f"file:{rest}"), True) if is_cell else (path_of(uri), False)


def _name_of(uri: str) -> PurePath | None:
    """What a document that is no file here is called: the path in its address."""
    try:
        path = unquote(urlsplit(uri).path)
    except ValueError:
        return None
    return PurePosixPath(path) if path else None


def exclusions_of(settings: Settings, folders: Iterable[PurePath]) -> Exclusions:
    """The rules that the settings make for a client with these folders."""
    context = settings.context
    return Exclusions(settings.exclude, folders, Ways(context.outside_workspace, context.git_ignored))
