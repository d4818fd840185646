"""Every way in which servers stream an answer, or fail to, through the real SDK against the stub."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from foretype import errors
from foretype.models.provider import ChatPrompt, Message, ModelRequest, TextPrompt, Usage
from tests.stub import Reply, StubServer, replies
from tests.stub.replies import DONE, SSE, End, Shape, chat, completions, cut, event
from tests.unit.models.asking import CHAT, TEXT, ask_stub

pytestmark = pytest.mark.asyncio

PIECES = ["def ", "f():", "\n    pass"]
USAGE = Usage(12, 3, 8)


def stream(*steps: bytes) -> Reply:
    return Reply(headers=SSE, steps=steps)


def piece(text: object, **more: object) -> bytes:
    return event({"choices": [{"index": 0, "delta": {"content": text}, **more}]})


ALL = "".join(PIECES)
OTHER = event({"choices": [{"index": 1, "delta": {"content": "no"}}]})
FINISH = event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})

WHOLE = {
    "role with empty content": (chat(PIECES, Shape(role="empty")), USAGE),
    "role with null content": (chat(PIECES, Shape(role="null")), USAGE),
    "role without content": (chat(PIECES, Shape(role="absent")), USAGE),
    "role with the first content": (chat(PIECES, Shape(role="merged")), USAGE),
    "no role": (chat(PIECES, Shape(role="none")), USAGE),
    "usage with an empty delta": (chat(PIECES, Shape(usage="delta")), USAGE),
    "usage with the finish reason": (chat(PIECES, Shape(usage="finish")), USAGE),
    "no usage": (chat(PIECES, Shape(usage="none")), None),
    "no end mark": (chat(PIECES, Shape(done=False)), USAGE),
    "end mark but no finish reason": (chat(PIECES, Shape(finish=None)), USAGE),
    "completions": (completions(PIECES), USAGE),
    "completions without text key at the end": (
        stream(event({"choices": [{"text": ALL}]}), event({"choices": [{"finish_reason": "stop"}]}), DONE),
        None,
    ),
    "first chunk without choices": (stream(event({"choices": [], "id": ""}), piece(ALL), FINISH), None),
    "choice without delta": (
        stream(piece(ALL), event({"choices": [{"content_filter_offsets": {}}]}), FINISH, DONE),
        None,
    ),
    "content in parts": (stream(piece([{"type": "text", "text": ALL}]), FINISH), None),
    "empty deltas between": (stream(piece("def f():"), piece(""), piece(None), piece("\n    pass"), FINISH), None),
    "other choices": (stream(OTHER, *chat(PIECES).steps), USAGE),
    "text after the end mark": (stream(piece(ALL), FINISH, DONE, piece("no")), None),
    "comments": (stream(b": OPENROUTER PROCESSING\n\n", piece(ALL), b": keep-alive\n\n", FINISH, DONE), None),
    "CRLF": (stream(piece(ALL).replace(b"\n\n", b"\r\n\r\n"), FINISH.replace(b"\n\n", b"\r\n\r\n")), None),
    "a ping event": (stream(b"event: ping\ndata: ping\n\n", piece(ALL), FINISH), None),
    "stream not kept to": (
        replies.whole(200, json.dumps({"choices": [{"message": {"content": ALL}, "finish_reason": "stop"}]})),
        None,
    ),
    "cut after the finish reason": (cut(chat(PIECES), 5, "reset"), None),
}  # fmt: skip


@pytest.mark.parametrize("shape", WHOLE)
async def test_whole_answers(shape: str) -> None:
    reply, usage = WHOLE[shape]
    async with StubServer(reply) as stub:
        outcome = await ask_stub(stub)
    assert outcome.error is None
    assert outcome.text == ALL
    assert (outcome.report.finish_reason, outcome.report.usage) == ("stop", usage)
    assert outcome.report.first_token_ms is not None


SERVER_DIED = {"error": {"message": "exploded", "type": None, "code": "503"}}
BROKEN = {
    "cut": (cut(chat(PIECES), 3), errors.StreamBrokenError, "def f():"),
    "reset": (cut(chat(PIECES), 3, "reset"), errors.StreamBrokenError, "def f():"),
    "end without finish reason": (chat(PIECES, Shape(finish=None, done=False)), errors.StreamBrokenError, ALL),
    "not JSON": (stream(piece("def "), b"data: {oops\n\n", piece("x"), FINISH), errors.StreamBrokenError, "def "),
    "nested too deep": (stream(piece("def "), b"data: " + b"[" * 100_000 + b"\n\n"), errors.StreamBrokenError, "def "),
    "not an object": (stream(piece("def "), b"data: 17\n\n", FINISH), errors.StreamBrokenError, "def "),
    "empty 200": (Reply(headers=SSE), errors.StreamBrokenError, ""),
    "error inside a 200": (stream(piece("def "), event(SERVER_DIED)), errors.ServerError, "def "),
    "error with a finish reason": (stream(piece("d"), piece("", finish_reason="error")), errors.ServerError, "d"),
    "error event": (stream(b"event: error\ndata: overloaded\n\n"), errors.ServerError, ""),
    "bare JSON error in the stream": (
        Reply(headers=SSE, steps=[piece("def "), json.dumps(SERVER_DIED).encode()]), errors.ServerError, "def "
    ),
    "limit inside a 200": (stream(event({"error": {"code": 429}})), errors.RateLimitedError, ""),
    "context overflow inside a 200": (
        stream(event({"error": "The number of tokens exceeds the context length"})), errors.ContextOverflowError, ""
    ),
    "page": (replies.page(), errors.MisconfiguredError, ""),
    "text": (replies.whole(200, "hello", {"Content-Type": "text/plain"}), errors.ServerError, ""),
}  # fmt: skip


@pytest.mark.parametrize("shape", BROKEN)
async def test_broken_answers_keep_what_came(shape: str) -> None:
    reply, kind, partial = BROKEN[shape]
    async with StubServer(reply) as stub:
        outcome = await ask_stub(stub)
    assert type(outcome.error) is kind
    assert outcome.text == partial
    if isinstance(outcome.error, errors.StreamBrokenError):
        assert outcome.error.partial == partial
    assert "secret" not in str(outcome.error)


async def test_thinking_is_not_text() -> None:
    thinking = event({"choices": [{"delta": {"reasoning_content": "hm"}}]})
    async with StubServer(stream(thinking, piece("x"), FINISH, DONE)) as stub:
        assert (await ask_stub(stub)).text == "x"


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["a\ud83d", "\ude00b"], "a\U0001f600b"),
        (["a\ud83d", "", "\ude00b"], "a\U0001f600b"),
        (["\ud83d", "a\ude00b"], "ab"),
        (["a", "\ud83d"], "a"),
    ],
)
async def test_no_half_of_a_character_comes_out(pieces: list[str], text: str) -> None:
    async with StubServer(stream(*map(piece, pieces), FINISH, DONE)) as stub:
        assert (await ask_stub(stub)).text == text


async def test_length_is_told() -> None:
    async with StubServer(chat(PIECES, Shape(finish="length"))) as stub:
        assert (await ask_stub(stub)).report.finish_reason == "length"


@pytest.mark.parametrize("held", ["a <fi", "a <fim_prefix"])
async def test_text_held_back_for_a_stop_comes_at_the_end(held: str) -> None:
    request = replace(CHAT, stop=("<fim_prefix>",))
    async with StubServer(chat(list(held))) as stub:
        assert (await ask_stub(stub, request)).text == held
    async with StubServer(cut(chat(list(held)), 1 + len(held))) as stub:
        outcome = await ask_stub(stub, request)
    assert outcome.text == held
    assert isinstance(outcome.error, errors.StreamBrokenError)
    assert outcome.error.partial == held


async def test_a_stop_ends_the_answer_and_closes_the_stream() -> None:
    request = replace(TEXT, prompt=TextPrompt("p", stop=("<|file_sep|>",)), stop=("\n\n",))
    reply = completions(["a = 1\n", "<|file", "_sep|>other", "x"]).slowly(0.02)
    async with StubServer(replace(reply, steps=[*reply.steps, replies.Pause(60)])) as stub:
        outcome = await ask_stub(stub, request)
        assert (outcome.text, outcome.report.finish_reason) == ("a = 1\n", "stop")
        assert stub.asked[0].left.is_set() or await stub.asked[0].left.wait()
        assert stub.asked[0].body["stop"] == ["\n\n", "<|file_sep|>"]


async def test_what_is_sent() -> None:
    async with StubServer(chat(["x"]), completions(["x"])) as stub:
        prompt = ChatPrompt((Message("system", "s"), Message("user", "u")))
        await ask_stub(stub, ModelRequest(prompt, 5, 0.2), headers={"X-Team": "a"})
        await ask_stub(stub, ModelRequest(TextPrompt("p"), 7), key=None)
    first, second = stub.asked
    assert (first.path, second.path) == ("/v1/chat/completions", "/v1/completions")
    assert first.body == {
        "model": "m",
        "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}],
        "max_tokens": 5,
        "temperature": 0.2,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert second.body["prompt"] == "p"
    assert first.headers["authorization"] == "Bearer sk-secret"
    assert first.headers["x-team"] == "a"
    assert "authorization" not in second.headers


async def test_rate_limit_headers_are_reported() -> None:
    headers = {**SSE, "X-RateLimit-Remaining-Requests": "3", "X-Request-Id": "r", "Set-Cookie": "no"}
    async with StubServer(replace(chat(["x"]), headers=headers)) as stub:
        report = (await ask_stub(stub)).report
    assert report.headers == {"x-ratelimit-remaining-requests": "3", "x-request-id": "r"}


async def test_hang_up_before_an_answer_is_asked_once_more() -> None:
    hang_up = Reply(raw=True, steps=[End("reset")])
    async with StubServer(hang_up, chat(["x"])) as stub:
        assert (await ask_stub(stub)).text == "x"
        assert len(stub.asked) == 2
    async with StubServer(hang_up) as stub:
        assert isinstance((await ask_stub(stub)).error, errors.UnreachableError)
        assert len(stub.asked) == 2
    async with StubServer(cut(chat(PIECES), 2, "reset")) as stub:
        await ask_stub(stub)
        assert len(stub.asked) == 1, "after the first byte nothing is asked again"
