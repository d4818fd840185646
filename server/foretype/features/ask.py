"""From a place in a document to a model's stream of text: context, prompt, request.

One object per configured endpoint. Knows how the model wants to be asked, not when.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from foretype.context.exclude import Exclusions
from foretype.errors import ConfigurationError
from foretype.models.connection import Connection
from foretype.models.provider import ChatPrompt, Endpoint, FillPrompt, ModelRequest, Provider, TextPrompt, TimeLimits
from foretype.models.registry import Choice, Probe, choose, probe, provider_for
from foretype.prompts.chat_fill import read_fill, render_chat
from foretype.prompts.fim import render_fim
from foretype.prompts.tokens import TokenCounter, encoding_for
from foretype.scheduling.extent import Extent
from foretype.settings.model import Settings
from foretype.suggestions.generation import Opener
from foretype.text.document import Document
from foretype.text.positions import Position
from foretype.text.uris import path_of

_CHARACTERS_PER_TOKEN: Final = 10
"""More than any tokenizer gets out of code: what is farther away cannot be in the prompt."""

LINE_TEMPERATURE: Final = 0.0
BLOCK_TEMPERATURE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Rules:
    """What the user's settings say of prompts."""

    prompt_tokens: int
    exclusions: Exclusions
    folders: tuple[Path, ...]


class ModelAsker:
    """The configured model. `features.complete.ModelSource` is its interface to the path of a suggestion."""

    def __init__(self, connection: Connection, choice: Choice, rules: Rules, seen: Probe) -> None:
        self._connection = connection
        self._provider: Provider = provider_for(connection, choice)
        self._counter = TokenCounter(encoding_for(connection.endpoint.model))
        self._rules = rules
        self.choice = choice
        self.seen = seen

    @property
    def name(self) -> str:
        """The model's name as its server knows it."""
        return self._connection.endpoint.model

    def may_see(self, document: Document) -> str:
        """Why the model must not see this document, "" where it may."""
        return self._rules.exclusions.withheld(path_of(document.uri))

    async def warm(self) -> None:
        """Load the tokenizer; until then prompts are cut a little too short."""
        await self._counter.load()

    async def close(self) -> None:
        """Close the connections; answers on their way break off."""
        await self._connection.aclose()

    def opener(self, document: Document, position: Position, extent: Extent) -> Opener:
        """What opens the stream of text that the model would put here."""
        fill = self._fill(document, position)
        request = ModelRequest(
            prompt=self.render(fill),
            max_tokens=extent.tokens,
            temperature=LINE_TEMPERATURE if extent.one_line else BLOCK_TEMPERATURE,
            stop=self._stop(extent),
        )
        return lambda: self._stream(request, fill)

    def render(self, fill: FillPrompt) -> TextPrompt | ChatPrompt:
        """The prompt that is sent, at most as long as the settings allow."""
        budget = self._rules.prompt_tokens
        family = self.choice.family
        if self.choice.mode == "fim" and family is not None:
            return render_fim(fill, family, budget, self._counter)
        return render_chat(fill, family, budget, self._counter)

    def _fill(self, document: Document, position: Position) -> FillPrompt:
        reach = self._rules.prompt_tokens * _CHARACTERS_PER_TOKEN
        path = path_of(document.uri)
        return FillPrompt(
            prefix=document.before(position, reach),
            suffix=document.after(position, reach),
            path=_shown_path(path, self._rules.folders) if path is not None else "",
            language_id=document.language_id,
        )

    def _stop(self, extent: Extent) -> tuple[str, ...]:
        """A line ends at its end; but a chat model may put a fence, and with it a line end, in front."""
        return ("\n",) if extent.one_line and self.choice.mode == "fim" else ()

    def _stream(self, request: ModelRequest, fill: FillPrompt) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        return _pieces(self._provider, request, None if self.choice.mode == "fim" else fill)


async def connect(settings: Settings, key: str | None, folders: Sequence[Path] = ()) -> ModelAsker:
    """An asker for the configured endpoint, its connection open and warm where the server can be reached.

    What the server said is in `seen`; one that does not answer now may do so later. ConfigurationError where the
    endpoint cannot be asked as configured.
    """
    connection = Connection(endpoint_of(settings, key))
    seen = await probe(connection)
    try:
        choice = choose(connection.endpoint, seen)
    except ConfigurationError:
        await connection.aclose()
        raise
    exclusions = Exclusions(settings.exclude, folders)
    return ModelAsker(connection, choice, Rules(settings.context.max_tokens, exclusions, tuple(folders)), seen)


def endpoint_of(settings: Settings, key: str | None) -> Endpoint:
    """The endpoint that the settings describe."""
    model, timeouts = settings.model, settings.model.timeouts
    limits = TimeLimits(timeouts.connect, timeouts.first_token, timeouts.between_tokens, timeouts.total)
    return Endpoint(model.base_url, model.name, key, model.mode, model.headers, limits)


@asynccontextmanager
async def _pieces(
    provider: Provider, request: ModelRequest, fill: FillPrompt | None
) -> AsyncIterator[AsyncIterator[str]]:
    """The answer as pieces of text to insert; with `fill` it is a chat's answer, of which that text is a part."""
    async with provider.stream(request) as answer:

        async def texts() -> AsyncIterator[str]:
            given = ""
            async for delta in answer:
                if fill is None:
                    yield delta.text
                    continue
                text = read_fill(answer.text, fill, finished=False)
                yield text[len(given) :]
                given = text
            if fill is not None:
                yield read_fill(answer.text, fill, finished=True)[len(given) :]

        yield texts()


def _shown_path(path: Path, folders: Sequence[Path]) -> str:
    """The path as the model sees it: below its workspace folder, never the folders above."""
    for folder in folders:
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.name
