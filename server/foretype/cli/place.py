"""A place in a file that a user names on the command line, with the workspace around it, as the server would have it.

The workspace's index is brought up to date, candidates are gathered for the place; no model is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foretype.cli.source import Source, open_source
from foretype.errors import ConfigurationError
from foretype.lsp.surroundings import surroundings_of
from foretype.lsp.workspaces import Plan, Workspaces
from foretype.settings.model import Settings
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

if TYPE_CHECKING:
    from foretype.context.preparation import ContextPreparation

_LONGEST_INDEXING: Final = 60.0
"""Seconds to wait for the index of the folder; then what there is of it has to do."""

_LONGEST_GATHERING: Final = 5.0
"""Seconds to wait for candidates, which an editor's user has long before."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file as the user named it, and in our terms."""

    source: Source
    document: Document
    position: Position


def place_of(words: str, language: str) -> Place:
    """The place that the user means by FILE:LINE:COL. ConfigurationError where there is none."""
    name, line, column = (["", "", *words.rsplit(":", 2)])[-3:]
    if not (name and line.isdecimal() and column.isdecimal()):
        raise ConfigurationError(f"{words!r} is not FILE:LINE:COL.", "Write it as src/app.py:120:9.")
    source = open_source(Path(name), language)
    document = Document(source.path.as_uri(), source.language, 0, Lines(source.text))
    position = Position(int(line) - 1, int(column) - 1)
    if not 0 <= position.line < len(document.lines):
        raise ConfigurationError(f"There is no line {line}: {source.shown} has {len(document.lines)}.", "Count from 1.")
    length = len(document.line(position.line))
    if not 0 <= position.column <= length:
        raise ConfigurationError(
            f"There is no column {column} in line {line}: its last one is {length + 1}.", "Count characters from 1."
        )
    return Place(source, document, position)


@asynccontextmanager
async def open_workspaces(place: Place, settings: Settings, notes: list[str]) -> AsyncIterator[Workspaces]:
    """The file's folder with its index, complete where that does not take too long; `notes` says where it does."""
    workspaces = Workspaces()
    workspaces.add([place.source.folder.as_uri()])
    try:
        await workspaces.apply(Plan(settings.index.enable, settings.exclude))
        for index in workspaces.indexes:
            try:
                status = await asyncio.wait_for(index.settled(), _LONGEST_INDEXING)
            except asyncio.TimeoutError:
                notes.append("The index of the folder is not complete yet; `foretype index` completes it.")
            else:
                notes += [status.error] if status.error else []
        yield workspaces
    finally:
        await workspaces.close()


@asynccontextmanager
async def beside(place: Place, workspaces: Workspaces) -> AsyncIterator[ContextPreparation]:
    """What the workspace offers for the place, gathered; nothing else is open, and nothing was edited."""
    from foretype.context.preparation import ContextPreparation  # only where a model is configured

    preparation = ContextPreparation(partial(surroundings_of, workspaces))
    try:
        preparation.document_changed(None, place.document)
        preparation.candidates(place.document, place.position)
        with suppress(asyncio.TimeoutError):  # then there is less beside it
            await asyncio.wait_for(preparation.rest(), _LONGEST_GATHERING)
        yield preparation
    finally:
        preparation.close()
