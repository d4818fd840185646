"""The gate to the outside: whatever text a model is to see passes here, and comes out without what must stay.

By path (exclude.py) and by content (secrets/). One gate for each endpoint; whoever builds a prompt asks it and uses
nothing of the document, of a snippet or of any other text but what it answered. Used on the event loop only.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from foretype.context.exclude import Exclusions
from foretype.context.secrets import PLACEHOLDER, redact
from foretype.context.secrets.document import DocumentScan, Reach, Shown
from foretype.context.snippet import Snippet
from foretype.text.document import Document
from foretype.text.positions import Position

INSIDE: Final = "The cursor stands in what looks like a secret, so no model is asked."

_ONE: Final = "1 secret is withheld from the model."

_DOCUMENTS: Final = 32
"""Documents whose scan is kept; it is much smaller than the document."""

_MOMENT: Final = 1.0
"""Seconds: a key's worth of looking at the same files."""
_PATHS: Final = 1_000

_LANGUAGE: Final = re.compile(r"[A-Za-z0-9_+#. -]{0,40}")


class Gate:
    """What may leave this machine, and how. `reach`: what of a document may be shown at all (None: everything)."""

    def __init__(self, exclusions: Exclusions, reach: Reach | None = None) -> None:
        self.era = 0
        """Rises when what was answered counts no more."""

        self._exclusions = exclusions
        self._reach = reach
        self._scans: OrderedDict[str, DocumentScan] = OrderedDict()
        self._open: dict[str, float] = {}

    async def known(self, document: Document, patience: float | None = None) -> None:
        """Wait, so many seconds at most, until it is known whether a model may see the document; usually it is."""
        await self._exclusions.known(document.uri, patience)

    def closed(self, document: Document, position: Position | None = None) -> str:
        """Why no model may be asked about the document, or at this place of it; "" where one may."""
        if reason := self._exclusions.withheld_document(document.uri):
            return reason
        return INSIDE if position is not None and self.shown(document, position).inside else ""

    def shown(self, document: Document, position: Position) -> Shown:
        """The document as a model may see it, and the cursor in it: as many lines, no secret in any, those that are
        out of reach blank.

        Asks nobody whether the document may be shown at all: `closed` says that.
        """
        shown = self._scan(document).shown(document, position)
        if not _is_language(document.language_id):
            return replace(shown, document=replace(shown.document, language_id=""))
        return shown

    def taken_out(self, document: Document) -> str:
        """What was taken out of a document when it was shown last, as a sentence without it; "" where nothing."""
        scan = self._scans.get(document.uri)
        if scan is None or not scan.count:
            return ""
        return f"{scan.count} secrets are withheld from the model." if scan.count > 1 else _ONE

    def prepare(self, document: Document) -> Iterator[None]:
        """Read an opened document in small steps, so that the first prompt need not do it."""
        return self._scan(document).prepare(document)

    def snippets(self, offered: Iterable[Snippet]) -> list[Snippet]:
        """Those snippets that a model may see, without their secrets. One whose file is not known yet is late."""
        passed, now = [], time.monotonic()
        for snippet in offered:
            if not self._is_open(snippet.path, now):
                continue
            whole = redact(snippet.lead + snippet.text, snippet.path, snippet.language_id).text
            text, path = whole.split("\n", snippet.lead.count("\n"))[-1], self.name(snippet.path)
            same = not snippet.lead and text == snippet.text and path == snippet.path
            passed.append(snippet if same else replace(snippet, text=text, path=path, lead=""))
        return passed

    def _is_open(self, path: str, now: float) -> bool:
        """Whether a model may see the file; that it may is remembered for a moment, since many snippets share files."""
        if now < self._open.get(path, now):
            return True
        if self._exclusions.withheld_snippet(path):
            return False
        if len(self._open) >= _PATHS:
            self._open.clear()
        self._open[path] = now + _MOMENT
        return True

    def file_closed(self, path: str) -> str:
        """Why no model may see the file that stands at this path below a workspace folder, "" where one may."""
        return self._exclusions.withheld_snippet(path)

    def name(self, path: str) -> str:
        """A path or another name as a model may read it."""
        return redact(path, "name").text

    def look_again(self) -> None:
        """Ignore files have changed."""
        self.era += 1
        self._open.clear()
        self._exclusions.look_again()

    def forget(self, uri: str) -> None:
        """The document is closed."""
        self._scans.pop(uri, None)

    def _scan(self, document: Document) -> DocumentScan:
        scan = self._scans.get(document.uri)
        if scan is None:
            scan = self._scans[document.uri] = DocumentScan(self._reach)
            while len(self._scans) > _DOCUMENTS:
                self._scans.popitem(last=False)
        self._scans.move_to_end(document.uri)
        return scan


@lru_cache(256)
def _is_language(language_id: str) -> bool:
    """Whether what a client calls a document's language is no more than that."""
    return bool(_LANGUAGE.fullmatch(language_id)) and PLACEHOLDER not in redact(language_id).text
