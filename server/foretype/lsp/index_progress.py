"""The building of indexes as the user sees it: progress where it takes long, and once what should be known of it.

Knows what an index says of itself, not how it is built. Never a popup.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from foretype.lsp.progress import ProgressBoard
    from foretype.repository.index import WorkspaceIndex
    from foretype.repository.snapshot import IndexStatus

logger = logging.getLogger(__name__)

PATIENCE: Final = 1.5
"""Seconds of building before anything is shown: taking in a saved file is quick, and so is finding all as it was."""

_PAUSE: Final = 0.5  # Seconds between two looks at how far it is.


class IndexProgress:
    """Hears of every step of every index of a client, in the event loop's thread."""

    def __init__(self, board: ProgressBoard, spawn: Callable[[Coroutine[Any, Any, None]], Any]) -> None:
        self._board = board
        self._spawn = spawn
        self._running: set[Path] = set()
        self._told: set[tuple[Path, str]] = set()

    def heard(self, folder: Path, index: WorkspaceIndex) -> None:
        """The index of a folder says something new of itself."""
        status = index.status
        if status.building and folder not in self._running:
            self._running.add(folder)
            self._spawn(self._show(folder, index))
        if status.truncated:
            text = f"{folder.name} is larger than what is indexed at most; its deepest files are missing."
            self._tell_once(folder, text)
        for error in filter(None, (status.error, status.search_error)):
            self._tell_once(folder, error)

    def _tell_once(self, folder: Path, text: str) -> None:
        if (folder, text) not in self._told:
            self._told.add((folder, text))
            logger.warning("%s", text)

    async def _show(self, folder: Path, index: WorkspaceIndex) -> None:
        try:
            waited = 0.0
            while index.status.building and waited < PATIENCE:
                await asyncio.sleep(_PAUSE)
                waited += _PAUSE
            if not index.status.building:
                return
            async with self._board.shown(f"Indexing {folder.name}", cancellable=False) as progress:
                while index.status.building:
                    progress.report(_message(index.status))
                    await asyncio.sleep(_PAUSE)
        finally:
            self._running.discard(folder)


def _message(status: IndexStatus) -> str:
    if status.search_waiting:
        return f"{status.search_waiting:,} files to be made searchable"
    return f"{status.looked_at:,} files looked at"
