"""Opens one streamed answer and closes it again: the only place where a request to a model begins.

Whatever ends the context (the end of the answer, an early exit, an error, a cancellation), the connection
to the server is closed, so that it stops generating; only a whole answer leaves it open for the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

from foretype.errors import TimeoutExceededError
from foretype.models.answer import SLOW_REMEDY, Origin, StreamedAnswer
from foretype.models.connection import Connection
from foretype.models.deadline import until
from foretype.models.network import error_of, network_errors, place, was_reset_before_answer
from foretype.models.provider import ChatPrompt, FillPrompt, ModelRequest

if TYPE_CHECKING:
    from openai import AsyncAPIResponse, AsyncOpenAI

    Send = Callable[[AsyncOpenAI], AbstractAsyncContextManager[AsyncAPIResponse[Any]]]


@asynccontextmanager
async def open_answer(connection: Connection, request: ModelRequest, send: Send) -> AsyncIterator[StreamedAnswer]:
    """Send a request and yield its answer. Raises a `ModelError` where no answer begins."""
    client = await connection.client()
    endpoint = connection.endpoint
    started = asyncio.get_running_loop().time()
    limits = request.limits or endpoint.limits
    sent = _sent(request)
    async with AsyncExitStack() as stack:
        try:
            moment = started + min(limits.first_token, limits.total)
            response = await until(moment, _respond(stack, client, send))
        except asyncio.TimeoutError:
            raise TimeoutExceededError(
                f"{place(endpoint.base_url)} did not begin to answer within {limits.first_token:g} s.", SLOW_REMEDY
            ) from None
        except network_errors() as error:
            raise error_of(error, endpoint, sent) from None
        stops = (*request.stop, *getattr(request.prompt, "stop", ()))
        origin = Origin(started, limits, response.headers, stops, endpoint.model, sent)
        answer = StreamedAnswer(response.iter_bytes(), origin)
        yield answer
        await answer.drain()


async def _respond(stack: AsyncExitStack, client: AsyncOpenAI, send: Send) -> AsyncAPIResponse[Any]:
    """The response, once its headers are there; asks once more where a kept connection turns out to be dead."""
    from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

    attempts = AsyncRetrying(
        retry=retry_if_exception(was_reset_before_answer), stop=stop_after_attempt(2), reraise=True
    )
    async for attempt in attempts:
        with attempt:
            return await stack.enter_async_context(send(client))
    raise AssertionError("the last attempt either returns or raises")


def sendable(text: str) -> str:
    """The text as UTF-8 can carry it: half surrogates, which damaged files may hold, become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _sent(request: ModelRequest) -> str:
    """The text of a prompt, which no error message may quote."""
    prompt = request.prompt
    if isinstance(prompt, ChatPrompt):
        return "\n".join(message.content for message in prompt.messages)
    if isinstance(prompt, FillPrompt):
        return prompt.prefix + "\n" + prompt.suffix
    return prompt.text
