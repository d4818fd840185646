"""The files of a batch: read as documents, what a linter says of them, and written at the end.

Nothing outside the repository is read or written; a file is written whole or not at all, and only if nobody else has.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foretype.errors import ConfigurationError
from foretype.repository.replace import replace_file
from foretype.settings.files import read_bytes
from foretype.text.document import Document
from foretype.text.language_ids import language_id_of
from foretype.text.lines import Lines
from foretype.text.positions import Position
from foretype.text.uris import path_of
from foretype.text.wording import counted

if TYPE_CHECKING:
    from foretype.features.actions.bulk import Failure
    from foretype.features.actions.change import FileChange
    from foretype.features.actions.menu import Problem

Problems = Mapping[str, "Sequence[Problem]"]
"""What is wrong, by path below the root."""

MOST_BYTES: Final = 2_000_000
_PROBLEM: Final = re.compile(r"(?P<path>[^\s:][^:]*):(?P<line>\d+)(?::(?P<column>\d+))?:?\s*(?P<message>\S.*)")


def read_documents(paths: Sequence[Path], root: Path, exclude: tuple[str, ...]) -> tuple[list[Document], list[str]]:
    """The documents at and below the paths, and a sentence for each file that is none.

    ConfigurationError for a path that does not exist, or that is outside of the root.
    """
    from foretype.features.actions.bulk import files_below

    found: dict[Path, Document | None] = {}
    notes: list[str] = []
    for given in paths:
        path = real_place(given)
        if not path.exists():
            raise ConfigurationError(f"There is no {path}.")
        if not path.is_relative_to(root) or not Path(os.path.realpath(path)).is_relative_to(root):
            raise ConfigurationError(f"{path} is outside of {root}.", "Name files of one repository.")
        for file in files_below(path, root, exclude) if path.is_dir() else [path]:
            if file not in found:
                found[file] = _read(file)
                if found[file] is None:
                    shown = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name
                    notes.append(f"{shown} is left alone: it is no UTF-8 text, too large, or a link.")
    return [document for document in found.values() if document is not None], notes


def real_place(path: Path) -> Path:
    """Where a file or folder is when the links to its folder are followed; one that is itself a link stays one."""
    absolute = path.absolute()
    if absolute.is_symlink() and not absolute.is_dir():
        return Path(os.path.realpath(absolute.parent), absolute.name)
    return Path(os.path.realpath(absolute))


def read_problems(file: str, root: Path) -> Problems:
    """Problems from lines as compilers and linters write them; other lines are skipped, and counted on standard error.

    ConfigurationError where the file cannot be read, or no line of it names a place below the root.
    """
    from foretype.features.actions.menu import Problem

    text = _said(file)
    found: dict[str, list[Problem]] = {}
    places = skipped = 0
    for line in text.splitlines():
        if not (match := _PROBLEM.fullmatch(line.strip())):
            skipped += bool(line.strip())
            continue
        places += 1
        path = real_place(Path(match["path"]))
        if not path.is_relative_to(root):
            continue
        place = Position(_number(match["line"]), _number(match["column"]))
        shown = path.relative_to(root).as_posix()
        found.setdefault(shown, []).append(Problem(match["message"], place, place, number=len(found)))
    name = "standard input" if file == "-" else file
    if text.strip() and not places:
        example = "path:line:column: message, as `ruff check --output-format concise` writes them"
        raise ConfigurationError(f"No line of {name} names a place.", f"Give lines of {example}.")
    if places and not found:
        raise ConfigurationError(f"What {name} names is outside of {root}.", "Run the linter in that folder.")
    if skipped:
        print(
            f"foretype batch: skipped, since no place is named: {counted(skipped, 'line')} of {name}.", file=sys.stderr
        )
    return found


def _said(file: str) -> str:
    """What a linter has said: a file, a pipe as a shell's <(...) gives one, or standard input."""
    try:
        if file == "-":
            # Bytes, where there are any: what a linter quotes of a file need not be text.
            raw = getattr(sys.stdin, "buffer", None)
            return sys.stdin.read() if raw is None else raw.read(MOST_BYTES).decode("utf-8", "replace")
        with open(file, "rb") as stream:
            return stream.read(MOST_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no name of a file"
        raise ConfigurationError(f"{file} cannot be read: {reason}.", "Name a linter's output.") from error


def _number(text: str | None) -> int:
    """A line or column from 0, of what people count from 1; one that nobody can mean is the last there may be."""
    return max(0, int((text or "1")[:9]) - 1)


def write_changes(changes: Sequence[FileChange], root: Path) -> tuple[int, list[Failure]]:
    """Write the files; how many were, and what was not, with the reason."""
    from foretype.features.actions.bulk import Failure

    written = 0
    refused: list[Failure] = []
    for change in changes:
        path = path_of(change.document.uri)
        if path is None:
            continue
        shown = path.relative_to(root).as_posix()
        try:
            if read_bytes(path, MOST_BYTES) != change.document.text.encode("utf-8"):
                refused.append(Failure(shown, shown, "It was changed meanwhile, so it is left alone."))
                continue
            _replace(path, change.after.encode("utf-8"))
            written += 1
        except OSError as error:
            refused.append(Failure(shown, shown, f"It cannot be written: {error.strerror}."))
    return written, refused


def _read(path: Path) -> Document | None:
    if path.is_symlink():
        return None
    try:
        text = read_bytes(path, MOST_BYTES).decode("utf-8")
    except (OSError, ValueError):
        return None
    return Document(path.as_uri(), language_id_of(path.name), None, Lines(text))


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, with the mode that it has. OSError for one that may not be written."""
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "permission denied", str(path))
    replace_file(path, data, path.stat().st_mode & 0o7777)
