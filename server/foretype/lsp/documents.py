"""The documents that the client has open: one immutable value per document, replaced in message order.

Knows nothing of suggestions; whoever wants to hear of edits registers for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lsprotocol import types

from foretype.text.document import Change, Document
from foretype.text.lines import Lines
from foretype.text.positions import Encoding

Listener = Callable[[Document | None, Document | None], None]
"""Called with the document before and after: None before it opens and after it closes."""


class OpenDocuments:
    """What is open now, by URI. `encoding` is the one negotiated with the client."""

    def __init__(self) -> None:
        self.encoding: Encoding = "utf-16"
        self._documents: dict[str, Document] = {}
        self._listeners: list[Listener] = []

    def __iter__(self) -> Iterator[Document]:
        return iter(self._documents.values())

    def get(self, uri: str) -> Document | None:
        """The document as it is now, None where it is not open."""
        return self._documents.get(uri)

    def listen(self, listener: Listener) -> None:
        """Call `listener` after each opening, change and closing."""
        self._listeners.append(listener)

    def open(self, item: types.TextDocumentItem) -> None:
        """The client opened a document; opening it again starts it anew."""
        self._put(item.uri, Document(item.uri, item.language_id, item.version, Lines(item.text)))

    def change(self, uri: str, version: int | None, changes: Sequence[types.TextDocumentContentChangeEvent]) -> None:
        """The client changed a document. A change of one that was never opened can only be dropped."""
        document = self._documents.get(uri)
        if document is not None:
            self._put(uri, document.apply(map(_change, changes), version, self.encoding))

    def close(self, uri: str) -> None:
        """The client closed a document."""
        self._put(uri, None)

    def _put(self, uri: str, document: Document | None) -> None:
        before = self._documents.pop(uri, None)
        if document is not None:
            self._documents[uri] = document
        for listener in self._listeners:
            listener(before, document)


def _change(event: types.TextDocumentContentChangeEvent) -> Change:
    if isinstance(event, types.TextDocumentContentChangePartial):
        start, end = event.range.start, event.range.end
        return Change((start.line, start.character), (end.line, end.character), event.text)
    return Change(None, None, event.text)
