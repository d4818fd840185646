"""From what an editor calls a file to what the index calls it: a POSIX path relative to the workspace folder.

Strings only: no look at the file system, which may hang, so no link is resolved here.
"""

from __future__ import annotations

import ntpath
import os
import posixpath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable


def path_of_uri(uri: str, *, windows: bool = os.name == "nt") -> str | None:
    """The native path that a file: URI names; None for every other scheme."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme.lower() != "file":
        return None
    path = unquote(parts.path, errors="surrogateescape")
    if not windows:
        return path
    if parts.netloc and parts.netloc != "localhost":
        path = f"//{parts.netloc}{path}"
    elif path[:1] == "/" and path[2:3] == ":":
        path = path[1:]  # "/C:/x" is the URI's way to write "C:/x".
    return path.replace("/", "\\")


def relative_to(path: str, roots: Iterable[str], *, windows: bool = os.name == "nt") -> str | None:
    """`path` (absolute, native) below the first of `roots` that holds it; "" for a root itself, else None."""
    library = ntpath if windows else posixpath
    if not library.isabs(path):
        return None
    path = library.normpath(path)
    for root in roots:
        base = library.normpath(root)
        if library.normcase(path) == library.normcase(base):
            return ""
        base = base.rstrip(library.sep) + library.sep
        if library.normcase(path).startswith(library.normcase(base)):
            return path[len(base) :].replace(library.sep, "/")
    return None
