"""A source file as a command sees it: its text, its language, and the workspace folder that it belongs to.

What an editor would know of a file that a user names on the command line. Reads the file, never writes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from foretype.errors import ConfigurationError
from foretype.settings.files import read_bytes
from foretype.text.language_ids import language_id_of
from foretype.text.uris import shown_path

MOST_BYTES: Final = 20_000_000
"""Files beyond this are not even read. The server itself stays silent from 2 MB on, and says so."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read. `path` and `folder` are absolute; `language` is the LSP's identifier."""

    path: Path
    text: str
    language: str
    folder: Path

    @property
    def shown(self) -> str:
        """The path below the workspace folder, as a person would say it."""
        return shown_path(self.path, (self.folder,))


def open_source(path: Path, language: str = "", folder: Path | None = None) -> Source:
    """Read a file; language and folder are found where they are not given. ConfigurationError where it cannot be."""
    # Links are not followed: the editor would open the file by the name that the user gave, too.
    path = path.absolute()
    text = _read(path)
    return Source(path, text, language or language_id_of(path.name), folder or workspace_of(path))


def workspace_of(path: Path) -> Path:
    """The folder that an editor would have open for this file or folder: the git repository's, else the nearest."""
    nearest = path if path.is_dir() else path.parent
    return next((folder for folder in (nearest, *nearest.parents) if (folder / ".git").exists()), nearest)


def _read(path: Path) -> str:
    try:
        data = read_bytes(path, MOST_BYTES)
    except FileNotFoundError:
        raise ConfigurationError(f"There is no file {path}.") from None
    except (OSError, ValueError) as error:
        if path.is_dir():
            raise ConfigurationError(f"{path} is a folder.", "Name a file.") from None
        reason = error.strerror if isinstance(error, OSError) else None
        raise ConfigurationError(f"{path} cannot be read: {reason or 'it is not a regular file'}.") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 text (byte {error.start + 1}).", "Save it as UTF-8.") from None
