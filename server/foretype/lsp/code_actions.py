"""`textDocument/codeAction` and `codeAction/resolve`: the menu at once, the work when something is chosen."""

from __future__ import annotations

import asyncio
import importlib
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from foretype.lsp.action_client import ActionClient
from foretype.lsp.action_data import ActionData, message_of, read_data, severity_of
from foretype.lsp.commands import ACTION_COMMAND, register_commands
from foretype.lsp.context_events import noticed
from foretype.lsp.convert import position_from_lsp
from foretype.lsp.progress import ProgressBoard
from foretype.lsp.prose import SCHEME, ProseView
from foretype.text.document import Document

if TYPE_CHECKING:
    from foretype.features.actions.custom import OwnTask
    from foretype.features.actions.menu import Entry, Place, Problem
    from foretype.lsp.action_runs import ActionRuns
    from foretype.lsp.server import Server

REMEMBERED: Final = 16
"""Documents, each as it was when a menu was opened in it: what is chosen later is about that text."""

KINDS: Final = ("quickfix", "refactor", "refactor.extract", "refactor.rewrite", "foretype")
"""What is advertised. Nothing is of a `source` kind: editors run those on every save."""


@dataclass(frozen=True, slots=True)
class Menu:
    """What a request for a menu is about, taken in message order."""

    place: Place
    params: types.CodeActionParams


class ActionDoor:
    """One client's code actions."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.client = ActionClient()
        self.board = ProgressBoard(server.protocol, False)
        self.view = ProseView(server, self.client)
        self._runs: ActionRuns | None = None
        self._remembered: OrderedDict[tuple[str, int | None], Document] = OrderedDict()

    @property
    def runs(self) -> ActionRuns:
        """What does the work, loaded when it is needed first: much hangs on it."""
        if self._runs is None:
            from foretype.lsp.action_runs import ActionRuns

            self._runs = ActionRuns(self)
        return self._runs

    def register(self, params: types.InitializeParams) -> None:
        """Offer actions to this client; called before capabilities are advertised."""
        self.client = ActionClient.read(params)
        self.board = ProgressBoard(self.server.protocol, self.client.progress)
        self.view = ProseView(self.server, self.client)
        feature = self.server.protocol.fm.feature
        options = types.CodeActionOptions(
            code_action_kinds=list(KINDS), resolve_provider=self.client.resolve, work_done_progress=True
        )
        feature(types.TEXT_DOCUMENT_CODE_ACTION, options)(partial(ActionDoor._asked, self))
        if self.client.resolve:
            feature(types.CODE_ACTION_RESOLVE)(partial(ActionDoor._chosen, self))
        feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)(partial(ProgressBoard.cancelled, self.board))
        feature("workspace/textDocumentContent")(partial(ProseView.content, self.view))
        register_commands(self)

    async def begin(self) -> None:
        """The client takes requests: offer it virtual documents, where it has them."""
        if not self.client.text_content:
            return
        options = {"schemes": [SCHEME]}  # as JSON, since cattrs knows no hook for the type
        registration = types.Registration("foretype-text", "workspace/textDocumentContent", options)
        await self.server.client_register_capability_async(types.RegistrationParams([registration]))

    async def warm(self) -> None:
        """A model is there: load what its actions need, in a thread, so that the first menu does not wait for it."""
        if self.server.settings.actions.enable:
            await asyncio.to_thread(importlib.import_module, "foretype.lsp.action_runs")

    def stop(self) -> None:
        """The session ends."""
        self.view.stop()

    def document_of(self, uri: str, version: int | None) -> Document | None:
        """The document as it was when its menu was opened; as it is now where nothing was remembered."""
        now = self.server.documents.get(uri)
        if version is None or (now is not None and now.version == version):
            return now
        return self._remembered.get((uri, version))

    # The menu

    def _asked(self, params: types.CodeActionParams) -> Any:
        document = self.server.documents.get(params.text_document.uri)
        if document is None or not self.server.settings.actions.enable:
            return []
        if self.server.asker is None and self.client.waits:
            return []  # without a model there is nothing that an action could do
        noticed(self.server, document, params)
        from foretype.features.actions.menu import Place

        problems = tuple(self.problem(document, each, at) for at, each in enumerate(params.context.diagnostics))
        start, end = self._span(document, params.range)
        place = Place(
            document,
            start,
            end,
            problems,
            tuple(str(getattr(kind, "value", kind)) for kind in params.context.only or ()),
            params.context.trigger_kind == types.CodeActionTriggerKind.Automatic,
        )
        return self._menu(Menu(place, params))

    async def _menu(self, asked: Menu) -> list[types.CodeAction | types.Command]:
        from foretype.features.actions.menu import menu

        document = asked.place.document
        if self.server.asker is None:
            await self.server.settled()  # right after the start nobody is told that there is nothing
        if self.server.asker is None or await self.runs.silence(document):
            return []
        own: list[OwnTask] = await self.runs.tasks.own()
        language = self.server.settings.actions.language
        entries = menu(asked.place, [each.task for each in own if each.fits(document.language_id)], language)
        if entries:
            self._remember(document)
        return [self._item(entry, asked) for entry in entries]

    def _item(self, entry: Entry, asked: Menu) -> types.CodeAction | types.Command:
        document, diagnostics = asked.place.document, asked.params.context.diagnostics
        problems = tuple(diagnostics[each.number] for each in entry.problems)
        data = ActionData(entry.task, document.uri, asked.params.range, document.version, problems, entry.bulk)
        command = types.Command(entry.title, ACTION_COMMAND, arguments=[data.to_lsp()])
        if not self.client.literals:
            return command
        # Tests may become a new file, which has to be shown once the edit is applied: the command's end tells when.
        later = entry.bulk or entry.task == "tests"
        resolvable = self.client.resolve and not later and self.runs.tasks.makes_edits(entry.task)
        return types.CodeAction(
            title=entry.title,
            kind=entry.kind,
            diagnostics=list(problems) or None,
            is_preferred=entry.preferred or None,
            command=None if resolvable else command,
            data=data.to_lsp() if resolvable else None,
            tags=[types.CodeActionTag.LlmGenerated] if self.client.tagged else None,
        )

    def problem(self, document: Document, found: types.Diagnostic, number: int = 0) -> Problem:
        """A diagnostic in our terms; a stale range is pulled into the text."""
        from foretype.features.actions.menu import Problem

        start, end = self._span(document, found.range)
        code = "" if found.code is None else str(found.code)
        message, severity = message_of(found), severity_of(found)
        return Problem(message, start, end, severity, found.source or "", code, number)

    def _span(self, document: Document, span: types.Range) -> tuple[Any, Any]:
        encoding = self.server.documents.encoding
        start = position_from_lsp(document, span.start, encoding)
        end = position_from_lsp(document, span.end, encoding)
        return min(start, end), max(start, end)

    def _remember(self, document: Document) -> None:
        key = (document.uri, document.version)
        self._remembered[key] = document
        self._remembered.move_to_end(key)
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)

    # The choice

    def _chosen(self, action: types.CodeAction) -> Any:
        return self.runs.resolve(action, read_data(action.data))
