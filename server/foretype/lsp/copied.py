"""What the client says was copied: it may stand in prompts, unless it was copied from what no model may see.

Where it was copied is found out by looking for it in the open documents that are withheld, a piece at a time: they may
be long, and the event loop is everybody's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from foretype.lsp.server import Server
    from foretype.text.document import Document

STEP: Final = 200_000
"""Characters that are looked through before something else has its turn, a millisecond at most."""

_LINES: Final = 500


class Copied:
    """The last copied text of one client."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._told = 0

    def heard(self, params: Any) -> Coroutine[Any, Any, None] | None:
        """Forget what was copied before, and take in what is copied now: at once where no document is withheld.

        While there is no model there is no gate that could tell, so nothing copied then is kept for a later one.
        """
        self._told += 1
        if not self._server.prepares:
            return None
        self._server.preparation.copied("")
        asker, text = self._server.asker, params.get("text") if isinstance(params, dict) else None
        if asker is None or not isinstance(text, str):
            return None
        withheld = [document for document in self._server.documents if asker.gate.closed(document)]
        if withheld:
            return self._take_in(text, withheld, self._told)
        self._server.preparation.copied(text)
        return None

    async def _take_in(self, text: str, withheld: list[Document], told: int) -> None:
        from foretype.context.preparation import CLIPBOARD  # not before `initialize` has been answered

        # No more of it is kept, so no more of it has to be looked for.
        text = text[:CLIPBOARD]
        for document in withheld:
            for found in looked_for(text, document):
                if found or told != self._told:
                    return
                await asyncio.sleep(0)
        if self._server.prepares:
            self._server.preparation.copied(text)


def looked_for(text: str, document: Document) -> Iterator[bool]:
    """Look for a text in a document, whatever their line ends are; after each step whether it was found in it."""
    # Editors copy with the system's line ends, whatever the document has.
    sought, lines, before = _with_lf(text).strip(), document.lines, ""
    for start in range(0, len(lines), _LINES):
        run = before + _with_lf("".join(lines[start : start + _LINES]))
        for at in range(0, max(1, len(run)), STEP):
            yield sought in run[at : at + STEP + len(sought)]
        before = run[-len(sought) :] if sought else ""


def _with_lf(text: str) -> str:
    # Most documents have none, and to look for one character takes a tenth of looking for two.
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
