"""Which workspace a document belongs to: its path there, what of it can be searched, and the paths of others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from foretype.text.uris import path_of

if TYPE_CHECKING:
    from pathlib import Path

    from foretype.context.preparation import Surroundings
    from foretype.lsp.workspaces import Workspaces
    from foretype.repository.index import WorkspaceIndex
    from foretype.text.document import Document


def surroundings_of(workspaces: Workspaces, document: Document) -> Surroundings | None:
    """The index that the document belongs to, or only its folder; None where it lies outside all folders."""
    from foretype.context.preparation import Surroundings  # not before `initialize` has been answered
    from foretype.context.search_index import EmptySearchIndex

    for index in workspaces.indexes:
        own = index.relative(document.uri)
        if own is not None:
            return Surroundings(own, index.search, partial(_indexed, index))
    for folder in workspaces.folders:
        own = _below(folder, document.uri)
        if own:
            return Surroundings(own, EmptySearchIndex(), partial(_below, folder))
    return None


def _indexed(index: WorkspaceIndex, uri: str) -> str:
    return index.relative(uri) or ""


def _below(folder: Path, uri: str) -> str:
    path = path_of(uri)
    return path.relative_to(folder).as_posix() if path is not None and path.is_relative_to(folder) else ""
