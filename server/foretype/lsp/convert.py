"""Between the protocol's values and ours. Nothing else in the project converts positions, ranges or paths."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from lsprotocol import types

from foretype.text.document import Document
from foretype.text.positions import Encoding, Position, to_position, to_units


def position_from_lsp(document: Document, position: types.Position, encoding: Encoding) -> Position:
    """A client's position as a place that exists in the document."""
    return to_position(document.lines, position.line, position.character, encoding)


def position_to_lsp(document: Document, position: Position, encoding: Encoding) -> types.Position:
    """A place in the document in the client's units."""
    return types.Position(position.line, to_units(document.lines[position.line], position.column, encoding))


def range_to_lsp(document: Document, start: Position, end: Position, encoding: Encoding) -> types.Range:
    """Two places in the document in the client's units."""
    return types.Range(position_to_lsp(document, start, encoding), position_to_lsp(document, end, encoding))


def path_of(uri: str) -> Path | None:
    """The file behind a `file:` URI; None for untitled, remote and virtual documents, and for nonsense."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file" or "\0" in unquote(uri):
        return None
    if os.name == "nt":
        host = f"//{parts.netloc}" if parts.netloc else ""
        return Path(url2pathname(host + parts.path))
    return Path(unquote(parts.path)) if parts.path else None


def uri_of(path: Path) -> str:
    """The `file:` URI of an absolute path."""
    return path.as_uri()
