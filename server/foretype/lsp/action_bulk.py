"""Bulk actions for one client: many units, one progress, one edit to review at the end, one sentence on what failed."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foretype.errors import ForetypeError
from foretype.features.actions.asking import BULK
from foretype.features.actions.bulk import Failure, Outcome, Piece, State, by_reason, files_below, pieces_of, run_pieces
from foretype.features.actions.journal import Journal, journal_for
from foretype.features.actions.run import Job
from foretype.features.actions.tasks import Task
from foretype.features.actions.values import Unfit
from foretype.lsp.action_data import ActionData
from foretype.lsp.progress import Token
from foretype.settings.files import read_bytes
from foretype.settings.paths import cache_dir
from foretype.text.document import Document
from foretype.text.language_ids import language_id_of
from foretype.text.lines import Lines
from foretype.text.positions import Position
from foretype.text.uris import path_of, shown_path

if TYPE_CHECKING:
    from foretype.lsp.action_runs import ActionRuns
    from foretype.lsp.code_actions import ActionDoor

MOST_BYTES = 2_000_000
_TITLES = {
    "document": "Document all undocumented functions",
    "fix": "Fix all, one by one",
    "summarise": "Summarise these files",
}
MOST_NAMED = 5
"""Failures that are named in the one sentence; the command's answer has all."""


class BulkRuns:
    """One client's bulk actions."""

    def __init__(self, door: ActionDoor, runs: ActionRuns) -> None:
        self._door = door
        self._server = door.server
        self._runs = runs

    async def execute(self, task: Task, data: ActionData, token: Token | None = None) -> dict[str, Any]:
        """Do it in all files that are named; what became of it is the command's answer."""
        title = _TITLES.get(task.name, task.title)
        if task.use != "prose" and not self._door.client.apply_edit:
            self._runs.tell("Your editor does not let a language server change text.")
            return {"applied": False}
        async with self._door.board.shown(f"Foretype: {title}", token) as progress:
            try:
                progress.report("Looking for what there is to do")
                pieces = await self._pieces(task, data)
                if not pieces:
                    raise Unfit("There is nothing to do here.")
                journal = self._journal(task, data)
                await asyncio.to_thread(journal.open)

                def tell(state: State) -> None:
                    progress.report(str(state), state.done * 100 // max(1, state.total), now=bool(state.waiting))

                concurrency = self._server.settings.actions.concurrency
                outcome = await run_pieces(pieces, self._runs.model(BULK), journal, concurrency, tell)
            except (Unfit, ForetypeError) as error:
                self._runs.tell(error.reason if isinstance(error, Unfit) else str(error))
                return {"applied": False}
        answer = await self._shown(task, title, outcome)
        # An edit that was not applied is made again from what is known, without asking the model.
        if not outcome.failures and answer.get("applied", True):
            await asyncio.to_thread(journal.remove)
        return answer

    async def _shown(self, task: Task, title: str, outcome: Outcome) -> dict[str, Any]:
        """The one edit, or the one text; and what failed, in one sentence."""
        failures = outcome.failures
        answer: dict[str, Any] = {}
        reason = ""
        if task.use == "prose":
            text = "\n\n".join(f"## {path}\n\n{text}" for path, text in outcome.texts)
            if text:
                await self._door.view.open(title).finish(text)
            answer["text"] = text
        elif outcome.changes:
            reason, refused = await self._runs.edits.apply_most(outcome.changes, title)
            failures += refused
            answer = {"applied": False, "reason": reason} if reason else {"applied": True}
        else:
            answer["applied"] = False
        if reason or failures:
            self._runs.tell(" ".join(filter(None, (reason, said(failures)))))
        failed = [{"name": each.name, "path": each.path, "reason": each.why} for each in failures]
        return {**answer, "failed": failed}

    async def _pieces(self, task: Task, data: ActionData) -> list[Piece]:
        """What there is to do in all documents, those that no model may see left out."""
        pieces: list[Piece] = []
        for document, is_open in await self._documents(data):
            if await self._runs.silence(document):
                if not data.paths:
                    raise Unfit(await self._runs.silence(document))
                continue
            job = self._job(task, document, data)
            pieces += await asyncio.to_thread(pieces_of, job, is_open)
        return pieces

    def _job(self, task: Task, document: Document, data: ActionData) -> Job:
        return Job(
            task,
            document,
            Position(0, 0),
            Position(0, 0),
            self._runs.problems(data, document) if document.uri == data.uri and data.problems else (),
            path=shown_path(path_of(document.uri), self._server.workspaces.folders),
            words={"language": self._server.settings.actions.language},
        )

    async def _documents(self, data: ActionData) -> list[tuple[Document, bool]]:
        """The open document, or all files at and below the paths, as they are in the editor or else on the disk."""
        if not data.paths:
            document = self._server.documents.get(data.uri)
            if document is None:
                raise Unfit("The document is not open any more.")
            return [(document, True)]
        found: dict[str, tuple[Document, bool]] = {}
        for uri in data.paths:
            for path in await asyncio.to_thread(self._files, uri):
                document = self._server.documents.get(path.as_uri())
                read = document or await asyncio.to_thread(_read, path)
                if read is not None:
                    found.setdefault(read.uri, (read, document is not None))
        return list(found.values())

    def _files(self, uri: str) -> list[Path]:
        found = path_of(uri)
        path = Path(os.path.normpath(found)) if found is not None else None
        root = next((each for each in self._server.workspaces.folders if path and path.is_relative_to(each)), None)
        if path is None or root is None or not _is_below(path, root):
            raise Unfit("This is outside of the workspace.")
        return files_below(path, root, self._server.settings.exclude) if path.is_dir() else [path]

    def _journal(self, task: Task, data: ActionData) -> Journal:
        try:
            return journal_for(cache_dir(), ("editor", task.name, *sorted(data.paths or (data.uri,))))
        except ForetypeError:
            return Journal(None)  # a user without a home folder starts anew


def said(failures: list[Failure]) -> str:
    """What failed, in one sentence; "" where nothing did."""
    if not failures:
        return ""
    parts = [_for_reason(why, each) for why, each in by_reason(failures).items()]
    more = f"; {len(parts) - MOST_NAMED} more reasons" if len(parts) > MOST_NAMED else ""
    return f"{len(failures)} could not be done: {'; '.join(parts[:MOST_NAMED])}{more}."


def _for_reason(why: str, failures: list[Failure]) -> str:
    named = ", ".join(each.name for each in failures[:MOST_NAMED])
    more = f" and {len(failures) - MOST_NAMED} more" if len(failures) > MOST_NAMED else ""
    return f"{named}{more} ({why.rstrip('.')})"


def _read(path: Path) -> Document | None:
    """A file from the disk; None for what is no text."""
    try:
        text = read_bytes(path, MOST_BYTES).decode("utf-8")
    except (OSError, ValueError):
        return None
    return Document(path.as_uri(), language_id_of(path.name), None, Lines(text))


def _is_below(path: Path, root: Path) -> bool:
    """Whether a path leads into the folder when all links are followed."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))
