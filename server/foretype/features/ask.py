"""From a place in a document to a model's stream of text: prompt, request, answer.

One object per configured endpoint. Knows how the model wants to be asked, not when; what stands in a prompt is
prompting.py's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from functools import partial
from pathlib import Path

from foretype.context.exclude import NOT_KNOWN, exclusions_of
from foretype.context.gate import Gate
from foretype.errors import ConfigurationError, ModelError
from foretype.features.beside import ContextSource
from foretype.features.metered import MeteredProvider
from foretype.features.plan import Attempt, Plan, prompt_budget
from foretype.features.prompting import CHARACTERS_PER_TOKEN, Prompting, Rules, Sight
from foretype.features.reading import insertable
from foretype.features.withheld import without_placeholders
from foretype.models.connection import Connection
from foretype.models.openai_chat import ChatProvider
from foretype.models.probing import Probe, probe
from foretype.models.provider import Answer, Delta, Endpoint, ModelRequest, Prompt, TimeLimits
from foretype.models.registry import Choice, choices, provider_for
from foretype.models.user_families import families_of
from foretype.prompts.counting import Counting, counting_for
from foretype.prompts.parts import Rendered
from foretype.prompts.tokens import Counter
from foretype.scheduling.extent import Extent
from foretype.scheduling.governor import GHOST_TEXT, PREFETCH, Governor, Purpose
from foretype.scheduling.meters import Meters
from foretype.scheduling.spending import Allowance
from foretype.scheduling.usage import Prices
from foretype.settings.model import Settings
from foretype.suggestions.generation import Opener
from foretype.text.document import Document
from foretype.text.positions import Position


class ModelAsker:
    """The configured model. `features.complete.ModelSource` is its interface to the path of a suggestion."""

    def __init__(
        self, connection: Connection, counting: Counting, rules: Rules, seen: Probe, governor: Governor
    ) -> None:
        ways = choices(connection.endpoint, seen)
        self.governor = governor
        self.counting = counting
        self.seen = seen
        self._connection = connection
        self._reach = rules.prompt_tokens * CHARACTERS_PER_TOKEN
        exact = counting.calibration.fixed
        self._plan = Plan(ways, prompt_budget(rules.prompt_tokens, ways[0], seen, exact=exact))
        self._prompting = Prompting(counting, rules, lambda: self._plan.choice, governor.book, self.name)
        self._learning: asyncio.Task[None] | None = None
        # A budget that holds no prompt at all is a matter of settings: it is said now, not at every key.
        self._prompting.holds(self._plan.begin())

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
    def rest(self) -> float:
        """Seconds until the endpoint can be asked again, 0 where it can be."""
        return self.governor.rest

    @property
    def note(self) -> str:
        """What the server's refusals have changed since, in a sentence or two; "" where nothing."""
        return self._plan.note

    async def known(self, document: Document) -> None:
        """Wait, a moment at most, until it is known whether the model may see this document."""
        await self.gate.known(document)

    def may_see(self, document: Document, position: Position) -> str:
        """Why the model must not be asked about this place, "" where it may."""
        return self.gate.closed(document, position)

    def not_shown(self, document: Document) -> str:
        """What of this document the model was not shown, in a sentence; "" where all."""
        return self.gate.taken_out(document)

    @property
    def gate(self) -> Gate:
        """What any text must pass that this model is to see."""
        return self._prompting.gate

    def chat(self, purpose: Purpose) -> MeteredProvider:
        """The same model asked by chat messages, however it is asked for ghost text."""
        return MeteredProvider(ChatProvider(self._connection), self.governor, self._count, purpose)

    @property
    def counter(self) -> Counter:
        """What counts this model's tokens."""
        return self.counting.counter

    @property
    def prompt_tokens_at_most(self) -> int | None:
        """What the model's context window holds, where the server or the family says so; None where nobody does."""
        return self.seen.context or (self.choice.family.context if self.choice.family else None)

    async def close(self) -> None:
        """Close the connections; answers on their way break off."""
        self._prompting.close()
        if self._learning is not None:
            self._learning.cancel()
        await self._connection.aclose()

    def opener(self, document: Document, position: Position, extent: Extent, *, ahead: bool = False) -> Opener:
        """What opens the stream of text that the model would put here; `ahead` of what the user waits for now."""
        sight, purpose = self.look(document, position), PREFETCH if ahead else GHOST_TEXT
        return lambda: self._stream(partial(self._known, sight, document, position), extent, purpose)

    def look(self, document: Document, position: Position) -> Sight:
        """What the model may see from a place."""
        return self._prompting.look(document, position)

    def warm(self, document: Document) -> None:
        """Parse what the first prompt of an opened document would have to. For a thread."""
        self._prompting.warm(document)

    async def settled(self, document: Document, position: Position) -> Sight:
        """The same, waited for: what an editor's user has after some keys, for who asks only once."""
        return await self._prompting.settled(document, position, self._plan.begin())

    def prompt(self, sight: Sight) -> Rendered[Prompt]:
        """The prompt that would be sent, with its parts."""
        return self._prompting.write(sight, self._plan.begin())

    def withheld(self, document: Document, position: Position) -> list[tuple[str, str]]:
        """Other files that might have been shown beside the document and are kept back, and why."""
        return self._prompting.withheld(document, position)

    @property
    def prompt_tokens(self) -> int:
        """How long prompts are at most, in the model's own tokens."""
        return self._plan.budget

    def forget(self, uri: str) -> None:
        """The document is closed."""
        self._prompting.forget(uri)

    async def _known(self, sight: Sight, document: Document, position: Position) -> Sight:
        """The same, once the disk has told whether the file may be seen: of a file just opened it may not have yet."""
        if sight.closed != NOT_KNOWN:
            return sight
        await self.gate.known(document)
        return self.look(document, position)

    @asynccontextmanager
    async def _stream(
        self, known: Callable[[], Awaitable[Sight]], extent: Extent, purpose: Purpose
    ) -> AsyncIterator[AsyncIterator[str]]:
        sight = await known()
        if sight.closed:
            yield _pieces_of(())
            return
        async with AsyncExitStack() as stack:
            answer, first, attempt, tokens = await self._answer(stack, (sight, extent), purpose)
            chat = attempt.choice.mode == "chat"
            pieces = without_placeholders(insertable(answer, sight.hole(self._reach) if chat else None, first))
            try:
                yield await stack.enter_async_context(aclosing(pieces))
            finally:
                self._learn(tokens, answer)

    def _learn(self, tokens: int, answer: Answer) -> None:
        """Take in what the server said of the prompt's length, without anybody waiting for it."""
        usage = answer.report.usage
        if self._learning is None or self._learning.done():
            told = usage.prompt_tokens if usage is not None else None
            self._learning = asyncio.ensure_future(self.counting.learn(tokens, told))

    async def _answer(
        self, stack: AsyncExitStack, wanted: tuple[Sight, Extent], purpose: Purpose
    ) -> tuple[Answer, Delta | None, Attempt, int]:
        """The answer once its first piece is there, asked otherwise where the server refuses and that can help.

        With the way in which it was asked and the prompt's tokens.
        """
        (sight, extent), attempt = wanted, self._plan.begin()
        while True:
            async with AsyncExitStack() as trying:
                try:
                    request, tokens = self._request(sight, extent, attempt)
                    bare = provider_for(self._connection, attempt.choice)
                    provider = MeteredProvider(bare, self.governor, self._count, purpose)
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
                    return answer, first, attempt, tokens
            attempt = following

    def _request(self, sight: Sight, extent: Extent, attempt: Attempt) -> tuple[ModelRequest, int]:
        began = self.governor.now
        rendered = self._prompting.write(sight, attempt)
        # A line ends at its end; but a chat model may put a fence, and with it a line end, in front.
        ends_with_line = extent.one_line and attempt.choice.mode != "chat"
        request = ModelRequest(
            prompt=rendered.prompt,
            max_tokens=extent.tokens,
            temperature=extent.temperature,
            stop=("\n",) if ends_with_line else (),
        )
        self.governor.book.observe("prompt", (self.governor.now - began) * 1000, self.name)
        return request, rendered.tokens

    def _count(self, text: str) -> int:
        """The model's own tokens in a text, as near as they are known, for limits."""
        return self.counting.calibration.theirs(self.counting.counter.count_lines(text))

    def _holds(self, attempt: Attempt) -> bool:
        """Whether so short a prompt still holds its frame."""
        try:
            self._prompting.holds(attempt)
        except ConfigurationError:
            return False
        return True


