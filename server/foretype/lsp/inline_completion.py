"""`textDocument/inlineCompletion`: ghost text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from foretype.features.suggestion import CompletionRequest, Outcome, PopupItem, Suggestion
from foretype.lsp.convert import position_from_lsp, range_to_lsp
from foretype.lsp.messages import FormattingOptions, InlineCompletionParams
from foretype.lsp.outcomes import ACCEPTED_COMMAND
from foretype.lsp.request_error import CONTENT_MODIFIED, RequestError
from foretype.text.document import Document
from foretype.text.lines import split_lines
from foretype.text.positions import Encoding, Position

if TYPE_CHECKING:
    from foretype.lsp.server import Server

CHANGED_NOTIFICATION: Final = "foretype/suggestionChanged"


def inline_completion(server: Server, params: InlineCompletionParams) -> Any:
    """Take the document as it is at this message, then answer when there is something to say.

    A version that is not the document's is refused with ContentModified; a request that a newer one or an edit has
    made pointless is answered with null, so that clients keep what they show.
    """
    document = server.documents.get(params.uri)
    if document is None:
        return None
    if params.version is not None and document.version is not None and params.version != document.version:
        raise RequestError(CONTENT_MODIFIED, "The document has another version.")
    request = request_from_lsp(document, params, server.documents.encoding)
    if params.selected is not None and request.selected is None:
        server.meters.book.count("gated.popup")
        return types.InlineCompletionList([])  # it cannot extend the item, so the editor would not show it
    return _answer(server, request)


async def _answer(server: Server, request: CompletionRequest) -> types.InlineCompletionList | None:
    if not is_current(server, request):
        return None  # an edit came right behind the request: nobody is to be asked about the text before
    outcome = await server.complete(request)
    return None if outcome.superseded or not is_current(server, request) else to_lsp(server, request.document, outcome)


def is_current(server: Server, request: CompletionRequest) -> bool:
    """Whether the document is still the one that the request is about."""
    return server.documents.get(request.document.uri) is request.document


def tell_growth(server: Server, request: CompletionRequest) -> None:
    """`foretype/suggestionChanged`: who asks again where this was asked gets more now."""
    document = server.documents.get(request.document.uri)
    if document is not None and document.version == request.document.version:
        server.protocol.notify(CHANGED_NOTIFICATION, {"uri": document.uri, "version": document.version})


def request_from_lsp(document: Document, params: InlineCompletionParams, encoding: Encoding) -> CompletionRequest:
    """The request in our terms."""
    position = position_from_lsp(document, params.position, encoding)
    selected = _popup_item(document, position, params.selected, encoding) if params.selected else None
    return CompletionRequest(document, position, params.invoked, selected, indent=_one_level(params.formatting))


def _one_level(formatting: FormattingOptions | None) -> str:
    """One level of indentation as the editor says it; "" where it does not."""
    if formatting is None:
        return ""
    return " " * formatting.tab_size if formatting.insert_spaces else "\t"


def _popup_item(
    document: Document, cursor: Position, selected: types.SelectedCompletionInfo, encoding: Encoding
) -> PopupItem | None:
    """The popup's item; None where it is not around the cursor or has several lines, so that nothing extends it."""
    start = position_from_lsp(document, selected.range.start, encoding)
    end = position_from_lsp(document, selected.range.end, encoding)
    if not start.line == end.line == cursor.line or not start <= cursor <= end:
        return None
    return PopupItem(start, end, selected.text) if len(split_lines(selected.text)) == 1 else None


def to_lsp(server: Server, document: Document, outcome: Outcome) -> types.InlineCompletionList:
    """Suggestions as items; each has a command that tells of its acceptance."""
    encoding = server.documents.encoding

    def item(suggestion: Suggestion) -> types.InlineCompletionItem:
        identity = server.shown(suggestion, document)
        return types.InlineCompletionItem(
            insert_text=suggestion.text.replace("\r\n", "\n") if server.client.lines_end_in_lf else suggestion.text,
            range=range_to_lsp(document, suggestion.start, suggestion.end, encoding),
            command=types.Command("Suggestion accepted", ACCEPTED_COMMAND, arguments=[identity]),
        )

    return types.InlineCompletionList([item(suggestion) for suggestion in outcome.suggestions])
