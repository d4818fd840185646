"""Reads the settings files of the user and of a project into layers.

Whatever stands there (no file, a folder, a pipe, a gigabyte, no TOML) becomes a `Problem`, never an
exception, and never blocks. The content is judged by `resolve`, not here.
"""

from __future__ import annotations

import errno
import importlib
import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from foretype.errors import ConfigurationError
from foretype.settings import paths
from foretype.settings.flatten import SECTION
from foretype.settings.layers import Kind, Layer, Problem, Severity

USER_FILE = "config.toml"
PROJECT_FILES = ("foretype.toml", ".foretype.toml")
SHARED_FILE = "pyproject.toml"
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Read:
    """What reading one place gave: the layer (None where no file speaks) and the problems."""

    layer: Layer | None = None
    problems: tuple[Problem, ...] = ()


def user_file(environ: Mapping[str, str] | None = None) -> Path:
    """Where the user's own settings are. ConfigurationError where the user has no home folder."""
    return paths.config_dir(environ) / USER_FILE


def read_user_file(environ: Mapping[str, str] | None = None) -> Read:
    """The user's own config.toml; nothing where there is none."""
    try:
        path = user_file(environ)
    except ConfigurationError as error:
        return Read(None, (Problem(error.message, error.remedy, "user file", "warning"),))
    return _read_layer("user", path)


def read_project_file(folder: Path) -> Read:
    """The first of foretype.toml, .foretype.toml and the table [tool.foretype] of pyproject.toml in `folder`."""
    present = [folder / name for name in PROJECT_FILES if os.path.lexists(folder / name)]
    if not present:
        return _read_shared(folder / SHARED_FILE)
    read = _read_layer("project", present[0])
    ignored = tuple(
        Problem(
            f"{other.name} is not read, because {present[0].name} is there too.",
            "Keep one of the two files.",
            str(other),
            "warning",
        )
        for other in present[1:]
    )
    return Read(read.layer, read.problems + ignored)


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """The content of a regular file of at most `most` bytes; OSError for anything else."""
    # A pipe would block for ever and a device would never end, so neither is waited for nor read.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        with os.fdopen(os.dup(descriptor), "rb") as file:
            data = file.read(most + 1)
    finally:
        os.close(descriptor)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most:,} bytes")
    return data


def _read_layer(kind: Kind, path: Path) -> Read:
    try:
        data = read_bytes(path)
    except FileNotFoundError:
        return Read()
    except OSError as error:
        return _failed(f"{path.name} cannot be read: {_reason(error)}.", "Make it a readable file.", path)
    return _parse(kind, path, data)


def _read_shared(path: Path) -> Read:
    """[tool.foretype] of pyproject.toml; a file of others, so one without our name is not even parsed."""
    try:
        data = read_bytes(path)
    except (OSError, ValueError):  # ValueError: an editor may send any URI, one with a NUL in it too
        return Read()
    if SECTION.encode() not in data:
        return Read()
    read = _parse("project", path, data)
    if read.layer is None:  # other tools will complain about the file; perhaps it does not even mean us
        return Read(None, tuple(replace(problem, severity="warning") for problem in read.problems))
    tool = read.layer.values.get("tool")
    table = tool.get(SECTION) if isinstance(tool, Mapping) else None
    if table is None:
        return Read()
    if not isinstance(table, Mapping):
        return _failed(f"tool.{SECTION} is not a table, so it is ignored.", f"Write it as [tool.{SECTION}].", path)
    return Read(Layer("project", f"{path} [tool.{SECTION}]", table, workspace=True))


def _parse(kind: Kind, path: Path, data: bytes) -> Read:
    # Imported here because most starts have no file to read; Python 3.10 has only the package.
    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        values = toml.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        found = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else f"not UTF-8 (byte {error.start + 1})"
        return _failed(f"{path.name} is {found}, so it is ignored.", "Save it as UTF-8.", path)
    except RecursionError:
        return _failed(f"{path.name} is nested too deeply, so it is ignored.", "Flatten it.", path)
    except ValueError as error:  # a syntax error (with line and column), or an integer of too many digits
        reason = str(error).encode("ascii", "backslashreplace").decode()[:200]
        return _failed(f"{path.name} is not valid TOML, so it is ignored: {reason}.", "Correct it there.", path)
    return Read(Layer(kind, str(path), values, workspace=kind == "project"))


def _failed(message: str, remedy: str, path: Path, severity: Severity = "error") -> Read:
    return Read(None, (Problem(message, remedy, str(path), severity),))


def _reason(error: OSError) -> str:
    # The system's own words may be in another language or hold the path; our own are said as they are.
    known = {
        errno.EACCES: "permission denied",
        errno.EPERM: "permission denied",
        errno.EISDIR: "it is a folder",
        errno.ELOOP: "its links run in a circle",
        errno.ENOTDIR: "a part of its path is no folder",
    }
    return known.get(error.errno or 0, error.strerror or "reading failed")
