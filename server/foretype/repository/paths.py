"""From what an editor calls a file to what the index calls it: a POSIX path relative to the workspace folder.

Strings only: no look at the file system, which may hang, so no link is resolved here.
"""

from __future__ import annotations

import ntpath
import os
import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


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
