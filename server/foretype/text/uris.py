"""The paths behind documents' URIs."""

from __future__ import annotations

import os
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
