"""The actions that one client may choose from: those that are built in, the user's own, and a trusted project's own."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Final

from foretype.features.actions.custom import OwnTask, from_folder, from_settings
from foretype.features.actions.tasks import TASKS, Task

if TYPE_CHECKING:
    from foretype.lsp.server import Server

logger = logging.getLogger(__name__)

_KEPT: Final = 2.0
"""Seconds for which the project's own actions are not read again."""


class OwnTasks:
    """One client's. What is wrong with a project's files goes to the log, once."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._own: list[OwnTask] = []
        self._read = -_KEPT
        self._told: set[str] = set()

    async def own(self) -> list[OwnTask]:
        """The user's and, in a trusted workspace, the project's own actions."""
        now = time.monotonic()
        if now - self._read >= _KEPT:
            self._read = now
            found = from_settings(self._server.settings.actions.custom)
            for folder in self._server.workspaces.folders if self._server.trusted else ():
                tasks, problems = await asyncio.to_thread(from_folder, folder)
                found += tasks
                for problem in problems:
                    self._tell(problem)
            self._own = found
        return self._own

    async def named(self, name: str) -> Task | None:
        """The task of this name, None where there is none (any more)."""
        if name not in TASKS:
            await self.own()
        return self.known(name)

    def known(self, name: str) -> Task | None:
        """The same among those that were read last."""
        return TASKS.get(name) or next((each.task for each in self._own if each.task.name == name), None)

    def makes_edits(self, name: str) -> bool:
        """Whether a task ends in edits rather than in text."""
        task = self.known(name)
        return task is not None and task.use != "prose"

    def _tell(self, problem: str) -> None:
        if problem not in self._told:
            self._told.add(problem)
            logger.warning("%s", problem)
