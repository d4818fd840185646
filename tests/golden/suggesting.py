"""Runs a case through the whole path of a suggestion, with a model that answers what the case says.

Nothing is replaced but the model and the wait for a pause in typing: gate, extent, stream, store, filters and the
item are the server's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

from foretype.features.complete import Completer
from foretype.features.reading import insertable
from foretype.features.suggestion import CompletionRequest, Suggestion
from foretype.models.local import LocalEngine, WorkspaceView
from foretype.models.provider import Delta, FillPrompt
from foretype.scheduling.extent import Extent
from foretype.scheduling.gate import text_follows
from foretype.settings.model import Completion, Settings
from foretype.suggestions.generation import Opener
from foretype.text.document import Change, Document
from foretype.text.lines import Lines
from foretype.text.positions import Position
from tests.golden.cases import CURSOR, NOTHING, Case


class SpokenAnswer:
    """A model's answer in pieces of `size` characters."""

    def __init__(self, text: str, size: int) -> None:
        self._pieces = iter([text[at : at + size] for at in range(0, len(text), size)])
        self.text = ""

    def __aiter__(self) -> SpokenAnswer:
        return self

    async def __anext__(self) -> Delta:
        await asyncio.sleep(0)
        piece = next(self._pieces, None)
        if piece is None:
            raise StopAsyncIteration
        self.text += piece
        return Delta(piece)


class SpokenModel:
    """`ModelSource` that says the same at every place, in pieces of `size` characters, and what it was asked for."""

    name = "golden"
    resting = ""
    rest = 0.0

    def __init__(self, text: str, size: int, *, chat: bool) -> None:
        self._text, self._size, self._chat = text, size, chat
        self.extents: list[Extent] = []

    async def known(self, document: Document) -> None:
        """At once."""

    def not_shown(self, document: Document) -> str:
        """Nothing is withheld."""
        return ""

    def may_see(self, document: Document, position: Position) -> str:
        return ""

    def opener(self, document: Document, position: Position, extent: Extent, *, ahead: bool = False) -> Opener:
        self.extents.append(extent)
        before, after = document.before(position, 10_000), document.after(position, 10_000)
        fill = FillPrompt(before, after, language_id=document.language_id) if self._chat else None

        @asynccontextmanager
        async def opened() -> AsyncIterator[AsyncIterator[str]]:
            text = self._text
            if extent.one_line and not self._chat:
                text = text.partition("\n")[0]  # the stop string that is sent for a line
            yield insertable(SpokenAnswer(text, self._size), fill)

        return opened


def buffer_after(case: Case, size: int) -> str:
    """The buffer with the suggestion accepted and the cursor behind it, or `NOTHING`."""
    document, position = document_of(case)
    suggestion = asyncio.run(_suggestion(case, document, position, size))
    if suggestion is None:
        return NOTHING
    return accepted(document, suggestion)


def accepted(document: Document, suggestion: Suggestion) -> str:
    """The text with the item applied, as an editor does it, and the cursor behind the inserted text."""
    change = Change(suggestion.start, suggestion.end, suggestion.text + CURSOR)  # a unit of UTF-32 is a column
    text = document.apply([change], 2, "utf-32").text
    if "\r\n" not in text:
        return text
    assert "\n" not in text.replace("\r\n", ""), "line ends are mixed"
    return text.replace("\r\n", "\n")


def document_of(case: Case) -> tuple[Document, Position]:
    """The case's buffer as a document, and where its cursor stands."""
    before, _, after = case.buffer.partition(CURSOR)
    position = Position(before.count("\n"), len(before.rpartition("\n")[2]))
    text = (before + after).replace("\n", case.line_end)
    return Document("untitled:golden", case.options.get("language", ""), 1, Lines(text)), position


async def _suggestion(case: Case, document: Document, position: Position, size: int) -> Suggestion | None:
    chat = case.options.get("asked by", "fim") == "chat"
    model = SpokenModel(case.model, size, chat=chat)
    completer = Completer(_settings(case), LocalEngine(lambda _: WorkspaceView()), model)
    wish = case.options.get("indent", "0")
    indent = "\t" if wish == "tabs" else " " * int(wish)
    # In front of words there are suggestions only for who asks by hand.
    by_hand = text_follows(document, position)
    request = CompletionRequest(document, position, by_hand, indent=indent)
    outcome = await completer.complete(request)
    completer.store.close()
    return next(iter(outcome.suggestions), None)


def _settings(case: Case) -> Settings:
    wishes = Completion(threshold=1.0, prefetch="never", alternatives=1)
    if multiline := case.options.get("multiline"):
        wishes = replace(wishes, multiline=multiline)  # type: ignore[arg-type]
    if max_lines := case.options.get("max lines"):
        wishes = replace(wishes, max_lines=int(max_lines))
    return Settings(completion=wishes, enable={"*": True})


def sizes() -> Iterator[int]:
    """How a model's text may be cut into pieces: by the character, about as tokens are, and not at all."""
    yield from (1, 5, 100_000)
