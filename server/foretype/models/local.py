"""The embedded engine as a source of suggestions for the documents that are open. Asks nobody, reads no file.

Every document keeps a small index of its own, which is brought up to date by what has changed; the workspace's
segments come from whoever owns the workspace index. All of it is quick enough for the event loop: a step of
`prepare` and a whole query take a few milliseconds at most.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from foretype.embedded import VERY_CONFIDENT, OpenFile, Prediction, Query, Segment, predictions
from foretype.text.document import Document
from foretype.text.positions import Position

__all__ = ["VERY_CONFIDENT", "LocalEngine", "Prediction", "WorkspaceView"]

DOCUMENTS_KEPT: Final = 16
"""Indexed open documents. One of 5,000 lines takes about 4 MB; indexing it anew takes some tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class WorkspaceView:
    """The workspace as it is indexed now, seen from one document.

    `path` is the document's own name in the segments, None where it is not part of the workspace; `hidden` holds
    for each segment the paths whose text in it is out of date.
    """

    segments: Sequence[Segment] = ()
    hidden: Sequence[Container[str]] = ()
    path: str | None = None


class LocalEngine:
    """The embedded engine for one client."""

    def __init__(self, workspace_of: Callable[[Document], WorkspaceView]) -> None:
        self._workspace_of = workspace_of
        self._open_files: OrderedDict[str, OpenFile] = OrderedDict()

    def prepare(self, document: Document, line: int) -> Iterator[None]:
        """Index the document around a line, about 2 ms a step, so that the first query need not do it."""
        return self._open_file(document.uri).prepare(document.lines.chunks, line, document.language_id)

    def complete(self, document: Document, position: Position, rejected: Container[str] = ()) -> list[Prediction]:
        """Rests of the line at the position, likeliest first; compare their confidence with a threshold."""
        workspace = self._workspace_of(document)
        query = Query(document.lines.chunks, position.line, position.column, workspace.path, document.language_id)
        open_file = self._open_file(document.uri)
        return predictions(query, open_file, workspace.segments, workspace.hidden, rejected)

    def forget(self, uri: str) -> None:
        """The document is closed."""
        self._open_files.pop(uri, None)

    def _open_file(self, uri: str) -> OpenFile:
        open_file = self._open_files.get(uri)
        if open_file is None:
            open_file = self._open_files[uri] = OpenFile()
            while len(self._open_files) > DOCUMENTS_KEPT:
                self._open_files.popitem(last=False)
        self._open_files.move_to_end(uri)
        return open_file
