"""From a model's answer to pieces of text to insert: all of a completion's text, of a chat's answer what is meant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from foretype.models.provider import Delta, FillPrompt
from foretype.postprocess.streaming.line_ends import with_line_ends
from foretype.postprocess.streaming.unwrap import stands_in_prose, unwrap
from foretype.prompts.chat_fill import read_fill
from foretype.suggestions.generation import CutShort, Opener
from foretype.syntax.grammars import grammar_for, is_known


async def insertable(
    answer: AsyncIterator[Delta], fill: FillPrompt | None, first: Delta | None = None
) -> AsyncGenerator[str, None]:
    """The pieces of text to insert; `first` is a piece of the answer that was read already.

    With `fill` it is a chat's answer to it, and ends where the code in it ends. Behind the pieces comes `CutShort`
    where the model had no tokens left, or a filter took the rest.
    """
    if fill is None:
        async for delta in _all_of(first, answer):
            yield delta.text
            if delta.cut_short:
                raise CutShort
        return
    prose = stands_in_prose(fill.prefix, fill.language_id)
    said, given = "", ""
    async for delta in _all_of(first, answer):
        said += delta.text
        read = unwrap(said, prose=prose, finished=False)
        text = read.text if prose else read_fill(read.text, fill, finished=False)
        yield text[len(given) :]
        given = text
        if read.closed:
            break
        if delta.cut_short:
            raise CutShort
    rest = unwrap(said, prose=prose, finished=True).text
    text = rest if prose else read_fill(rest, fill, finished=True)  # which would take a fence out of prose as well
    yield text[len(given) :]


def in_line_ends(opener: Opener, line_end: str) -> Opener:
    """The same stream with the document's own line ends: a line break that is typed through must be the one stored."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[AsyncIterator[str]]:
        async with opener() as pieces, aclosing(with_line_ends(pieces, line_end)) as converted:
            yield converted

    return opened


def with_grammar(opener: Opener, language_id: str) -> Opener:
    """The same stream, not read before it is known whether there is a grammar: the watch that ends it will ask.

    Loading one is for a thread, and happens once for a language, while the model begins to write.
    """

    @asynccontextmanager
    async def opened() -> AsyncIterator[AsyncIterator[str]]:
        async with opener() as pieces:
            if not is_known(language_id):
                await asyncio.to_thread(grammar_for, language_id)
            yield pieces

    return opened


async def _all_of(first: Delta | None, answer: AsyncIterator[Delta]) -> AsyncIterator[Delta]:
    if first is not None:
        yield first
    async for delta in answer:
        yield delta
