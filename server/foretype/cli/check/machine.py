"""What this machine has for Foretype: Python, settings, the workspace's trust, the cache and the index in it.

Reads only, but for the cache's folder, which is made as the server would make it. Asks no network.
"""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from foretype import __version__
from foretype.cli.check.finding import Finding, State
from foretype.errors import ConfigurationError
from foretype.settings.files import read_project_file, user_file
from foretype.settings.model import Settings
from foretype.settings.paths import cache_dir
from foretype.settings.resolve import DEFAULT_ORIGIN, Resolved
from foretype.settings.schema import value_at, walk
from foretype.settings.values import hide_password
from foretype.syntax.grammars import installed
from foretype.text.wording import counted

_STATES: Final[Mapping[str, State]] = {"error": "failure", "warning": "warning", "notice": "note"}


def check_machine(resolved: Resolved, workspace: Path) -> Iterator[Finding]:
    """Everything but the endpoint."""
    python = platform.python_version()
    yield Finding(
        "foretype",
        "ok",
        f"foretype {__version__} on {platform.python_implementation()} {python}, {platform.system() or 'unknown'}.",
        details=(sys.executable,),
        data={"version": __version__, "python": python, "executable": sys.executable, "system": platform.system()},
    )
    yield from _settings(resolved)
    yield _trust(resolved, workspace)
    yield from _cache(resolved, workspace)
    yield _grammars()


def _grammars() -> Finding:
    names = installed()
    data = {"grammars": list(names)}
    if not names:
        text = "No tree-sitter grammars are installed: indentation and brackets say where a block ends."
        return Finding("grammars", "note", text, "Install them with: pip install 'foretype[grammars]'", data=data)
    return Finding(
        "grammars",
        "ok",
        f"Code is read by tree-sitter in {counted(len(names), 'language')}.",
        "",
        (", ".join(names),),
        data,
    )


def _settings(resolved: Resolved) -> Iterator[Finding]:
    origins = {key: origin for key, origin in resolved.origins.items() if origin != DEFAULT_ORIGIN}
    shown = tuple(f"{key} = {value}   ({origin})" for key, value, origin in _configured(resolved))
    try:
        path = user_file()
        where = f"{path}" if path.exists() else f"{path} (not there)"
    except ConfigurationError as error:
        where = error.message
    text = "Settings are as configured." if shown else "All settings have their defaults."
    yield Finding("settings", "ok", text, details=(f"user file: {where}", *shown), data={"sources": origins})
    for problem in resolved.problems:
        text = f"{problem.message} ({problem.origin})"
        yield Finding("settings", _STATES[problem.severity], text, problem.remedy, data={"key": problem.key})


def _configured(resolved: Resolved) -> Iterator[tuple[str, str, str]]:
    """Each option that some source set: key, value fit to print, source."""
    for found in walk(Settings):
        value = value_at(resolved.settings, found.key)
        entries = {found.key: value}
        if isinstance(value, Mapping):
            entries = {f"{found.key}.{name}": entry for name, entry in value.items()}
        for key, entry in entries.items():
            origin = resolved.origins.get(key, DEFAULT_ORIGIN)
            if origin != DEFAULT_ORIGIN:
                yield key, "(hidden)" if found.rule.secret else hide_password(_plain(entry)), origin


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=dataclasses.asdict)


def _trust(resolved: Resolved, workspace: Path) -> Finding:
    data = {"folder": str(workspace), "trusted": resolved.trusted}
    if resolved.trusted:
        return Finding("workspace", "ok", f"{workspace} is trusted.", data=data)
    read = read_project_file(workspace)
    layer = read.layer
    if layer is None:  # then trusting it would change no setting
        has_none = "" if read.problems else ", and has no settings of its own"
        return Finding("workspace", "note", f"{workspace} is not trusted{has_none}.", data=data)
    text = f"{workspace} is not trusted: settings in its own files can only switch things off."
    remedy = f"Run `foretype trust {shlex.quote(str(workspace))}` if you trust it."
    return Finding("workspace", "note", text, remedy, (f"its settings: {layer.origin}",), data)


