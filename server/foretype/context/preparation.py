"""Keeps, for each document in use, the candidates for its next prompt ready: gathered in a thread, at hand at once.

Nothing is gathered at the keystroke. What is there may be some keys old, which costs little, since selection judges it
anew by what the window shows. One thread serves all documents, the one in use now first; memory is bounded.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from foretype.context.collecting import Gathering
from foretype.context.journal import Journal, edits_of
from foretype.context.scene import MOST_CHARACTERS, MOST_LINES, Diagnostic, OpenFile, Scene, bodies
from foretype.context.search_index import SearchIndex
from foretype.context.snippet import Snippet
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

logger = logging.getLogger(__name__)

REST: Final = 0.1
"""Seconds after the last key or move after which candidates are gathered anew, as Zed and Cody wait."""

LULL: Final = 0.8
"""The same while only the cursor's line has changed: gathering takes about 12 ms of processor time, more than all else
that a key costs, and of one more character it hardly brings anything else."""

RESTLESS: Final = 2.0
"""Seconds after which they are gathered even while somebody types without a rest."""

LONGEST: Final = 5.0
"""The same while only the cursor's line has changed."""

DEADLINE: Final = 0.25
"""Seconds after which what has been gathered counts; what comes later joins it for the next prompt."""

FAR: Final = 4
"""Lines that the cursor may be away from where candidates were gathered for."""

DOCUMENTS: Final = 16
"""Documents whose candidates are kept."""

CLIPBOARD: Final = 10_000
"""Characters of copied text that are kept."""

_SWITCH: Final = 0.0005
"""Seconds after which the interpreter takes turns. With its 5 ms every wake-up of the event loop would wait as long for
a thread that gathers, several times for each message; changing turns more often costs nothing while only one works."""

_OPEN_FILES: Final = 10


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The workspace of a document: its index, and how paths are shown. `path` is the document's own."""

    path: str
    index: SearchIndex
    shown: Callable[[str], str]
    """A document's URI as a path below the workspace folder, "" for what a model may not see."""


@dataclass(slots=True)
class _Prepared:
    document: Document
    line: int = 0
    snippets: tuple[Snippet, ...] = ()
    gathered_for: tuple[Lines, int] | None = None
    """The lines' value and the cursor's line."""

    diagnostics: tuple[Diagnostic, ...] = ()
    """All that the client shows, as it said; and what it happened to say of the document as it was at that moment."""

    noticed: tuple[Diagnostic, ...] = ()
    noticed_in: Document | None = None


