"""The composition root: one server per connection builds everything once and hands each message to its handler.

Handlers are plain functions called in message order (see protocol.py). Whatever is slow starts after `initialized`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from foretype import __version__
from foretype.lsp import context_events, workspace_events
from foretype.lsp.capabilities import ClientCapabilities, negotiated_encoding
from foretype.lsp.code_actions import ActionDoor
from foretype.lsp.completion import completion
from foretype.lsp.configuration import SECTION, Configuration
from foretype.lsp.copilot import CopilotDoor
from foretype.lsp.documents import OpenDocuments
from foretype.lsp.index_progress import IndexProgress
from foretype.lsp.inline_completion import inline_completion, tell_growth
from foretype.lsp.log import ClientLog, quiet_libraries
from foretype.lsp.messages import DidChangeParams, make_converter
from foretype.lsp.model_choice import ModelChoice
from foretype.lsp.outcomes import ACCEPTED_COMMAND, DISMISSED_NOTIFICATION, Outcomes
from foretype.lsp.parent import watch_process
from foretype.lsp.protocol import Conversation
from foretype.lsp.state import STATE_REQUEST, state
from foretype.lsp.status import StatusLine
from foretype.lsp.switches import Switches
from foretype.lsp.usage import USAGE_REQUEST, count_outcome, tell_health, usage
from foretype.lsp.workspaces import Plan, Workspaces
from foretype.settings.model import Settings
from foretype.text.document import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from foretype.context.exclude import Exclusions
    from foretype.context.preparation import ContextPreparation
    from foretype.features.ask import ModelAsker
    from foretype.features.complete import Completer
    from foretype.features.suggestion import CompletionRequest, Outcome, Suggestion
    from foretype.scheduling.governor import Governor
    from foretype.scheduling.meters import Meters
    from foretype.settings.layers import Layer
    from foretype.settings.resolve import Resolved

logger = logging.getLogger(__name__)

_OPENING_PAUSE: Final = 0.05
"""Seconds after an opening before its index is begun, so that a client opening twenty files is not kept waiting."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What the command line says to every connection."""

    layers: Sequence[Layer] = field(default_factory=tuple)


