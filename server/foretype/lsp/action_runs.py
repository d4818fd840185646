"""Does what an action promised, for one client: job, model, progress, edit, and one sentence where it fails.

Loaded with the first action. Decides nothing about answers: features/actions does.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs
from lsprotocol import types

from foretype.context.gate import Gate
from foretype.context.looking import ASKED_PATIENCE
from foretype.context.snippet import Snippet
from foretype.errors import ForetypeError
from foretype.features.actions.asking import ACTION, ActionModel, action_model
from foretype.features.actions.change import FileChange, brought_up_to_date
from foretype.features.actions.run import Job, Report, Step, edits_for, prose_for, prose_so_far
from foretype.features.actions.tasks import Task
from foretype.features.actions.tests_job import with_test_place
from foretype.features.actions.values import Edit, Unfit
from foretype.lsp.action_bulk import BulkRuns
from foretype.lsp.action_data import ActionData
from foretype.lsp.action_edits import ActionEdits
from foretype.lsp.convert import position_from_lsp
from foretype.lsp.edit_preview import EditPreview
from foretype.lsp.own_tasks import OwnTasks
from foretype.lsp.progress import Progress, Silence, Token
from foretype.lsp.workspace_edits import EditRefused, refuse_outside, refuse_uncreatable
from foretype.prompts.instructions import read_instructions
from foretype.scheduling.governor import Purpose
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position
from foretype.text.uris import path_of, shown_path

if TYPE_CHECKING:
    from foretype.features.actions.menu import Problem
    from foretype.lsp.code_actions import ActionDoor

logger = logging.getLogger(__name__)

T = TypeVar("T")

NO_MODEL: Final = "No model is configured: set `model.base_url` and `model.name`."

_STEPS: Final[dict[Step, str]] = {
    "reading": "Reading the code",
    "asking": "Waiting for the model",
    "answering": "Writing",
    "checking": "Checking the answer",
    "mending": "The answer did not fit: asking once more",
}


class ActionRuns:
    """One client's running actions."""

    def __init__(self, door: ActionDoor) -> None:
        self._door = door
        self._server = door.server
        self.tasks = OwnTasks(door.server)
        self.edits = ActionEdits(door)
        self.bulk = BulkRuns(door, self)

    # What is offered

    async def silence(self, document: Document) -> str:
        """Why nothing is done in a document; "" where something may be."""
        gate = self.gate
        await gate.known(document, ASKED_PATIENCE)
        return gate.closed(document)

    @property
    def gate(self) -> Gate:
        """What any text must pass that the model is to see. Raises Unfit where there is no model."""
        if self._server.asker is None:
            raise Unfit(self._server.unusable or NO_MODEL)
        return self._server.asker.gate

    # The two ways to be asked

    async def resolve(self, action: types.CodeAction, data: ActionData) -> types.CodeAction:
        """The chosen item with its edit; as it came, and one message, where there is none."""
        changes = await self._attempt(action.title, lambda progress: self._changes(data, progress))
        if changes is None:
            return action
        try:
            edit = await self.edits.edit(changes, action.title)
        except EditRefused as refused:
            self.tell(refused.message)
            return action
        return attrs.evolve(action, edit=edit)

    async def execute(self, data: ActionData, token: Token | None = None) -> dict[str, Any]:
        """Do it and apply the edit; what became of it is the command's answer."""
        task = await self.tasks.named(data.task)
        if task is None:
            return self._failed(f"There is no action {data.task[:60]!r}.")
        if data.bulk:
            return await self.bulk.execute(task, data, token)
        title = task.title.format(name="this", language=self._server.settings.actions.language)
        if task.use == "prose":
            text = await self._attempt(title, lambda progress: self._prose(task, title, data, progress), token)
            return {"applied": False} if text is None else {"text": text}
        if not self._door.client.apply_edit:
            return self._failed("Your editor does not let a language server change text.")
        changes = await self._attempt(title, lambda progress: self._changes(data, progress), token)
        return {"applied": False} if changes is None else await self.apply(changes, title)

    async def commit_message(self, uri: str, token: Token | None = None) -> str | None:
        """The message for what is staged; null, and one message to the user, where there is none."""
        from foretype.features.actions.commit_message import commit_message

        path = path_of(uri) or self._server.workspaces.first

        async def write(progress: Progress) -> str:
            if path is None:
                raise Unfit("There is no folder whose changes could be described.")
            return await commit_message(path, self.model(), self.gate, self.reporter(progress))

        return await self._attempt("Commit message", write, token)

    # The work

    async def _changes(self, data: ActionData, progress: Progress) -> list[FileChange]:
        task = await self.tasks.named(data.task)
        if task is None or task.use == "prose":
            raise Unfit(f"There is no action {data.task[:60]!r} that changes text.")
        job = await self.job(task, data)
        target: FileChange | None = None
        if task.name == "tests":
            job, target = await with_test_place(job, self._server.documents.get, self._server.workspaces.folders)
            refuse_uncreatable([target], self._door.client, self._server.workspaces.folders)
            refuse_outside([target], self._server.workspaces.folders)
        with EditPreview(self._door, job) as preview:
            done = await edits_for(job, self.model(), self.reporter(progress, preview.show))
        change = replace(target or FileChange(job.document, ()), edits=done.edits)
        refuse_outside([change], self._server.workspaces.folders)
        return [change]

    async def _prose(self, task: Task, title: str, data: ActionData, progress: Progress) -> str:
        job = await self.job(task, data)
        shown = self._door.view.open(title)
        try:
            text = await prose_for(
                job, self.model(), self.reporter(progress, lambda said: shown.add(prose_so_far(said)))
            )
        except BaseException:
            shown.drop()
            raise
        await shown.finish(text)
        return text

    def model(self, purpose: Purpose = ACTION) -> ActionModel:
        """The configured model. Raises Unfit where there is none."""
        if self._server.asker is None:
            raise Unfit(self._server.unusable or NO_MODEL)
        return action_model(self._server.asker, self._server.settings, purpose)

    async def job(self, task: Task, data: ActionData) -> Job:
        """What is to be done, about the text as it is now. Raises Unfit where that cannot be told any more."""
        document, start, end = self._place(data)
        if silence := await self.silence(document):
            raise Unfit(silence)
        problems = self.problems(data, document)
        path = path_of(document.uri)
        return Job(
            task,
            document,
            start,
            end,
            problems,
            path=shown_path(path, self._server.workspaces.folders),
            snippets=self.snippets(document, start),
            instructions=await self._instructions(path),
            words={"language": self._server.settings.actions.language},
        )

    def _place(self, data: ActionData) -> tuple[Document, Position, Position]:
        """The document now, and where in it the action was asked for."""
        now = self._server.documents.get(data.uri)
        if now is None:
            raise Unfit("The document is not open any more.")
        before = self._before(data)
        if data.range is None:
            return now, Position(0, 0), Position(len(now.lines) - 1, len(now.lines[-1]))
        encoding = self._server.documents.encoding
        start = position_from_lsp(before, data.range.start, encoding)
        end = position_from_lsp(before, data.range.end, encoding)
        place = Edit(min(start, end), max(start, end), "")
        moved = brought_up_to_date(FileChange(before, (place,)), now).edits[0]
        return now, moved.start, moved.end

    def problems(self, data: ActionData, now: Document) -> tuple[Problem, ...]:
        """The client's diagnostics where they are in the text now. Raises Unfit where their lines have changed."""
        before = self._before(data)
        found = [self._door.problem(before, each, at) for at, each in enumerate(data.problems)]
        places = tuple(Edit(each.start, each.end, "") for each in found)
        moved = brought_up_to_date(FileChange(before, places), now).edits
        return tuple(replace(each, start=at.start, end=at.end) for each, at in zip(found, moved, strict=True))

    def _before(self, data: ActionData) -> Document:
        """The document that the action was offered for."""
        before = self._door.document_of(data.uri, data.version)
        if before is None:
            raise Unfit("The text has changed since the action was offered: choose it again.")
        return before

    def snippets(self, document: Document, position: Position) -> Sequence[Snippet]:
        """What stands beside the document in a prompt, as far as it may be seen."""
        asker = self._server.asker
        return asker.look(document, position).snippets if asker is not None else ()

    async def _instructions(self, path: Path | None) -> str:
        folder = next((each for each in self._server.workspaces.folders if path and path.is_relative_to(each)), None)
        if folder is None or not self._server.trusted:
            return ""
        found = await read_instructions(folder, path, self._may_be_seen)
        return found.text

    async def _may_be_seen(self, path: Path) -> bool:
        return not await self.silence(Document(path.as_uri(), "", None, Lines("")))

    def reporter(self, progress: Progress, hear: Callable[[str], None] = lambda _text: None) -> Report:
        """Tells the user what is happening, and somebody else what was said so far."""
        silence = Silence(progress)

        def report(step: Step, text: str, tokens: int) -> None:
            if step == "asking":
                silence.begins()
            else:
                silence.ends()
            said = f"{_STEPS[step]}: {tokens} tokens" if step == "answering" else _STEPS[step]
            progress.report(said, now=step != "answering")
            if text:
                hear(text)

        return report

    # What comes of it

    async def _attempt(
        self, title: str, work: Callable[[Progress], Awaitable[T]], token: Token | None = None
    ) -> T | None:
        """The work's result with progress shown; None, and one sentence to the user, where it cannot be done."""
        async with self._door.board.shown(f"Foretype: {title}", token) as progress:
            try:
                await self._server.settled()  # what was chosen right after the start waits for its model
                return await work(progress)
            except Unfit as unfit:
                reason = unfit.reason
            except ForetypeError as error:
                reason = str(error)
        self.tell(reason)
        return None

    async def apply(self, changes: list[FileChange], title: str) -> dict[str, Any]:
        """Ask the client to apply the edit; what became of it, which the user is told where it is nothing."""
        try:
            reason = await self.edits.sent(await self.edits.edit(changes, title), title)
        except EditRefused as refused:
            reason = refused.message
        if reason:
            return self._failed(reason)
        await self.edits.show_created(changes)
        return {"applied": True}

    def _failed(self, reason: str) -> dict[str, Any]:
        self.tell(reason)
        return {"applied": False, "reason": reason}

    def tell(self, reason: str) -> None:
        """One sentence to the user, who has asked for something and waits."""
        params = types.ShowMessageParams(types.MessageType.Warning, f"Foretype: {reason}")
        self._server.protocol.notify(types.WINDOW_SHOW_MESSAGE, params)
