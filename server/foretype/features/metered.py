"""A provider whose every request passes the governor: counted, limited, and sent again where that can help.

The one place where scheduling/ and models/ meet. What asks for a provider can be given this one instead.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from foretype.errors import ModelError
from foretype.models.provider import (
    Answer,
    ChatPrompt,
    Delta,
    FillPrompt,
    Mode,
    ModelRequest,
    Prompt,
    Provider,
    Report,
    TextPrompt,
)
from foretype.prompts.room import TEMPLATE_TOKENS, TOKENS_PER_FILE, TOKENS_PER_MESSAGE
from foretype.scheduling.governor import CHARACTERS_PER_TOKEN, GHOST_TEXT, Call, Estimate, Governor, Purpose
from foretype.scheduling.retry import Opened, opened
from foretype.scheduling.usage import TokenCounts

Count = Callable[[str], int]


class MeteredProvider:
    """Keeps `Provider`. `purpose` says who goes first and what a failure means; `for_purpose` makes another view.

    Entering `stream` waits for the first piece of the answer; until then a request may be sent again. It raises
    LimitReachedError where there is no room.
    """

    def __init__(
        self, provider: Provider, governor: Governor, count: Count | None = None, purpose: Purpose = GHOST_TEXT
    ) -> None:
        self._provider = provider
        self.governor = governor
        self._count = count or _guess
        self._purpose = purpose

    @property
    def mode(self) -> Mode:
        """See `Provider.mode`."""
        return self._provider.mode

    @property
    def accepts(self) -> type[FillPrompt] | type[TextPrompt] | type[ChatPrompt]:
        """See `Provider.accepts`."""
        return self._provider.accepts

    def for_purpose(self, purpose: Purpose) -> MeteredProvider:
        """The same endpoint for another purpose."""
        return MeteredProvider(self._provider, self.governor, self._count, purpose)

    def stream(self, request: ModelRequest) -> AbstractAsyncContextManager[Answer]:
        """See `Provider.stream`."""
        return self._stream(request)

    @asynccontextmanager
    async def _stream(self, request: ModelRequest) -> AsyncIterator[Answer]:
        estimate = Estimate(_tokens(request.prompt, self._count), request.max_tokens)
        policy, repeats = self.governor.policy(self._purpose), self.governor.repeats
        try:
            async with opened(lambda: self._attempt(request, estimate), policy, repeats) as answer:
                self.governor.answering()
                yield _Begun(answer)
        except ModelError:
            self.governor.changed()  # it is not sent again
            raise

    @asynccontextmanager
    async def _attempt(self, request: ModelRequest, estimate: Estimate) -> AsyncIterator[Answer]:
        async with self.governor.call(self._purpose, estimate) as call, self._provider.stream(request) as answer:
            call.opened_at = self.governor.now
            try:
                yield answer
            finally:
                _take(call, answer.report, len(answer.text))


class _Begun:
    """An answer whose first piece has been read already; it is given once more."""

    def __init__(self, answer: Opened[Answer]) -> None:
        self._answer = answer.stream
        self._first = answer.first

    def __aiter__(self) -> AsyncIterator[Delta]:
        return self

    async def __anext__(self) -> Delta:
        first, self._first = self._first, None
        if isinstance(first, Delta):
            return first
        return await anext(self._answer)

    @property
    def text(self) -> str:
        """See `Answer.text`."""
        return self._answer.text

    @property
    def report(self) -> Report:
        """See `Answer.report`."""
        return self._answer.report


def _take(call: Call, report: Report, characters: int) -> None:
    """What an answer says of itself, in the governor's terms."""
    usage = report.usage
    if usage is not None:
        call.tokens = TokenCounts(usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens)
    call.characters = characters
    call.headers = report.headers
    call.first_token_ms = report.first_token_ms
    call.total_ms = report.total_ms


def _tokens(prompt: Prompt, count: Count) -> int:
    if isinstance(prompt, ChatPrompt):
        return sum(count(message.content) + TOKENS_PER_MESSAGE for message in prompt.messages)
    if isinstance(prompt, TextPrompt):
        return count(prompt.text)
    files = sum(count(file.text) + count(file.path) + TOKENS_PER_FILE for file in prompt.files)
    return count(prompt.prefix) + count(prompt.suffix) + files + TEMPLATE_TOKENS


def _guess(text: str) -> int:
    return -(-len(text.encode("utf-8", "surrogatepass")) // CHARACTERS_PER_TOKEN)