class Server(LanguageServer):
    """One client's server. `protocol.ended()` waits for its end."""

    protocol: Conversation

    def __init__(self, options: ServeOptions | None = None) -> None:
        quiet_libraries()
        super().__init__(
            "foretype",
            __version__,
            protocol_cls=Conversation,
            converter_factory=make_converter,
        )
        self.protocol.session = self
        self.client = ClientCapabilities()
        self.documents = OpenDocuments()
        self.workspaces = Workspaces()
        self.status = StatusLine(self.protocol.notify)
        self.settings = Settings()
        self.configuration = Configuration(options.layers if options else ())
        self.configuration.changed = self._take_settings
        self._model = ModelChoice(self)
        self.not_shown = ""  # what of the document that was last asked about the model did not see
        self._beginning: asyncio.Task[Any] | None = None
        self.switches = Switches(self)
        self._outcomes = Outcomes(self)
        self._log = ClientLog(self.window_log_message, self.protocol)
        self._unwatch: Callable[[], None] = lambda: None
        self._copilot = CopilotDoor(self)
        self.trusted = False  # whether the user trusts the workspace
        self.actions = ActionDoor(self)

    @cached_property
    def completer(self) -> Completer:
        """The path of a suggestion, loaded when `initialize` has been answered: the client waits for that answer."""
        from foretype.features.complete import Completer
        from foretype.models.local import LocalEngine

        completer = Completer(self.settings, LocalEngine(self.workspaces.view_of))
        completer.configure(self.settings, self.exclusions(), self.asker)
        if self.client.suggestion_changed:
            completer.growth.tell = partial(tell_growth, self)
            completer.growth.of_blocks = self.client.dismissed
        completer.gate_took = lambda seconds: self.meters.book.observe("gate", seconds * 1000)
        self.documents.listen(completer.document_changed)
        self.documents.listen(self._outcomes.document_changed)
        self.documents.listen(self._prepare_opened)
        return completer

    @cached_property
    def meters(self) -> Meters:
        """What is counted and limited, in the user's own folder."""
        from foretype.scheduling.meters import Meters, state_folder

        meters = Meters(state_folder())
        meters.keep = self.settings.usage.keep
        return meters

    @property
    def asker(self) -> ModelAsker | None:
        """The configured model; None without one, and while it is being connected to."""
        return self._model.asker

    @property
    def unusable(self) -> str:
        """Why the configured model cannot be asked at all, "" where it can."""
        return self._model.unusable

    @cached_property
    def preparation(self) -> ContextPreparation:
        """What may stand beside a document in a prompt, kept ready; made when a model is to be asked."""
        return context_events.prepare(self)

    @property
    def prepares(self) -> bool:
        """Whether there is a model, so that it matters what the user does beside typing."""
        return "preparation" in vars(self)

    @property
    def governor(self) -> Governor | None:
        """What limits and counts the questions to the configured model; None without one."""
        return self.asker.governor if self.asker is not None else None

    # The life of a session

    def on_initialize(self, params: types.InitializeParams) -> None:
        """Read what this client is and wants; cheap, since the client waits for it."""
        self._log.begin()
        self.client = ClientCapabilities.read(params)
        if params.process_id is not None:
            self._unwatch = watch_process(params.process_id, self.protocol.connection_lost)
        # An empty list says that there is no folder yet; Kate names the user's home folder as the root beside it.
        folders = params.workspace_folders
        self.workspaces.add(filter(None, [params.root_uri]) if folders is None else [each.uri for each in folders])
        self._adopt(self.configuration.initialize(params.initialization_options, self.workspaces.first))
        self.documents.encoding = negotiated_encoding(params.capabilities)
        self._register()
        self._copilot.register(params)
        self.actions.register(params)

    def on_initialized(self) -> None:
        """The client takes requests: ask it for its settings, load what is slow, start the index."""
        _ = self.completer, self.meters
        if self.client.status:
            self.status.enable()
        self._copilot.begin()
        self.workspaces.on_step = IndexProgress(self.actions.board, self.protocol.spawn).heard
        self.configuration.tell_problems(self.configuration.resolve())
        self.protocol.spawn(workspace_events.register_watchers(self))
        self.protocol.spawn(self.actions.begin())
        self._beginning = self.protocol.spawn(self._begin())
        self.protocol.spawn(self._remember())

    def on_shutdown(self) -> None:
        """Let go of connections and processes."""
        self._unwatch()
        self.actions.stop()
        self.switches.stop()
        self._outcomes.stop()
        if self.prepares:
            self.preparation.close()
        if "completer" in vars(self):
            self.completer.stop()
        self._log.end()

    async def finish(self) -> None:
        """Wait for what has to be let go of in an orderly manner: the model's connections, the index workers."""
        await self._model.close()
        if "meters" in vars(self):
            await self.meters.close()
        await self.workspaces.close()

    # Settings

    async def _begin(self) -> None:
        if self.client.configuration:
            await self.pull_settings()
        else:
            self._take_settings(self.configuration.resolve())

    async def pull_settings(self) -> None:
        """Ask the client for its settings and take them on."""
        item = types.ConfigurationItem(section=SECTION)
        params = types.ConfigurationParams([item])
        await self.configuration.pull(lambda: self.workspace_configuration_async(params))

    def _adopt(self, resolved: Resolved) -> None:
        self.trusted = resolved.trusted
        self.settings = self.switches.over(resolved.settings)
        if "meters" in vars(self):
            self.meters.keep = self.settings.usage.keep
        self._log.choose(self.settings.log.level)

    def exclusions(self) -> Exclusions:
        """What no model may see, by path."""
        from foretype.context.exclude import exclusions_of

        return exclusions_of(self.settings, self.workspaces.folders)

    def _take_settings(self, resolved: Resolved) -> None:
        """Settings have changed: bring the model and the index in line."""
        self._adopt(resolved)
        self.completer.configure(self.settings, self.exclusions(), self.asker)
        self._model.settings_changed()
        self.protocol.spawn(self.workspaces.apply(Plan(self.settings.index.enable, self.settings.exclude)))

    async def _remember(self) -> None:
        """What the learned gate has learned in other sessions."""
        learning = self.completer.learning
        learning.gate.load(await self.meters.learned())
        learning.learned = self.meters.book.learn

    async def settled(self) -> None:
        """Wait until it is known whether there is a model: it is connected to at the start and with new settings."""
        while waiting := [task for task in (self._beginning, self._model.task) if task is not None and not task.done()]:
            await asyncio.wait(waiting)

    @property
    def note(self) -> str:
        """How the model is asked otherwise than was chosen at first, "" where it is not."""
        return self.asker.note if self.asker is not None else ""

    # Suggestions

    @property
    def offers_popup(self) -> bool:
        """Whether the completion popup has a suggestion too."""
        popup = self.settings.completion.popup
        elsewhere = self.client.inline_completion or self._copilot.completes
        return popup == "always" or (popup == "auto" and not elsewhere)

    async def complete(self, request: CompletionRequest) -> Outcome:
        """Ask for suggestions and keep the status true."""
        began = time.perf_counter()
        outcome = await self.completer.complete(request)
        count_outcome(self.meters.book, outcome, (time.perf_counter() - began) * 1000)
        settled = not self._model.under_way and not outcome.superseded
        if settled or outcome.silence or outcome.closed:
            tell_health(self, self.governor, outcome)
        if self.governor is not None:
            self._model.renew_key(self.governor.breaker.error)
        return outcome

    def shown(self, suggestion: Suggestion, document: Document) -> str:
        """See `Outcomes.shown`."""
        return self._outcomes.shown(suggestion, document)

    def accepted(self, arguments: list[Any], length: int | None = None) -> bool:
        """See `Outcomes.accepted`."""
        return self._outcomes.accepted(arguments, length)

    def ignore_files_changed(self) -> None:
        """What a model may see may be something else now."""
        if self.asker is not None:
            self.asker.gate.look_again()

    def _prepare_opened(self, before: Document | None, after: Document | None) -> None:
        if before is not None and after is None and self.asker is not None:
            self.asker.forget(before.uri)
        if before is not None or after is None:
            return
        if not self.client.watched_files:
            self.workspaces.look_again()
        if not self.completer.silence(after):
            self.protocol.spawn(self._prepare(after.uri))

    async def _prepare(self, uri: str) -> None:
        """Index an opened document in small steps, so that its first suggestion is as quick as the others."""
        await asyncio.sleep(_OPENING_PAUSE)
        document = self.documents.get(uri)
        if document is None:
            return
        for _ in self.completer.prepare(document):
            await asyncio.sleep(0)
        if (asker := self.asker) is not None:  # which may be another one, or none, after each wait
            await asker.known(document)
            for _ in asker.gate.prepare(document):
                await asyncio.sleep(0)
            await asyncio.to_thread(asker.warm, document)

    # Messages

    def _register(self) -> None:
        """What this client gets. It is asked for before capabilities are advertised."""
        feature = self.protocol.fm.feature
        feature(types.TEXT_DOCUMENT_DID_OPEN)(lambda params: self.documents.open(params.text_document))
        feature(types.TEXT_DOCUMENT_DID_CHANGE)(partial(Server._changed, self))
        feature(types.TEXT_DOCUMENT_DID_CLOSE)(lambda params: self.documents.close(params.text_document.uri))
        feature(types.TEXT_DOCUMENT_DID_SAVE)(partial(workspace_events.saved, self))
        workspace_events.register(self)
        feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionOptions())(
            partial(inline_completion, self)
        )
        if self.offers_popup:
            options = types.CompletionOptions(trigger_characters=list(".([{,= "), resolve_provider=False)
            feature(types.TEXT_DOCUMENT_COMPLETION, options)(partial(completion, self))
        feature(USAGE_REQUEST)(partial(usage, self))
        feature(STATE_REQUEST)(partial(state, self))
        feature(DISMISSED_NOTIFICATION)(partial(self._outcomes.dismissed))
        for name, command in {ACCEPTED_COMMAND: self.accepted, **self.switches.commands()}.items():
            self.protocol.add_command(name, command)

    def _changed(self, params: DidChangeParams) -> None:
        self.documents.change(params.uri, params.version, params.changes)
