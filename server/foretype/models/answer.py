"""An answer on its way: bytes of an event stream in, text out, with every time limit kept.

Servers end their streams in many ways; what each means is decided here. Opening and closing the connection
is the business of streaming.py.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from foretype.errors import ModelError, ServerError, StreamBrokenError, TimeoutExceededError
from foretype.models.chunks import Chunk, read_chunk
from foretype.models.deadline import until
from foretype.models.failures import Failure, error_from
from foretype.models.network import network_errors
from foretype.models.provider import Delta, Report, TimeLimits, Usage
from foretype.models.sse import Event, EventParser, LineTooLongError
from foretype.models.stops import StopMatcher

SLOW_REMEDY = (
    "Wait for the model to load, choose a faster one, or raise `model.timeouts`, for code actions `actions.timeout`."
)
# After the finish reason only usage and the end mark can follow: both come at once or not at all.
_TAIL_SECONDS = 1.0
# Reading the last bytes keeps the connection for the next request; waiting for them is not worth more.
_DRAIN_SECONDS = 0.05
_KEPT_HEADER = re.compile(r"ratelimit|rate_limit|retry-after|request-id|^reset_at$")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an answer comes from: what was asked of whom, and when by the loop's clock, in seconds."""

    started: float
    limits: TimeLimits
    headers: Mapping[str, str]
    stops: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    model: str = ""
    sent: str = ""


