"""The paths behind documents' URIs, and how much of a path is shown."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit


@lru_cache(256)
def path_of(uri: str) -> Path | None:
    """The file behind a `file:` URI; None for untitled, remote and virtual documents, and for nonsense."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file" or not parts.path or "%00" in uri or "\0" in uri:
        return None
    if os.name == "nt":
        # Imported here because it brings half of the HTTP stack with it.
        from urllib.request import url2pathname

        host = f"//{parts.netloc}" if parts.netloc else ""
        return Path(url2pathname(host + parts.path))
    return Path(unquote(parts.path, errors="surrogateescape"))


def shown_path(path: Path | None, folders: Sequence[Path]) -> str:
    """A path as models and users see it: below its workspace folder, or its name; never the folders above."""
    if path is None:
        return ""
    folder = next((each for each in folders if path.is_relative_to(each)), path.parent)
    return path.relative_to(folder).as_posix()
