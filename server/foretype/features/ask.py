"""From a place in a document to a model's stream of text: context, prompt, request.

One object per configured endpoint. Knows how the model wants to be asked, not when.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from foretype.context.exclude import Exclusions
from foretype.errors import ConfigurationError, ModelError
from foretype.features.metered import MeteredProvider
from foretype.features.plan import Attempt, Plan, prompt_budget
from foretype.features.reading import insertable
from foretype.models.connection import Connection
from foretype.models.openai_chat import ChatProvider
from foretype.models.probing import Probe, probe
from foretype.models.provider import Answer, Delta, Endpoint, FillPrompt, ModelRequest, TimeLimits
from foretype.models.registry import Choice, choices, provider_for
from foretype.models.user_families import families_of
from foretype.prompts.render import render
from foretype.prompts.tokens import TokenCounter, encoding_for
from foretype.scheduling.extent import Extent
from foretype.scheduling.governor import GHOST_TEXT, PREFETCH, Governor, Purpose
from foretype.scheduling.meters import Meters
from foretype.scheduling.spending import Allowance
from foretype.scheduling.usage import Prices
from foretype.settings.model import Settings
from foretype.suggestions.generation import Opener
from foretype.text.document import Document
from foretype.text.positions import Position
from foretype.text.uris import path_of

_CHARACTERS_PER_TOKEN: Final = 10
"""More than any tokenizer gets out of code: what is farther away cannot be in the prompt."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the user's settings say of prompts."""

    prompt_tokens: int
    exclusions: Exclusions
    folders: tuple[Path, ...]


class ModelAsker:
    """The configured model. `features.complete.ModelSource` is its interface to the path of a suggestion."""

    def __init__(
        self, connection: Connection, counter: TokenCounter, rules: Rules, seen: Probe, governor: Governor
    ) -> None:
        ways = choices(connection.endpoint, seen)
        self.governor = governor
        self._connection = connection
        self._counter = counter
        self._rules = rules
        self._plan = Plan(ways, prompt_budget(rules.prompt_tokens, ways[0], seen))
        self.seen = seen
        # A budget that holds no prompt at all is a matter of settings: it is said now, not at every key.
        render(FillPrompt("", ""), self._plan.choice, self._plan.budget, counter)

    @property
    def name(self) -> str:
        """The model's name as its server knows it."""
        return self._connection.endpoint.model

    @property
    def choice(self) -> Choice:
        """How the model is asked now."""
        return self._plan.choice

    @property
    def resting(self) -> str:
        """Why asking now would be in vain, "" where the endpoint can be asked."""
        return str(self.governor.resting or "")

    @property
    def note(self) -> str:
        """What the server's refusals have changed since, in a sentence or two; "" where nothing."""
        return self._plan.note

    def may_see(self, document: Document) -> str:
        """Why the model must not see this document, "" where it may."""
        return self._rules.exclusions.withheld(path_of(document.uri))

    def chat(self, purpose: Purpose) -> MeteredProvider:
        """The same model asked by chat messages, however it is asked for ghost text."""
        return MeteredProvider(ChatProvider(self._connection), self.governor, self._counter.count, purpose)

    @property
    def counter(self) -> TokenCounter:
        """What counts this model's tokens."""
        return self._counter

    @property
    def prompt_tokens_at_most(self) -> int | None:
        """What the model's context window holds, where the server or the family says so; None where nobody does."""
        return self.seen.context or (self.choice.family.context if self.choice.family else None)

    async def warm(self) -> None:
        """Load the tokenizer, which `connect` has done already for its own askers."""
        await self._counter.load()

    async def close(self) -> None:
        """Close the connections; answers on their way break off."""
        await self._connection.aclose()

    def opener(self, document: Document, position: Position, extent: Extent, *, ahead: bool = False) -> Opener:
        """What opens the stream of text that the model would put here; `ahead` of what the user waits for now."""
        fill, purpose = self._fill(document, position), PREFETCH if ahead else GHOST_TEXT
        return lambda: self._stream(fill, extent, purpose)

    def _fill(self, document: Document, position: Position) -> FillPrompt:
        reach = self._rules.prompt_tokens * _CHARACTERS_PER_TOKEN
        path = path_of(document.uri)
        return FillPrompt(
            prefix=document.before(position, reach),
            suffix=document.after(position, reach),
            path=_shown_path(path, self._rules.folders) if path is not None else "",
            language_id=document.language_id,
        )

    @asynccontextmanager
    async def _stream(self, fill: FillPrompt, extent: Extent, purpose: Purpose) -> AsyncIterator[AsyncIterator[str]]:
        async with AsyncExitStack() as stack:
            answer, first, choice = await self._answer(stack, (fill, extent), purpose)
            pieces = insertable(answer, fill if choice.mode == "chat" else None, first)
            yield await stack.enter_async_context(aclosing(pieces))

    async def _answer(
        self, stack: AsyncExitStack, wanted: tuple[FillPrompt, Extent], purpose: Purpose
    ) -> tuple[Answer, Delta | None, Choice]:
        """The answer once its first piece is there, asked otherwise where the server refuses and that can help."""
        (fill, extent), attempt = wanted, self._plan.begin()
        while True:
            async with AsyncExitStack() as trying:
                try:
                    request = self._request(fill, extent, attempt)
                    bare = provider_for(self._connection, attempt.choice)
                    provider = MeteredProvider(bare, self.governor, self._counter.count, purpose)
                    answer = await trying.enter_async_context(provider.stream(request))
                    first = await anext(answer, None)
                except ModelError as error:
                    following = self._plan.after(error, attempt, extent.tokens)
                    if following is None or not self._holds(following):
                        self.governor.declined(error)
                        raise
                else:
                    stack.push_async_exit(trying.pop_all())
                    self._plan.proved(attempt)
                    return answer, first, attempt.choice
            attempt = following

    def _request(self, fill: FillPrompt, extent: Extent, attempt: Attempt) -> ModelRequest:
        began = self.governor.now
        # A line ends at its end; but a chat model may put a fence, and with it a line end, in front.
        ends_with_line = extent.one_line and attempt.choice.mode != "chat"
        request = ModelRequest(
            prompt=render(fill, attempt.choice, attempt.budget, self._counter),
            max_tokens=extent.tokens,
            temperature=extent.temperature,
            stop=("\n",) if ends_with_line else (),
        )
        self.governor.book.observe("prompt", (self.governor.now - began) * 1000, self.name)
        return request

    def _holds(self, attempt: Attempt) -> bool:
        """Whether so short a prompt still holds its frame."""
        try:
            render(FillPrompt("", ""), attempt.choice, attempt.budget, self._counter)
        except ConfigurationError:
            return False
        return True


