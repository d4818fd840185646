"""Sends what came of actions to the client: edits for the texts as they are at that moment, or the reason why not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from foretype.features.actions.bulk import Failure
from foretype.features.actions.change import FileChange, as_on_disk, brought_up_to_date
from foretype.features.actions.values import Unfit
from foretype.lsp.workspace_edits import EditRefused, refuse_outside, workspace_edit
from foretype.text.uris import path_of, shown_path

if TYPE_CHECKING:
    from foretype.lsp.code_actions import ActionDoor

logger = logging.getLogger(__name__)


class ActionEdits:
    """One client's edits. Tells the user nothing."""

    def __init__(self, door: ActionDoor) -> None:
        self._door = door
        self._server = door.server

    async def edit(self, changes: list[FileChange], title: str) -> types.WorkspaceEdit:
        """The edit for the texts as they are now. Raises EditRefused where there is none for one of them."""
        current, refused = await self._current(changes)
        if refused:
            raise EditRefused(refused[0].reason)
        return self._edit(current, title)

    async def _current(self, changes: list[FileChange]) -> tuple[list[FileChange], list[Failure]]:
        """The changes for the texts as they are now, and those of files for which there is none."""
        server = self._server
        kept: list[FileChange] = []
        refused: list[Failure] = []
        on_disk: list[FileChange | str] = list(changes)
        if not all(change.open for change in changes):
            on_disk = await asyncio.to_thread(lambda: [_or_reason(as_on_disk, change) for change in changes])
        for change, read in zip(changes, on_disk, strict=True):
            now = server.documents.get(change.document.uri)
            found = read if isinstance(read, str) else _or_reason(brought_up_to_date, read, now)
            try:
                if isinstance(found, str):
                    raise EditRefused(found)
                refuse_outside([found], server.workspaces.folders)
                kept.append(found)
            except EditRefused as reason:
                path = shown_path(path_of(change.document.uri), server.workspaces.folders)
                refused.append(Failure(change.name, path, reason.message))
        return kept, refused

    def _edit(self, current: list[FileChange], title: str) -> types.WorkspaceEdit:
        wish = self._server.settings.actions.confirm
        confirm = wish == "always" or (wish == "files" and (len(current) > 1 or current[0].creates))
        return workspace_edit(current, self._door.client, self._server.documents.encoding, title, confirm=confirm)

    async def apply_most(self, changes: list[FileChange], title: str) -> tuple[str, list[Failure]]:
        """The same for many files: those for which there is no edit any more are left out. Tells nobody.

        Why nothing was applied, "" where something was; and what was left out.
        """
        current, refused = await self._current(changes)
        if not current:
            return "Nothing was changed.", refused
        try:
            edit = self._edit(current, title)
        except EditRefused as error:
            return error.message, refused
        return await self.sent(edit, title), refused

    async def sent(self, edit: types.WorkspaceEdit, title: str) -> str:
        """Why the client did not apply the edit; "" where it did.

        A text that changes while it does is its own to refuse, by the version.
        """
        try:
            answer = await self._server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, label=title))
        except Exception as error:  # noqa: BLE001  whatever the client answers, the user is told
            logger.info("The editor did not apply an edit: %s", type(error).__name__)
            return "Your editor could not apply the edit."
        if answer.applied:
            return ""
        reason = f": {answer.failure_reason}" if answer.failure_reason else ", and does not say why."
        return f"Your editor did not apply the edit{reason}"

    async def show_created(self, changes: Sequence[FileChange]) -> None:
        """Bring new files to the user's eyes: some editors make them in the background, and save none."""
        for change in changes:
            if change.creates and self._door.client.show_document:
                params = types.ShowDocumentParams(change.document.uri, take_focus=False)
                try:
                    await self._server.protocol.send_request_async(types.WINDOW_SHOW_DOCUMENT, params)
                except Exception as error:  # noqa: BLE001  the file is there, whether it is shown or not
                    logger.info("The editor did not show a new file: %s", type(error).__name__)


def _or_reason(step: Callable[..., FileChange], *given: Any) -> FileChange | str:
    """What a step comes to, or why it cannot be done."""
    try:
        return step(*given)
    except Unfit as unfit:
        return unfit.reason
