"""Every request is answered exactly once, whatever it holds, and no answer tells of the inside."""

from __future__ import annotations

import json
import re

import pytest

from tests.probe import Probe, frame

pytestmark = pytest.mark.asyncio

INLINE = "textDocument/inlineCompletion"
PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602


async def answered(probe: Probe, data: bytes) -> dict:
    """The one answer to some bytes: it comes before the answer to the request that is sent right behind them."""
    seen = len(probe.received)
    probe.send_bytes(data)
    await probe.request("workspace/executeCommand", {"command": "foretype.accepted", "arguments": []})
    answers = [message for message in probe.received[seen:-1] if "method" not in message]
    assert len(answers) == 1, answers
    return answers[0]


def check_error(answer: dict, code: int, request_id: object) -> None:
    assert answer["id"] == request_id
    assert "result" not in answer
    error = answer["error"]
    assert error["code"] == code
    assert "data" not in error
    text = json.dumps(error)
    assert "Traceback" not in text
    assert ".py" not in text
    assert "/" not in re.sub("'[^']*'", "", error["message"])  # no path; a method's name is the client's own


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b'{"jsonrpc": "2.0", "id": 5, "method": "shutdown", }',
        b"\xff\xfe\xfd",
        b'"half a str',
        b'{"jsonrpc": "2.0", "id": 1, "method": "\xe9"}',
        b"[" * 100_000,
        b'{"id": ' + b"9" * 10_000 + b"}",
    ],
)
async def test_malformed_json_is_answered_with_parse_error_and_null(session, body):
    probe = await session()
    check_error(await answered(probe, frame(body)), PARSE_ERROR, None)


@pytest.mark.parametrize(
    ("message", "request_id"),
    [
        ([], None),
        ([{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}], None),
        (7, None),
        ("text", None),
        (None, None),
        ({}, None),
        ({"jsonrpc": "2.0"}, None),
        ({"jsonrpc": "2.0", "id": 5}, 5),
        ({"jsonrpc": "2.0", "id": "five", "method": 7}, "five"),
        ({"jsonrpc": "1.0", "id": 6, "method": "shutdown"}, 6),
        ({"id": 7, "method": "shutdown"}, 7),
        ({"jsonrpc": "2.0", "id": True, "method": "shutdown"}, None),
        ({"jsonrpc": "2.0", "id": 1.5, "method": "shutdown"}, None),
        ({"jsonrpc": "2.0", "id": None, "method": "shutdown"}, None),
        ({"jsonrpc": "2.0", "id": {}, "method": "shutdown"}, None),
        ({"jsonrpc": "2.0", "id": [1], "method": "shutdown"}, None),
    ],
)
async def test_what_is_no_request_is_answered_with_invalid_request(session, message, request_id):
    probe = await session()
    check_error(await answered(probe, frame(json.dumps(message).encode())), INVALID_REQUEST, request_id)


@pytest.mark.parametrize("method", ["nobody/knows", "textDocument/hover", "$/unknown", "x" * 10_000, "\ud83d", ""])
async def test_unknown_methods_are_answered_with_method_not_found(session, method):
    probe = await session()
    request = {"jsonrpc": "2.0", "id": "u", "method": method, "params": {}}
    check_error(await answered(probe, frame(request)), METHOD_NOT_FOUND, "u")


GOOD = {"textDocument": {"uri": "file:///a.py"}, "position": {"line": 0, "character": 0}, "context": {"triggerKind": 2}}


@pytest.mark.parametrize(
    ("method", "params"),
    [
        (INLINE, None),
        (INLINE, []),
        (INLINE, "x"),
        (INLINE, 3),
        (INLINE, {}),
        (INLINE, {**GOOD, "textDocument": "file:///a.py"}),
        (INLINE, {**GOOD, "textDocument": {}}),
        (INLINE, {**GOOD, "textDocument": {"uri": None}}),
        (INLINE, {**GOOD, "textDocument": {"uri": ["file:///a.py"]}}),
        (INLINE, {**GOOD, "textDocument": {"uri": {"a": 1}}}),
        (INLINE, {**GOOD, "position": None}),
        (INLINE, {**GOOD, "position": {}}),
        (INLINE, {**GOOD, "position": {"line": "one", "character": 0}}),
        (INLINE, {**GOOD, "position": {"line": -1, "character": 0}}),
        (INLINE, {**GOOD, "position": {"line": 2**40, "character": 0}}),
        (INLINE, {**GOOD, "context": "typing"}),
        (INLINE, {**GOOD, "context": [1]}),
        (INLINE, {**GOOD, "context": {"triggerKind": 2, "selectedCompletionInfo": "x"}}),
        (INLINE, {**GOOD, "context": {"triggerKind": 2, "selectedCompletionInfo": {"text": "x"}}}),
        ("workspace/executeCommand", None),
        ("workspace/executeCommand", {}),
        ("workspace/executeCommand", {"command": 3, "arguments": 5}),
        ("workspace/executeCommand", {"command": ["a"]}),
        ("workspace/executeCommand", {"command": "rm -rf", "arguments": []}),
        ("workspace/executeCommand", {"command": "", "arguments": None}),
    ],
)
async def test_bad_parameters_are_answered_with_invalid_params(session, method, params):
    probe = await session()
    probe.open("file:///a.py", "x = 1\n")
    request = {"jsonrpc": "2.0", "id": 77, "method": method, "params": params}
    check_error(await answered(probe, frame(request)), INVALID_PARAMS, 77)