async def _pieces_of(pieces: Iterable[str]) -> AsyncIterator[str]:
    """Text that is known already, as an answer."""
    for piece in pieces:
        yield piece


async def connect(
    settings: Settings,
    key: str | None,
    folders: Sequence[Path] = (),
    meters: Meters | None = None,
    context: ContextSource | None = None,
) -> ModelAsker:
    """An asker for the configured endpoint, its connection open and warm where the server can be reached.

    Limits are shared and usage is kept by `meters`, which the caller closes; without, in the memory of the asker.
    What stands in prompts beside the document comes from `context`. What the server said is in `seen`; one that does
    not answer now may do so later. ConfigurationError where the endpoint cannot be asked as configured.
    """
    connection = Connection(endpoint_of(settings, key))
    try:
        seen = await probe(connection)
        family = choices(connection.endpoint, seen)[0].family
        counting = await counting_for(connection, seen, family, settings.model.tokenizer)
        rules = Rules(settings.context.max_tokens, exclusions_of(settings, folders), tuple(folders), context)
        return ModelAsker(connection, counting, rules, seen, governor_of(settings, meters or Meters(None)))
    except BaseException:
        await connection.aclose()
        raise


def governor_of(settings: Settings, meters: Meters) -> Governor:
    """What limits and counts the questions to the configured endpoint."""
    limits, model = settings.limits, settings.model
    allowance = Allowance(
        limits.requests_per_minute, limits.tokens_per_minute, limits.tokens_per_day, limits.concurrent_requests
    )
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