async def connect(
    settings: Settings, key: str | None, folders: Sequence[Path] = (), meters: Meters | None = None
) -> ModelAsker:
    """An asker for the configured endpoint, its connection open and warm where the server can be reached.

    Limits are shared and usage is kept by `meters`, which the caller closes; without, in the memory of the asker.
    What the server said is in `seen`; one that does not answer now may do so later. ConfigurationError where the
    endpoint cannot be asked as configured.
    """
    connection = Connection(endpoint_of(settings, key))
    counter = TokenCounter(encoding_for(settings.model.name))
    try:
        seen, _ = await asyncio.gather(probe(connection), counter.load())
        rules = Rules(settings.context.max_tokens, Exclusions(settings.exclude, folders), tuple(folders))
        return ModelAsker(connection, counter, rules, seen, governor_of(settings, meters or Meters(None)))
    except BaseException:
        await connection.aclose()
        raise


def governor_of(settings: Settings, meters: Meters) -> Governor:
    """What limits and counts the questions to the configured endpoint."""
    limits, model = settings.limits, settings.model
    allowance = Allowance(limits.requests_per_minute, limits.tokens_per_minute, limits.tokens_per_day)
    governor = meters.governor(model.base_url, allowance)
    governor.model = model.name
    price = model.prices.get(model.name)
    governor.prices = Prices(price.input, price.output, price.cached) if price is not None else None
    return governor


def endpoint_of(settings: Settings, key: str | None) -> Endpoint:
    """The endpoint that the settings describe. ConfigurationError where they contradict themselves."""
    model, timeouts = settings.model, settings.model.timeouts
    return Endpoint(
        base_url=model.base_url,
        model=model.name,
        key=key,
        mode=model.mode,
        headers=model.headers,
        limits=TimeLimits(timeouts.connect, timeouts.first_token, timeouts.between_tokens, timeouts.total),
        extra_body=model.extra_body,
        proxy=model.proxy,
        ca_file=model.ca_file,
        families=families_of(model.families),
    )


def _shown_path(path: Path, folders: Sequence[Path]) -> str:
    """The path as the model sees it: below its workspace folder, never the folders above."""
    for folder in folders:
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.name
