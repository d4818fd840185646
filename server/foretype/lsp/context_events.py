"""What the client tells that prompts may use: which document is looked at and, optionally, diagnostics, copied text.

Decides nothing: context/preparation.py keeps what it is told, and the gate stands between it and any model.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from foretype.lsp.copied import Copied
from foretype.lsp.surroundings import surroundings_of
from foretype.text.uris import path_of

if TYPE_CHECKING:
    from lsprotocol import types

    from foretype.context.preparation import ContextPreparation
    from foretype.lsp.server import Server
    from foretype.text.document import Document

DIAGNOSTICS_NOTIFICATION: Final = "foretype/didChangeDiagnostics"
COPIED_NOTIFICATION: Final = "foretype/didCopy"
FOCUS_NOTIFICATION: Final = "textDocument/didFocus"

_MOST_DIAGNOSTICS: Final = 200


def register(server: Server) -> None:
    """Hear of it."""
    feature = server.protocol.fm.feature
    feature(FOCUS_NOTIFICATION)(partial(_focused, server))
    feature(DIAGNOSTICS_NOTIFICATION)(partial(_diagnosed, server))
    feature(COPIED_NOTIFICATION)(partial(Copied.heard, Copied(server)))


def prepare(server: Server) -> ContextPreparation:
    """What keeps candidates ready, told of every document that changes and of news of the index."""
    from foretype.context.preparation import ContextPreparation  # not before `initialize` has been answered

    preparation = ContextPreparation(partial(surroundings_of, server.workspaces))
    for document in server.documents:
        preparation.document_changed(None, document)
    server.documents.listen(preparation.document_changed)
    server.workspaces.on_news = preparation.news
    return preparation


def _focused(server: Server, params: Any) -> None:
    uri = _uri_of(params)
    if uri and server.prepares:
        server.preparation.visited(uri)


def _diagnosed(server: Server, params: Any) -> None:
    """Diagnostics of a document as the client shows them: {"uri", "diagnostics": [{"range", "message"}]}."""
    from foretype.context.scene import Diagnostic

    uri, told = _uri_of(params), params.get("diagnostics") if isinstance(params, dict) else None
    if not uri or not isinstance(told, list) or not server.prepares:
        return
    found = []
    for one in told[:_MOST_DIAGNOSTICS]:
        try:
            found.append(Diagnostic(int(one["range"]["start"]["line"]), str(one["message"])))
        except (KeyError, TypeError, ValueError):
            continue
    server.preparation.told(uri, found)


def noticed(server: Server, document: Document, params: types.CodeActionParams) -> None:
    """Diagnostics that come with a request for code actions: those of the lines that the request is about."""
    from foretype.context.scene import Diagnostic

    if server.prepares:
        found = [
            Diagnostic(one.range.start.line, one.message) for one in params.context.diagnostics[:_MOST_DIAGNOSTICS]
        ]
        lines = range(params.range.start.line, params.range.end.line + 1)
        server.preparation.noticed(document, lines, found)


def _uri_of(params: Any) -> str:
    """The document that parameters are about, in either of the two shapes in which clients write it."""
    holder = params.get("textDocument", params) if isinstance(params, dict) else getattr(params, "text_document", None)
    uri = holder.get("uri") if isinstance(holder, dict) else getattr(holder, "uri", None)
    return uri if isinstance(uri, str) and path_of(uri) is not None else ""
