"""The folders that the user trusts, kept in a file of the user's own, outside every workspace.

A workspace in or below a trusted folder is trusted. A list that is damaged, or that others could have
written, counts as empty.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from foretype.errors import ConfigurationError
from foretype.settings import paths
from foretype.settings.files import read_bytes
from foretype.settings.layers import Problem

_FILE = "trusted.json"


@dataclass(frozen=True, slots=True)
class Trust:
    """The trusted folders (real paths, no links in them) as read from `file`, and what was wrong with it."""

    file: Path
    folders: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()

    def is_trusted(self, folder: Path) -> bool:
        """Whether `folder`, after following all links, is a trusted folder or stands in one."""
        try:
            real = _comparable(_real(folder))
        except ValueError:  # an editor may send any URI, one with a NUL in it too
            return False
        return any(_contains(_comparable(trusted), real) for trusted in self.folders)


def trust_file(environ: Mapping[str, str] | None = None) -> Path:
    """Where the list is kept. ConfigurationError where the user has no home folder."""
    return paths.state_dir(environ) / _FILE


def read_trust(file: Path) -> Trust:
    """The list in `file`; an empty one, with a problem, where it cannot be relied on."""
    try:
        _refuse_foreign(file)
        content = json.loads(read_bytes(file).decode("utf-8"))
        folders = content["folders"]
        if not isinstance(folders, list):
            raise ValueError
        # A relative path would mean another folder in every place that the server is started in.
        return Trust(file, tuple(Path(folder) for folder in folders if os.path.isabs(folder)))
    except FileNotFoundError:
        return Trust(file)
    except ConfigurationError as error:
        return _none(file, error.message, error.remedy)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return _none(
            file,
            "The list of trusted folders cannot be read, so no folder is trusted.",
            "Delete it, then run `foretype trust FOLDER` again.",
        )


def add_folder(trust: Trust, folder: Path) -> Trust:
    """Trust `folder` and all below it, and write that down. ConfigurationError where that cannot be."""
    real = _real(folder)
    if not real.is_dir():
        wrong = f"{folder} is a file, not a folder." if real.exists() else f"There is no folder {folder}."
        raise ConfigurationError(wrong, "Name a folder that exists.")
    if real.parent == real:
        raise ConfigurationError(
            "The root of the file system cannot be trusted: everything is below it.",
            "Name the folder of your project.",
        )
    if trust.is_trusted(real):
        return trust
    return _written(trust, [*trust.folders, real])


def revoke_folder(trust: Trust, folder: Path) -> Trust:
    """Trust `folder` and what is listed below it no longer. ConfigurationError where that cannot be.

    A folder that is trusted only because one above it is listed cannot be taken out alone.
    """
    _refuse_damaged(trust)
    real = _comparable(_real(folder))
    kept = [trusted for trusted in trust.folders if not _contains(real, _comparable(trusted))]
    above = [trusted for trusted in kept if _contains(_comparable(trusted), real)]
    if above:
        raise ConfigurationError(
            f"The folder is trusted because {above[0]} is.", "Revoke that one, then trust what you need below it."
        )
    return trust if len(kept) == len(trust.folders) else _written(trust, kept)


def _written(trust: Trust, folders: Iterable[Path]) -> Trust:
    _refuse_damaged(trust)
    ordered = tuple(sorted(folders))
    try:
        text = json.dumps({"folders": [str(folder) for folder in ordered]}, indent=2) + "\n"
        _replace_file(trust.file, text.encode("utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"The list of trusted folders cannot be written ({error.strerror}).",
            f"Make {trust.file.parent} a folder that you may write to.",
        ) from error
    return Trust(trust.file, ordered)


def _refuse_damaged(trust: Trust) -> None:
    """ConfigurationError where writing would lose what a damaged list held."""
    if trust.problems:
        raise ConfigurationError(trust.problems[0].message, trust.problems[0].remedy)


def _replace_file(file: Path, data: bytes) -> None:
    """Write `file` whole or not at all, readable for its owner only."""
    import tempfile  # needed for writing only, and the server only reads

    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp makes the file with mode 0600, and in the same folder the renaming is atomic.
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=_FILE + ".")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    except BaseException:
        os.unlink(temporary)
        raise


def _refuse_foreign(file: Path) -> None:
    """ConfigurationError where someone else owns the list or may write it. Windows has no such modes."""
    if os.name == "nt":
        return
    status = os.stat(file)
    if status.st_uid not in (os.getuid(), 0) or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ConfigurationError(
            "Others may write the list of trusted folders, so no folder is trusted.",
            f"Run `chmod 600 {file}` after checking what it holds.",
        )


def _none(file: Path, message: str, remedy: str) -> Trust:
    return Trust(file, (), (Problem(message, remedy, str(file)),))


def _real(folder: Path) -> Path:
    return Path(os.path.realpath(folder))


def _comparable(folder: Path) -> Path:
    return Path(os.path.normcase(folder))


def _contains(outer: Path, inner: Path) -> bool:
    return inner == outer or outer in inner.parents
