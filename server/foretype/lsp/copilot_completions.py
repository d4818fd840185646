"""Completions in the shapes of Copilot's language server: the older requests, its panel, and what became of them.

Translates only: every suggestion comes from the same path as `textDocument/inlineCompletion`.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from foretype.lsp.convert import position_to_lsp
from foretype.lsp.inline_completion import is_current, request_from_lsp, to_lsp
from foretype.lsp.messages import InlineCompletionParams, read_formatting, read_place
from foretype.lsp.request_error import INVALID_PARAMS, RequestError
from foretype.text.positions import Position

if TYPE_CHECKING:
    from collections.abc import Callable

    from foretype.features.suggestion import CompletionRequest, Outcome, Suggestion
    from foretype.lsp.server import Server
    from foretype.text.document import Document

logger = logging.getLogger(__name__)

PANEL_REQUEST: Final = "textDocument/copilotPanelCompletion"
_OTHER_VERSION: Final = {"completions": [], "cancellationReason": "DocumentVersionMismatch"}
_OVERTAKEN: Final = {"completions": [], "cancellationReason": "RequestCancelled"}
_WHOLE_LINES: Final = "Sublime Text LSP"
"""LSP-copilot's name: it puts `text` in the place of the whole line, whatever the range says."""


class CopilotCompletions:
    """Answers the older requests of one client and takes its reports."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._panels = itertools.count(1)
        self._automatic: tuple[str, int | None, Position] | None = None
        self.used = False
        """Whether this client shows what it asks for here, and so needs nothing in its completion menu."""

    def requests(self) -> dict[str, Callable[[Any], Any]]:
        """Handlers of requests by method."""
        return {
            "getCompletions": self._get,
            "getCompletionsCycling": self._cycle,
            "getPanelCompletions": self._panel,
            PANEL_REQUEST: self._panel_items,
            "notifyShown": lambda _: "OK",
            "notifyAccepted": self._accepted,
            "notifyRejected": lambda _: "OK",
        }

    def events(self) -> dict[str, Callable[[Any], Any]]:
        """Handlers of notifications by method."""
        return {
            "textDocument/didShowCompletion": lambda _: None,
            "textDocument/didPartiallyAcceptCompletion": self._partially_accepted,
        }

    # getCompletions and its cycling

    def _get(self, params: Any) -> Any:
        request = self._request(params, invoked=False)
        if not isinstance(request, dict):
            self._automatic = _place(request)
        return request if isinstance(request, dict) else self._completions(request)

    def _cycle(self, params: Any) -> Any:
        """Several alternatives, which the user asks for by hand.

        Some clients send it beside every `getCompletions`, at each key: then it is typing, and one suggestion is
        enough. It is told by its place being that of a request whose answer has not gone out yet.
        """
        request = self._request(params, invoked=True)
        if isinstance(request, dict):
            return request
        if self._automatic == _place(request):
            automatic = self._request(params, invoked=False)
            return automatic if isinstance(automatic, dict) else self._completions(automatic)
        return self._completions(request)

    async def _completions(self, request: CompletionRequest) -> dict[str, Any]:
        try:
            if not is_current(self._server, request):
                return _OVERTAKEN
            outcome = await self._server.complete(request)
        finally:
            if self._automatic == _place(request):
                self._automatic = None
        if outcome.superseded or not is_current(self._server, request):
            return _OVERTAKEN
        return {"completions": [self._completion(request, each) for each in outcome.suggestions]}

    def _completion(self, request: CompletionRequest, suggestion: Suggestion) -> dict[str, Any]:
        """As those clients expect it, `text` begins at the start of the line and `displayText` at the cursor."""
        document, encoding = request.document, self._server.documents.encoding
        line = suggestion.start.line
        before = document.line(line)[: suggestion.start.column]
        typed = document.line(line)[suggestion.start.column : request.position.column]
        stop, text = suggestion.end, before + suggestion.text
        if self._server.client.name == _WHOLE_LINES:
            stop = Position(line, len(document.line(line)))
            text += document.line(line)[suggestion.end.column :]
        end = position_to_lsp(document, stop, encoding)
        return {
            "uuid": self._server.shown(suggestion, document),
            "text": text,
            "displayText": suggestion.text.removeprefix(typed),
            "range": {"start": {"line": line, "character": 0}, "end": _json(end)},
            "position": _json(position_to_lsp(document, request.position, encoding)),
            "docVersion": document.version,
        }

    # The panel

    def _panel(self, params: Any) -> Any:
        request = self._request(params, invoked=True)
        if isinstance(request, dict):
            return {"solutionCountTarget": 0}
        panel = text_in(params, "panelId") or f"panel-{next(self._panels)}"
        self._server.protocol.spawn(self._fill_panel(panel, request))
        return {"solutionCountTarget": self._server.settings.completion.alternatives}

    async def _fill_panel(self, panel: str, request: CompletionRequest) -> None:
        """Send each solution, then the end; a panel that waits for its end must get it."""
        notify = self._server.protocol.notify
        status = {"panelId": panel, "status": "Error", "message": "The server could not complete here."}
        try:
            outcome = await self._server.complete(request)
            for number, suggestion in enumerate(outcome.suggestions):
                completion = self._completion(request, suggestion)
                solution = {
                    "panelId": panel,
                    "solutionId": completion["uuid"],
                    "score": round(1 / (number + 1), 3),
                    "completionText": completion["text"],
                    **{name: completion[name] for name in ("displayText", "range", "docVersion")},
                }
                notify("PanelSolution", solution)
            status = {"panelId": panel, "status": "OK"}
        finally:
            notify("PanelSolutionsDone", status)

    def _panel_items(self, params: Any) -> Any:
        request = self._request(params, invoked=True)
        if isinstance(request, dict):
            return {"items": []}
        return self._stream_items(request, params.get("partialResultToken"))

    async def _stream_items(self, request: CompletionRequest, token: Any) -> dict[str, Any]:
        """The items as partial results where the client gave a token for them; then the answer holds none."""
        outcome: Outcome = await self._server.complete(request)
        items = to_lsp(self._server, request.document, outcome).items
        if not isinstance(token, (int, str)):
            return {"items": items}
        for item in items:
            self._server.protocol.notify(types.PROGRESS, types.ProgressParams(token, {"items": [item]}))
        return {"items": []}  # all of them have been sent

    # What became of them

    def _accepted(self, params: Any) -> str:
        length = params.get("acceptedLength") if isinstance(params, Mapping) else None
        self._server.accepted([text_in(params, "uuid")], length if isinstance(length, int) else None)
        return "OK"

    def _partially_accepted(self, params: Any) -> None:
        """`acceptedLength` counts from the start of the text, in UTF-16 units."""
        item = params.get("item") if isinstance(params, Mapping) else None
        command = item.get("command") if isinstance(item, Mapping) else None
        arguments = command.get("arguments") if isinstance(command, Mapping) else None
        length = params.get("acceptedLength") if isinstance(params, Mapping) else None
        if isinstance(arguments, list) and isinstance(length, int):
            self._server.accepted(arguments, length)

    # Reading

    def _request(self, params: Any, *, invoked: bool) -> CompletionRequest | dict[str, Any]:
        """The request in our terms, or the answer to one that is about another text than the server has."""
        found = _document_of(params)
        self.used = True
        document: Document | None = self._server.documents.get(found.uri)
        if document is None:
            return {"completions": []}
        if found.version is not None and document.version is not None and found.version != document.version:
            return _OTHER_VERSION
        found.invoked = invoked
        return request_from_lsp(document, found, self._server.documents.encoding)


def _document_of(params: Any) -> InlineCompletionParams:
    """What a request says of its place, in the older shape (`doc`) or the newer (`textDocument`, `position`)."""
    doc = params.get("doc") if isinstance(params, Mapping) else None
    found = doc if isinstance(doc, Mapping) else params
    try:
        where = found.get("textDocument", found)
        version = where.get("version")
        return InlineCompletionParams(
            uri=str(where["uri"]),
            position=read_place(found["position"]),
            version=version if isinstance(version, int) else None,
            formatting=read_formatting(doc if doc is not None else found.get("formattingOptions")),
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise RequestError(INVALID_PARAMS, "The parameters do not fit the method.") from error


def _place(request: CompletionRequest) -> tuple[str, int | None, Position]:
    return request.document.uri, request.document.version, request.position


def _json(position: types.Position) -> dict[str, int]:
    return {"line": position.line, "character": position.character}


def text_in(params: Any, *path: str) -> str:
    """The text at a path of keys, "" where there is none."""
    for key in path:
        params = params.get(key) if isinstance(params, Mapping) else None
    return params if isinstance(params, str) else ""
