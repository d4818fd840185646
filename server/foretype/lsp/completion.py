"""`textDocument/completion` for editors without ghost text: one clearly marked item, and never a wait.

Popups gather items from several servers and show nothing before the last has answered, so this one says at once what
is known: the embedded engine's suggestion, or a model's that has come already. While a model is still writing, the
list is incomplete and the editor asks again at the next key.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from foretype.features.suggestion import CompletionRequest, Outcome, Suggestion
from foretype.lsp.convert import position_from_lsp, range_to_lsp
from foretype.lsp.inline_completion import is_current
from foretype.lsp.outcomes import ACCEPTED_COMMAND
from foretype.text.document import Document
from foretype.text.positions import Position

if TYPE_CHECKING:
    from foretype.lsp.server import Server

DEADLINE: Final = 0.05
"""Seconds until the popup has its answer, whatever the model does: half of what people begin to notice."""

_LABEL_LENGTH: Final = 60
_PLACE: Final = re.compile(r"\$(\{|\d)")


def completion(server: Server, params: types.CompletionParams) -> Any:
    """Take the document as it is at this message, then answer within the deadline."""
    document = server.documents.get(params.text_document.uri)
    if document is None or not server.offers_popup:
        return None
    position = position_from_lsp(document, params.position, server.documents.encoding)
    invoked = params.context is not None and params.context.trigger_kind is types.CompletionTriggerKind.Invoked
    return _answer(server, CompletionRequest(document, position, invoked, popup=True))


async def _answer(server: Server, request: CompletionRequest) -> types.CompletionList:
    """Ask in full, but take what is known now when the deadline comes; the model's stream goes on into the store."""
    if not is_current(server, request):
        return types.CompletionList(is_incomplete=True, items=[])
    asking = server.protocol.spawn(server.complete(request))
    try:
        await asyncio.wait([asking], timeout=DEADLINE)
    except asyncio.CancelledError:
        asking.cancel()
        raise
    if asking.done() and not asking.cancelled() and asking.exception() is None:
        outcome = asking.result()
    else:
        outcome = server.completer.embedded_now(request)
    items = _items(server, request, outcome)
    return types.CompletionList(is_incomplete=True, items=items)


def _items(server: Server, request: CompletionRequest, outcome: Outcome) -> list[types.CompletionItem]:
    if outcome.superseded or not is_current(server, request):
        return []
    return [
        _item(server, request.document, suggestion)
        for suggestion in outcome.suggestions[:1]
        if not (server.client.reads_snippets and _PLACE.search(suggestion.text))
    ]


def _item(server: Server, document: Document, suggestion: Suggestion) -> types.CompletionItem:
    """Editors filter by the word at the cursor, so the item covers that word and begins with it."""
    line = document.line(suggestion.start.line)
    start = suggestion.start.column
    while start > 0 and (line[start - 1].isalnum() or line[start - 1] == "_"):
        start -= 1
    word = line[start : suggestion.start.column]
    text = word + suggestion.text
    first = text.partition("\n")[0].strip()
    label = first if len(first) <= _LABEL_LENGTH else first[: _LABEL_LENGTH - 1] + "…"
    where = range_to_lsp(document, Position(suggestion.start.line, start), suggestion.end, server.documents.encoding)
    return types.CompletionItem(
        label=f"{label} ✦",
        label_details=types.CompletionItemLabelDetails(description="foretype") if server.client.label_details else None,
        kind=types.CompletionItemKind.Text,
        detail=f"Foretype: {suggestion.origin}",
        documentation=types.MarkupContent(types.MarkupKind.PlainText, text) if "\n" in text else None,
        sort_text="￿",  # below what the language's own server says
        filter_text=text.partition("\n")[0],
        text_edit=types.TextEdit(where, text),
        insert_text_mode=types.InsertTextMode.AsIs,
        command=types.Command("Suggestion accepted", ACCEPTED_COMMAND, arguments=[server.shown(suggestion, document)]),
    )