@pytest.mark.parametrize("request_id", [0, -1, 2**31 - 1, 2**53, "", "a", "0", "ü😀", "x" * 10_000])
async def test_ids_come_back_as_they_were(session, request_id):
    probe = await session()
    future = probe.begin(INLINE, GOOD, request_id)
    assert await probe.message(lambda message: message.get("id") == request_id and "result" in message)
    assert (await future)["id"] == request_id


async def test_the_same_id_twice_at_once_is_answered_twice(session):
    probe = await session()
    probe.open("file:///a.py", "x = 1\n")
    request = frame({"jsonrpc": "2.0", "id": "same", "method": INLINE, "params": GOOD})
    probe.send_bytes(request + request)
    await probe.request("workspace/executeCommand", {"command": "foretype.accepted"})
    await probe.request(INLINE, GOOD)
    assert sum(message.get("id") == "same" for message in probe.received) == 2


@pytest.mark.parametrize(
    "message",
    [
        {"jsonrpc": "2.0", "method": "nobody/knows", "params": {"a": 1}},
        {"jsonrpc": "2.0", "method": "$/cancelRequest"},
        {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": {}}},
        {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 4711}},
        {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": [1]},
        {"jsonrpc": "2.0", "method": "$/setTrace", "params": {"value": "verbose"}},
        {"jsonrpc": "2.0", "method": "$/setTrace", "params": 4},
        {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": {"uri": 3}}},
        {"jsonrpc": "2.0", "method": "textDocument/didOpen"},
        {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"contentChanges": [7]}},
        {"jsonrpc": "2.0", "method": "textDocument/didFocus", "params": {}},
        {"jsonrpc": "2.0", "method": "foretype/didChangeTrust", "params": 3},
        {"jsonrpc": "2.0", "method": "initialized", "params": {}},
        {"jsonrpc": "2.0", "id": 99, "result": None},
        {"jsonrpc": "2.0", "id": "nobody asked", "result": {"a": [1]}},
        {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "x"}},
        {"jsonrpc": "2.0", "id": {}, "result": None},
        {"jsonrpc": "2.0", "id": [], "error": {"code": 1, "message": "x"}},
        {"jsonrpc": "2.0", "id": True, "error": "no object"},
        {"jsonrpc": "2.0", "id": 5, "error": None},
        {"jsonrpc": "2.0", "id": 5, "error": {"code": "x"}},
    ],
)
async def test_bad_notifications_and_stray_answers_disturb_nobody(session, message):
    """In one write with what follows, so that an exception in between would take the rest with it."""
    probe = await session()
    follow = {"jsonrpc": "2.0", "id": "after", "method": INLINE, "params": GOOD}
    probe.send_bytes(frame(message) + frame(follow))
    answer = await probe.message(lambda received: received.get("id") == "after")
    assert answer["result"] is None
    assert [received for received in probe.received if "error" in received] == []


@pytest.mark.parametrize(
    "arguments",
    [
        [{"jsonrpc": "2.0"}],
        [{"jsonrpc": "2.0", "id": 5, "method": "exit"}],
        [{"deep": [{"jsonrpc": 3}]}],
        [[{"jsonrpc": None, "result": 1}]],
    ],
)
async def test_the_key_jsonrpc_is_harmless_in_arguments(session, arguments):
    probe = await session()
    response = await probe.request("workspace/executeCommand", {"command": "foretype.accepted", "arguments": arguments})
    assert response["result"] is False


async def test_the_key_jsonrpc_is_harmless_in_initialization_options(connect):
    probe = await connect()
    options = {"jsonrpc": "2.0", "model": {"jsonrpc": {"id": 3, "method": "exit"}}, "foretype": {"jsonrpc": 1}}
    result = await probe.initialize(options=options)
    assert result["serverInfo"]["name"] == "foretype"
    assert (await probe.request(INLINE, GOOD))["result"] is None


@pytest.mark.parametrize("value", [[], False, True, 3, {}, {"x": 1}, "id", None, ["1", "2"], [None], [{"a": 1}]])
async def test_reporting_an_unknown_acceptance_is_false(session, value):
    probe = await session()
    arguments = value if isinstance(value, list) else [value]
    response = await probe.request("workspace/executeCommand", {"command": "foretype.accepted", "arguments": arguments})
    assert response["result"] is False
