"""Builds folders from dictionaries, for the tests of the workspace index."""

from __future__ import annotations

from pathlib import Path


def grow(root: Path, tree: dict[str, str | bytes]) -> Path:
    """Write {path: text or bytes}; a path that ends in a slash is an empty folder, "-> target" a link."""
    for path, content in tree.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith("/"):
            place.mkdir(exist_ok=True)
        elif isinstance(content, str) and content.startswith("-> "):
            place.symlink_to(content[3:])
        else:
            place.write_bytes(content.encode() if isinstance(content, str) else content)
    return root