class StreamedAnswer:
    """`Answer` over an event stream. Ends by itself at a stop string, also where the server goes on."""

    def __init__(self, source: AsyncIterator[bytes], origin: Origin) -> None:
        self._source = source
        self._origin = origin
        self._clock = asyncio.get_running_loop().time
        self._parser = EventParser()
        self._stops = StopMatcher(origin.stops, origin.leads)
        self._until = origin.started + origin.limits.first_token
        self._latest = origin.started + origin.limits.total
        self._text: list[str] = []
        self._unread = ""
        self._half = ""
        self._finish: str | None = None
        self._finish_told = False
        self._usage: Usage | None = None
        self._first_at: float | None = None
        self._ended_at: float | None = None
        self._any_event = False
        self._error: ModelError | None = None
        self._at_end_mark = False

    @property
    def text(self) -> str:
        """All the text that came so far, whether or not it was iterated over."""
        return "".join(self._text)

    @property
    def report(self) -> Report:
        """What is known so far."""
        headers = {name.lower(): value for name, value in self._origin.headers.items()}
        return Report(
            finish_reason=self._finish,
            usage=self._usage,
            headers={name: value for name, value in headers.items() if _KEPT_HEADER.search(name)},
            first_token_ms=self._milliseconds(self._first_at),
            total_ms=self._milliseconds(self._ended_at),
        )

    def __aiter__(self) -> StreamedAnswer:
        return self

    async def __anext__(self) -> Delta:
        while not self._unread and not self._must_tell_finish() and self._ended_at is None:
            await self._read()
        if self._unread or self._must_tell_finish():
            delta = Delta(self._unread, self._finish)
            self._unread, self._finish_told = "", self._finish is not None
            return delta
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration

    async def drain(self) -> None:
        """Read what is left after the end mark, so that the connection can be used again."""
        if not self._at_end_mark:
            return
        try:
            await until(self._clock() + _DRAIN_SECONDS, self._read_to_end())
        except asyncio.TimeoutError:
            return  # the connection is closed instead, which costs a new one and nothing else
        except network_errors():
            return

    async def _read_to_end(self) -> None:
        async for _ in self._source:
            pass

    def _must_tell_finish(self) -> bool:
        return self._finish is not None and not self._finish_told

    async def _read(self) -> None:
        """Take in what the server sends next, or find that nothing more comes."""
        try:
            data = await until(min(self._until, self._latest), anext(self._source, None))
        except asyncio.TimeoutError:
            self._out_of_time()
        except network_errors():
            self._at_end()
        else:
            if data is None:
                self._at_end()
            else:
                self._take(data)

    def _take(self, data: bytes) -> None:
        try:
            events = self._parser.feed(data)
        except LineTooLongError:
            self._end(self._broken("The model's server sends a line without end."))
            return
        for event in events:
            self._take_event(event)

    def _take_event(self, event: Event) -> None:
        if self._ended_at is not None or not event.data.strip():
            return
        self._any_event = True
        if event.data.strip() == "[DONE]":
            self._at_end_mark = True
            self._complete("stop")
            self._end()
            return
        chunk = read_chunk(event.data)
        if chunk is not None:
            self._take_chunk(chunk)
        elif event.type == "error":
            self._end(self._error_from(event.data))
        elif event.type == "message":
            # A piece is lost; what follows it would be wrong text.
            self._end(self._broken("The model's server sent something that is not JSON."))

    def _take_chunk(self, chunk: Chunk) -> None:
        if chunk.usage is not None:
            self._usage = chunk.usage
        if chunk.error is not None:
            self._end(self._error_from({"error": chunk.error}))
            return
        if chunk.finish_reason == "error":
            self._end(ServerError("The model's server gave up in the middle of its answer.", "Look into its log."))
            return
        if chunk.text or chunk.thinking:
            self._until = self._clock() + self._origin.limits.between_tokens
        if chunk.text and self._finish is None:
            self._show(self._stops.feed(self._in_whole_characters(chunk.text)))
            if self._stops.stopped:
                self._complete("stop")
                self._end()
        if chunk.finish_reason is not None:
            self._complete(chunk.finish_reason)

    def _in_whole_characters(self, text: str) -> str:
        """The text with halves of surrogate pairs put together, which servers cut between two events; others go.

        Half a character cannot be written as UTF-8, and many editors refuse a message that holds one.
        """
        text = self._half + text
        self._half = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
        text = text[: len(text) - len(self._half)]
        return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")

    def _show(self, text: str) -> None:
        if not text:
            return
        if self._first_at is None:
            self._first_at = self._clock()
        self._text.append(text)
        self._unread += text

    def _complete(self, reason: str) -> None:
        """The answer is whole: only usage and the end mark can follow."""
        if self._finish is not None:
            return
        self._show(self._stops.finish())
        self._finish = reason
        self._until = self._clock() + _TAIL_SECONDS

    def _end(self, error: ModelError | None = None) -> None:
        if self._ended_at is None:
            self._ended_at = self._clock()
            if error is not None:
                self._show(self._stops.finish())
                self._error = error if not isinstance(error, StreamBrokenError) else self._with_partial(error)

    def _at_end(self) -> None:
        """The server closed: whole if a finish reason came, else broken, or an error sent without framing."""
        for event in self._parser.finish():
            self._take_event(event)
        if self._ended_at is not None or self._finish is not None:
            self._end()
            return
        stray = self._parser.stray.strip()
        whole = read_chunk(stray) if stray else None
        if whole is not None:
            # The server ignored that a stream was asked for, or sent its error as bare JSON.
            self._take_chunk(whole)
            if whole.text or whole.finish_reason:
                self._complete("stop")
                self._end()
                return
        if stray and not self._text:
            self._end(self._error_from(stray))
        elif not self._any_event:
            self._end(self._broken("The model's server closed the stream without a word.", _EMPTY_REMEDY))
        else:
            self._end(self._broken("The model's server broke off in the middle of its answer."))

    def _out_of_time(self) -> None:
        if self._finish is not None:
            self._end()
            return
        limits, now = self._origin.limits, self._clock()
        if now >= self._latest:
            what = f"was not complete within {limits.total:g} s"
        elif self._first_at is None:
            what = f"did not begin within {limits.first_token:g} s"
        else:
            what = f"stood still for {limits.between_tokens:g} s"
        self._end(TimeoutExceededError(f"The model's answer {what}.", SLOW_REMEDY))

    def _error_from(self, body: object) -> ModelError:
        origin = self._origin
        headers = {name.lower(): value for name, value in origin.headers.items()}
        return error_from(Failure(None, headers, body, model=origin.model, sent=origin.sent))

    def _broken(self, message: str, remedy: str = "Look into the server's log.") -> StreamBrokenError:
        return StreamBrokenError(message, remedy)

    def _with_partial(self, error: StreamBrokenError) -> StreamBrokenError:
        return StreamBrokenError(error.message, error.remedy, status=error.status, partial=self.text)

    def _milliseconds(self, moment: float | None) -> float | None:
        return None if moment is None else (moment - self._origin.started) * 1000


_EMPTY_REMEDY = "The prompt may be longer than its context; lower `context.max_tokens`, or look into its log."
