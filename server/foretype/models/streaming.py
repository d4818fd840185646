"""Opens one streamed answer and closes it again: the only place where a request to a model begins.

Whatever ends the context (the end of the answer, an early exit, an error, a cancellation), the connection
to the server is closed, so that it stops generating; only a whole answer leaves it open for the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from foretype.errors import TimeoutExceededError
from foretype.models.answer import SLOW_REMEDY, Origin, StreamedAnswer
from foretype.models.connection import Connection
from foretype.models.deadline import until
from foretype.models.network import error_of, network_errors, place, refusal_in, was_reset_before_answer
from foretype.models.provider import ModelRequest
from foretype.models.question import Question, body_of, text_of

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI


@asynccontextmanager
async def open_answer(
    connection: Connection, request: ModelRequest, question: Question
) -> AsyncIterator[StreamedAnswer]:
    """Send a request and yield its answer. Raises a `ModelError` where no answer begins."""
    client = await connection.client()
    endpoint = connection.endpoint
    started = asyncio.get_running_loop().time()
    limits = request.limits or endpoint.limits
    sent = text_of(request)
    body = body_of(endpoint, request, question)
    async with AsyncExitStack() as stack:
        try:
            moment = started + min(limits.first_token, limits.total)
            response = await until(moment, _respond(connection, client, question.path, body))
        except asyncio.TimeoutError:
            raise TimeoutExceededError(
                f"{place(endpoint.base_url)} did not begin to answer within {limits.first_token:g} s.", SLOW_REMEDY
            ) from None
        except network_errors() as error:
            raise error_of(error, endpoint, sent) from None
        stack.push_async_callback(response.aclose)
        prompt = request.prompt
        stops = (*request.stop, *getattr(prompt, "stop", ()), *prompt.marks)
        origin = Origin(started, limits, response.headers, stops, prompt.leads, endpoint.model, sent)
        answer = StreamedAnswer(response.aiter_bytes(), origin)
        yield answer
        await answer.drain()


async def _respond(connection: Connection, client: AsyncOpenAI, path: str, body: Mapping[str, Any]) -> httpx2.Response:
    """The response, once its headers are there; asks again without a field that the server refused."""
    while True:
        fitted = connection.learned.fit(body)
        try:
            return await _send(client, path, fitted)
        except network_errors() as error:
            refusal = refusal_in(error)
            if refusal is None or not connection.learned.learn(*refusal, fitted):
                raise


async def _send(client: AsyncOpenAI, path: str, body: dict[str, Any]) -> httpx2.Response:
    """Send once, and once more where a kept connection turns out to be dead."""
    import httpx2
    from openai import AsyncStream
    from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

    attempts = AsyncRetrying(
        retry=retry_if_exception(was_reset_before_answer), stop=stop_after_attempt(2), reraise=True
    )
    async for attempt in attempts:
        with attempt:
            response: object = await client.post(
                path, cast_to=httpx2.Response, body=body, stream=True, stream_cls=AsyncStream[object]
            )
            # The SDK hands a response through as it is where that is the type asked for.
            return cast("httpx2.Response", response)
    raise AssertionError("the last attempt either returns or raises")