class ContextPreparation:
    """For one client; `features.ask.ContextSource`. Every method belongs to the event loop's thread."""

    def __init__(
        self,
        surroundings: Callable[[Document], Surroundings | None],
        gathering: Callable[[Scene], Gathering] = Gathering,
    ) -> None:
        self._surroundings = surroundings
        self._gathering = gathering
        self._journal = Journal()
        self._documents: dict[str, Document] = {}
        self._prepared: OrderedDict[str, _Prepared] = OrderedDict()
        self._clipboard = ""
        self._thread: ThreadPoolExecutor | None = None
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._touched = self._since = 0.0
        self._soon = False

    def candidates(self, document: Document, position: Position) -> Sequence[Snippet]:
        """What is at hand for a prompt; at once, perhaps empty. Being asked is a visit."""
        prepared = self._entry(document)
        prepared.document = document
        if prepared.gathered_for is None or abs(position.line - prepared.gathered_for[1]) > FAR:
            self._stir()
        prepared.line = position.line
        self._journal.visited(document.uri)
        return prepared.snippets

    def document_changed(self, before: Document | None, after: Document | None) -> None:
        """A document was opened, changed or closed; a listener of the open documents."""
        self._journal.changed(before, after)
        if after is None:
            if before is not None:
                self._documents.pop(before.uri, None)
                self._prepared.pop(before.uri, None)
            return
        self._documents[after.uri] = after
        if before is not None and after.uri in self._prepared:
            self._prepared[after.uri].document = after
            self._stir(soon=len(after.lines) != len(before.lines))

    def visited(self, uri: str) -> None:
        """The user has gone to this document."""
        self._journal.visited(uri)
        if uri in self._documents:
            self._entry(self._documents[uri])
            self._stir()

    def told(self, uri: str, diagnostics: Sequence[Diagnostic]) -> None:
        """What the client says is wrong in a document."""
        if uri in self._documents:
            self._entry(self._documents[uri]).diagnostics = tuple(diagnostics)
            self._stir()

    def noticed(self, document: Document, lines: range, diagnostics: Sequence[Diagnostic]) -> None:
        """What the client happened to say of some lines: it counts while the document stays as it is."""
        if document.uri not in self._prepared or self._documents.get(document.uri) is not document:
            return
        prepared = self._prepared[document.uri]
        known = prepared.noticed if prepared.noticed_in is document else ()
        found = (*(one for one in known if one.line not in lines), *diagnostics)
        if found != known:
            prepared.noticed, prepared.noticed_in = found, document
            self._stir()

    def copied(self, text: str) -> None:
        """What the client says was copied; "" forgets it."""
        self._clipboard = text[:CLIPBOARD]

    def news(self) -> None:
        """The index is another: what was gathered from it is old."""
        for prepared in self._prepared.values():
            prepared.gathered_for = None
        if self._prepared:
            self._stir()

    async def rest(self) -> None:
        """Wait until everything told so far has been taken in; for tests and for `foretype check`."""
        while self._task is not None and not self._task.done():
            await asyncio.wait({self._task})

    def close(self) -> None:
        """End the work; what is running in the thread is left to its end."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None
        self._prepared.clear()

    def _entry(self, document: Document) -> _Prepared:
        prepared = self._prepared.setdefault(document.uri, _Prepared(document))
        self._prepared.move_to_end(document.uri)
        while len(self._prepared) > DOCUMENTS:
            self._prepared.popitem(last=False)
        return prepared

    def _stir(self, *, soon: bool = True) -> None:
        """Something is different: gather after a rest."""
        self._touched = time.monotonic()
        if soon and not self._soon:
            self._soon, self._since = True, self._touched
            self._wake.set()  # a shorter rest than the one that is being waited for
        if self._task is None or self._task.done():
            self._since = self._touched
            self._task = asyncio.get_running_loop().create_task(self._gather_soon())

    async def _gather_soon(self) -> None:
        while True:
            now = time.monotonic()
            rest, longest = (REST, RESTLESS) if self._soon else (LULL, LONGEST)
            wait = min(self._touched + rest, self._since + longest) - now
            if wait > 0:
                self._wake.clear()
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), wait)
                continue
            self._soon = False
            self._since = started = time.monotonic()
            try:
                await self._gather()
            except Exception as error:  # noqa: BLE001  one failure must not be the last of gathering
                logger.warning("Nothing gathered: %s", type(error).__name__)
            if self._touched <= started:
                return

    async def _gather(self) -> None:
        prepared = next(reversed(self._prepared.values()), None)
        if prepared is None:
            return
        document, line = prepared.document, prepared.line
        place = (document.lines, line)
        around = self._surroundings(document)
        if around is None or len(document.lines) > MOST_LINES:
            prepared.snippets, prepared.gathered_for = (), place
            return
        noticed = prepared.noticed if prepared.noticed_in is document else ()
        told = tuple(dict.fromkeys((*prepared.diagnostics, *noticed)))
        pasts, others = self._journal.pasts(), self._others(document)
        snapshot = _Snapshot(document, line, around, pasts, others, told, self._clipboard)
        loop = asyncio.get_running_loop()
        if self._thread is None:
            sys.setswitchinterval(min(_SWITCH, sys.getswitchinterval()))
            self._thread = ThreadPoolExecutor(1, "context")

        def publish(snippets: Sequence[Snippet]) -> None:
            prepared.gathered_for = place
            if prepared.snippets != (found := tuple(snippets)):  # else the same object, which is known already
                prepared.snippets = found

        def work() -> None:
            scene = snapshot.scene()
            if sum(map(len, scene.lines)) > MOST_CHARACTERS:
                loop.call_soon_threadsafe(publish, ())
                return
            gathering = self._gathering(scene)
            for snippets in gathering.run(DEADLINE):
                loop.call_soon_threadsafe(publish, snippets)

        try:
            await loop.run_in_executor(self._thread, work)
        except RuntimeError as error:  # The loop or the thread is ending.
            logger.debug("Nothing gathered: %s", error)

    def _others(self, document: Document) -> list[tuple[str, Document | None]]:
        uris = [uri for uri in self._journal.visits() if uri != document.uri]
        return [(uri, self._documents.get(uri)) for uri in uris[:_OPEN_FILES]]


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """Immutable values out of the event loop, from which a thread makes the scene."""

    document: Document
    line: int
    around: Surroundings
    pasts: dict[str, tuple[Lines, Lines, tuple[tuple[int, int], ...]]]
    others: list[tuple[str, Document | None]]
    diagnostics: tuple[Diagnostic, ...]
    clipboard: str

    def scene(self) -> Scene:
        shown = {uri: path for uri in self.pasts if (path := self.around.shown(uri))}
        pasts = {uri: past for uri, past in self.pasts.items() if uri in shown}
        return Scene(
            self.around.path,
            self.document.language_id,
            bodies(self.document.lines),
            self.line,
            self.around.index,
            tuple(self._open_files()),
            tuple(edits_of(pasts, shown.__getitem__)),
            self.diagnostics,
            self.clipboard,
        )

    def _open_files(self) -> list[OpenFile]:
        found = []
        for uri, document in self.others:
            path = self.around.shown(uri)
            if path and document is not None:
                lines = bodies(document.lines[:MOST_LINES])
                if sum(map(len, lines)) <= MOST_CHARACTERS:
                    found.append(OpenFile(path, document.language_id, lines))
            elif path and (text := self.around.index.file(path)) is not None:
                found.append(OpenFile(path, "", text.split("\n")))
        return found