def _cache(resolved: Resolved, workspace: Path) -> Iterator[Finding]:
    if not resolved.settings.index.enable:
        origin = resolved.origins["index.enable"]
        text = f"The index of the workspace is switched off ({origin}): only open files are used."
        yield Finding("index", "note", text, data={"enabled": False})
        return
    if workspace.parent == workspace:
        text = "The root of the file system is not indexed: only open files are used."
        yield Finding("index", "warning", text, "Open a project's folder.", data={"enabled": True})
        return
    # Imported here because the index is not needed where it is switched off.
    from foretype.embedded import VERSION
    from foretype.repository.cache import CacheFolder

    cache = None
    try:
        cache = cache_dir()
        folder = CacheFolder(cache, Path(os.path.realpath(workspace)), VERSION)
        with tempfile.TemporaryFile(dir=folder.path) as file:
            file.write(b"foretype")
    except ConfigurationError as error:
        yield Finding("cache", "failure", error.message, error.remedy)
        return
    except OSError as error:
        text = f"The cache folder cannot be written ({error.strerror or type(error).__name__}), so nothing is indexed."
        remedy = f"Make {cache} a folder that you may write to, or set XDG_CACHE_HOME to one."
        yield Finding("cache", "failure", text, remedy, data={"folder": str(cache)})
        return
    yield Finding("cache", "ok", "The cache folder can be written.", details=(str(cache),), data={"folder": str(cache)})
    yield _index(folder.path)
    yield _search(folder.path)


def _index(folder: Path) -> Finding:
    from foretype.errors import UnknownFormatError
    from foretype.repository.manifest import arrange, load

    try:
        manifest = load((folder / "manifest.json").read_bytes())
    except FileNotFoundError:
        text = "The workspace is not indexed yet; the server does it when an editor opens the folder."
        return Finding("index", "note", text, data={"enabled": True, "files": 0, "complete": False})
    except (OSError, UnknownFormatError):
        text = "The index of the workspace cannot be read; the server builds it anew."
        return Finding("index", "warning", text, data={"enabled": True, "files": 0, "complete": False})
    arrangement = arrange(manifest)
    texts = sum(not record.reason for record in manifest.files.values())
    files = texts - arrangement.duplicates - len(arrangement.missing)
    tokens = sum(segment.tokens for segment in manifest.segments)
    size = sum(segment.size for segment in manifest.segments)
    data = {"enabled": True, "files": files, "tokens": tokens, "bytes": size, "complete": manifest.complete}
    state: State = "ok" if manifest.complete else "note"
    text = f"The index has {counted(files, 'file')} with {counted(tokens, 'token')} ({size / 1e6:.1f} MB)."
    text += "" if manifest.complete else " It is not complete yet."
    return Finding("index", state, text, details=(str(folder),), data=data)


def _search(folder: Path) -> Finding:
    # It blocks, and nothing else goes on meanwhile.
    from foretype.repository.search.reader import SearchReader

    damaged: list[str] = []
    reader = SearchReader(folder, damaged.append)
    try:
        counts, version = reader.counts(), reader.version
    finally:
        reader.close()
    age = max(0.0, time.time() - version / 1e9)
    data = {**dataclasses.asdict(counts), "seconds_old": round(age, 1) if version else None}
    if damaged:
        text = "The search database of the workspace is damaged; the server builds it anew."
        return Finding("search", "warning", text, data=data)
    if not version:
        text = "There is no search database of the workspace yet, so prompts hold nothing of files that are not open."
        remedy = "The server builds it when an editor opens the folder; `foretype index` does it now."
        return Finding("search", "note", text, remedy, data=data)
    sizes = (counts.files, "file"), (counts.chunks, "chunk"), (counts.symbols, "symbol")
    words = ", ".join(counted(number, noun) for number, noun in sizes)
    text = f"The search database has {words} ({counts.size / 1e6:.1f} MB), last written {_ago(age)}."
    return Finding("search", "ok", text, data=data)


def _ago(seconds: float) -> str:
    """How long ago something was, in the largest unit that there is a whole one of."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{counted(int(seconds // size), unit)} ago"
    return "less than a minute ago"
