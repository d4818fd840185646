"""Between the protocol's values and ours. Nothing else in the project converts positions or ranges."""

from __future__ import annotations

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
