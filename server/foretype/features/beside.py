"""What stands beside a document in its prompts: candidates as they are offered, past the gate, and counted.

New candidates are judged and counted between the keys, not at one: until that is done, those before them count.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from foretype.context.exclude import NOT_KNOWN
from foretype.context.gate import Gate
from foretype.context.snippet import Snippet
from foretype.models.registry import Choice
from foretype.prompts.writer import PromptWriter
from foretype.text.document import Document
from foretype.text.positions import Position

JUDGED_FOR: Final = 1.0
"""Seconds after which the gate is asked again about the same snippets: it may have looked something up meanwhile."""

LOOKED_UP_IN: Final = 0.1
"""The same where some were withheld: of a file that was not known yet it is likely known by then."""

MISSED_FOR: Final = 5.0
"""Seconds for which the last snippets stay where none are offered any more."""

LONGEST: Final = 3.0
"""Seconds for which `settled` waits for the disk."""

AT_ONCE: Final = 12
"""Snippets that the gate looks at before something else has its turn: 2 ms on a slow machine."""

_DOCUMENTS: Final = 16


class ContextSource(Protocol):
    """What stands beside a document: prepared before it is asked for."""

    def candidates(self, document: Document, position: Position) -> Sequence[Snippet]:
        """The snippets that may help at this place, at once: what is not ready yet is for a later prompt.

        The same object while they are the same.
        """
        ...


@dataclass(slots=True)
class _Judged:
    """Snippets that passed the gate, what they were offered as, and until when that counts."""

    offered: Sequence[Snippet]
    passed: tuple[Snippet, ...]
    era: int
    until: float


class Beside:
    """The snippets of one endpoint's prompts, by document. Used on the event loop, or where there is none."""

    def __init__(self, gate: Gate, writer: PromptWriter, context: ContextSource | None) -> None:
        self._gate, self._writer, self._context = gate, writer, context
        self._judged: OrderedDict[str, _Judged] = OrderedDict()
        self._task: asyncio.Task[None] | None = None

    def snippets(self, document: Document, position: Position, choice: Choice) -> tuple[Snippet, ...]:
        """What may be shown of what is offered for this place."""
        if self._context is None:
            return ()
        offered = self._context.candidates(document, position)
        known = self._judged.get(document.uri)
        if known is not None and known.era != self._gate.era:
            del self._judged[document.uri]  # what was let pass then may not be any more
            known = None
        now = time.monotonic()
        if not offered:
            # Nothing may be all that was found in time, just now; prompts need not change for that.
            return known.passed if known is not None and now < known.until + MISSED_FOR else ()
        if known is None or known.offered is not offered or now >= known.until:
            self._take_in(document, offered, choice)
            known = self._judged.get(document.uri)
        return known.passed if known is not None else ()

    async def settled(self, document: Document, position: Position, choice: Choice) -> None:
        """Wait until all that is offered has passed the gate or is kept back: for who asks once and not at each key.

        What the disk does not tell within `LONGEST` seconds stays out.
        """
        until = time.monotonic() + LONGEST
        while self._context is not None:
            offered = self._context.candidates(document, position)
            paths = dict.fromkeys(snippet.path for snippet in offered)
            are_known = all(self._gate.file_closed(path) != NOT_KNOWN for path in paths) or time.monotonic() > until
            self.snippets(document, position, choice)
            if self._task is not None:
                await asyncio.wait({self._task})
            if are_known:
                return
            await asyncio.sleep(LOOKED_UP_IN)  # what was judged meanwhile counts for no longer

    def forget(self, uri: str) -> None:
        """The document is closed."""
        self._judged.pop(uri, None)

    def close(self) -> None:
        """Nothing more is wanted."""
        if self._task is not None:
            self._task.cancel()
        self._judged.clear()

    def _take_in(self, document: Document, offered: Sequence[Snippet], choice: Choice) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._keep(document.uri, self._judged_as(offered, self._gate.snippets(offered)))
            return
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._later(document, offered, choice))

    async def _later(self, document: Document, offered: Sequence[Snippet], choice: Choice) -> None:
        passed: list[Snippet] = []
        era = self._gate.era
        for start in range(0, len(offered), AT_ONCE):
            passed += self._gate.snippets(offered[start : start + AT_ONCE])
            await asyncio.sleep(0)
        await asyncio.to_thread(self._writer.warm, passed, choice, document.language_id)
        if era == self._gate.era:
            self._keep(document.uri, self._judged_as(offered, passed))

    def _judged_as(self, offered: Sequence[Snippet], passed: Sequence[Snippet]) -> _Judged:
        lasts = JUDGED_FOR if len(passed) == len(offered) else LOOKED_UP_IN
        return _Judged(offered, tuple(passed), self._gate.era, time.monotonic() + lasts)

    def _keep(self, uri: str, judged: _Judged) -> None:
        self._judged[uri] = judged
        self._judged.move_to_end(uri)
        while len(self._judged) > _DOCUMENTS:
            self._judged.popitem(last=False)
