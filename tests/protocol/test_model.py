"""Ghost text from a model's server, a scripted stub here: what is asked, when it stops, and what is then answered."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.probe import Probe, frame
from tests.protocol.test_inline_completion import END, METHOD, PATTERN, REST, TEXT, URI, params
from tests.stub import StubServer, replies

pytestmark = pytest.mark.asyncio

CANCELLED = -32800
OPTED_IN = {"textDocument": {"inlineCompletion": {}}, "experimental": {"foretype": {"status": True}}}
BY_HAND = {"triggerKind": 1}
"""Asked by hand, so that the model is asked without the pause of typing."""


def statuses(probe: Probe) -> list[dict]:
    return [message["params"] for message in probe.received if message.get("method") == "foretype/status"]


async def connected(session, stub: StubServer, capabilities: dict | None = None, **options: object) -> Probe:
    """A session that is connected to the stub, with TEXT open."""
    model = {"base_url": stub.url, "name": "stub"}
    probe = await session(OPTED_IN if capabilities is None else capabilities, {"model": model, **options})

    def settled(_: dict) -> bool:
        seen = statuses(probe)
        return any(status["busy"] for status in seen) and not seen[-1]["busy"]

    await probe.message(settled)
    probe.open(URI, TEXT)
    return probe


def began(*pieces: str) -> replies.Reply:
    """A chat's answer that stops after some pieces and never ends."""
    whole = replies.chat(pieces)
    sent = len(pieces) + 1  # the role comes first
    return replies.Reply(headers=whole.headers, steps=[*list(whole.steps)[:sent], replies.Pause(600)])


async def left(request, timeout: float = 10.0) -> None:
    """The stub has seen the connection closed; it would never have ended its answer by itself."""
    await asyncio.wait_for(request.left.wait(), timeout)
    assert request.finished_at is None


def items(response: dict) -> list[str]:
    return [item["insertText"] for item in response["result"]["items"]]


async def test_the_models_text_is_suggested_and_typed_through_without_asking_again(session):
    async with StubServer(replies.chat(['_setting("from', ' the model")'])) as stub:
        probe = await connected(session, stub, completion={"prefetch": "never"})
        assert items(await probe.request(METHOD, params())) == ['_setting("from the model")']
        probe.insert(URI, 2, 20, 15, "_set")
        after = params(position={"line": 20, "character": 19})
        assert items(await probe.request(METHOD, after)) == ['ting("from the model")']
        assert len(stub.asked) == 1
        assert stub.asked[0].body["stream"] is True


async def test_what_follows_acceptance_is_there_before_it(session):
    """Once the beginning is typed through, the model is asked ahead, for the text as it will be then."""

    def answer(request):
        ahead = "from the model" in json.dumps(request.body)
        return replies.chat(["\n    return ", "ahead"] if ahead else ['_setting("from the model")'])

    async with StubServer(answer) as stub:
        probe = await connected(session, stub)
        await probe.request(METHOD, params())
        probe.insert(URI, 2, 20, 15, "_set")
        await probe.request(METHOD, params(position={"line": 20, "character": 19}))
        await asyncio.wait_for(stub.request(1), 10)
        probe.insert(URI, 3, 20, 19, 'ting("from the model")')
        accepted = params(position={"line": 20, "character": 41})
        assert items(await probe.request(METHOD, accepted)) == ["\n    return ahead"]
        assert len(stub.asked) == 2


async def test_a_cancel_is_answered_once_and_closes_the_stream(session):
    async with StubServer(began("_se")) as stub:
        probe = await connected(session, stub)
        future = probe.begin(METHOD, params(context=BY_HAND), "c")
        request = await stub.request()
        assert request.closed_at is None
        probe.notify("$/cancelRequest", {"id": "c"})
        probe.notify("$/cancelRequest", {"id": "c"})
        assert (await future)["error"]["code"] == CANCELLED
        await left(request)
        assert (await probe.request("workspace/executeCommand", {"command": "foretype.accepted"}))["result"] is False
        assert sum(message.get("id") == "c" for message in probe.received) == 1


async def test_a_cancel_before_the_models_first_byte_closes_the_connection(session):
    async with StubServer(replies.hang()) as stub:
        probe = await connected(session, stub)
        future = probe.begin(METHOD, params(context=BY_HAND), "c")
        request = await stub.request()
        probe.notify("$/cancelRequest", {"id": "c"})
        assert (await future)["error"]["code"] == CANCELLED
        await left(request)


async def test_the_next_key_joins_the_cancelled_stream_when_it_was_predicted(session):
    role, first, rest = began("_set", 'ting("joined")\n').steps[:3]
    slow = replies.Reply(headers=replies.SSE, steps=[role, first, replies.Pause(0.6), rest, replies.Pause(600)])
    async with StubServer(slow) as stub:
        probe = await connected(session, stub, completion={"multiline": "never"})
        future = probe.begin(METHOD, params(context=BY_HAND), "c")
        await stub.request()
        next_key = frame({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "c"}})
        insert = {
            "textDocument": {"uri": URI, "version": 2},
            "contentChanges": [{"range": {"start": END, "end": END}, "text": "_"}],
        }
        next_key += frame({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": insert})
        after = params(position={"line": 20, "character": 16})
        next_key += frame({"jsonrpc": "2.0", "id": "d", "method": METHOD, "params": after})
        probe.send_bytes(next_key)
        answer = await probe.message(lambda message: message.get("id") == "d")
        assert items(answer) == ['setting("joined")']
        first = await future
        assert first.get("error", {}).get("code") == CANCELLED or first.get("result")
        assert len(stub.asked) == 1  # twice the grace has passed since the cancel, so the newcomer kept it open


async def test_an_edit_during_the_pause_of_typing_saves_the_question(session):
    """As a client does that neither cancels nor asks again; the second document shows that time has passed."""
    async with StubServer(replies.chat(["_setting(late)"])) as stub:
        probe = await connected(session, stub)
        future = probe.begin(METHOD, params())
        probe.insert(URI, 2, 0, 0, "import os\n")
        assert (await future)["result"] is None
        probe.open("file:///b.py", TEXT)
        other = await probe.request(METHOD, params(textDocument={"uri": "file:///b.py"}))
        assert items(other) == ["_setting(late)"]
        assert len(stub.asked) == 1


@pytest.mark.parametrize("text", ["_xyz", "\n", "  # something else"])
async def test_an_edit_that_was_not_predicted_closes_the_stream_and_answers_null(session, text):
    async with StubServer(began('_setting("')) as stub:
        probe = await connected(session, stub)
        future = probe.begin(METHOD, params(context=BY_HAND))
        request = await stub.request()
        await asyncio.sleep(0.2)  # let the first piece arrive; without it every edit may still be the predicted one
        probe.insert(URI, 2, 20, 15, text)
        assert (await future)["result"] is None
        await left(request)


async def test_an_edit_elsewhere_closes_the_stream(session):
    async with StubServer(replies.hang()) as stub:
        probe = await connected(session, stub)
        future = probe.begin(METHOD, params(context=BY_HAND))
        request = await stub.request()
        probe.insert(URI, 2, 0, 0, "import os\n")
        assert (await future)["result"] is None
        await left(request)


async def test_closing_the_document_closes_the_stream(session):
    async with StubServer(replies.hang()) as stub:
        probe = await connected(session, stub)
        future = probe.begin(METHOD, params(context=BY_HAND))
        request = await stub.request()
        probe.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        assert (await future)["result"] is None
        await left(request)


async def test_the_end_of_the_session_closes_the_stream(session):
    async with StubServer(replies.hang()) as stub:
        probe = await connected(session, stub)
        future = probe.begin(METHOD, params(context=BY_HAND))
        request = await stub.request()
        await probe.request("shutdown")
        assert (await future)["error"]["code"] == CANCELLED
        await left(request)


async def test_a_vanished_client_closes_the_stream(session):
    async with StubServer(replies.hang()) as stub:
        probe = await connected(session, stub)
        probe.begin(METHOD, params(context=BY_HAND))
        request = await stub.request()
        probe.writer.transport.abort()
        await left(request)


async def test_a_newer_request_makes_the_older_one_null(session):
    async with StubServer(replies.hang(), replies.chat(["_setting(2)"])) as stub:
        probe = await connected(session, stub)
        probe.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": URI, "version": 2}, "contentChanges": [{"text": f"\n{TEXT}"}]},
        )
        older = probe.begin(METHOD, params(position={"line": 0, "character": 0}, context=BY_HAND))
        request = await stub.request()
        newer = probe.begin(METHOD, params(position={"line": 21, "character": 15}, context=BY_HAND))
        assert (await older)["result"] is None
        assert items(await newer) == ["_setting(2)"]
        await left(request)


async def test_requests_in_two_documents_do_not_supersede_each_other(session):
    async with StubServer(replies.chat(["_setting(1)"]).slowly(0.02)) as stub:
        probe = await connected(session, stub)
        probe.open("file:///b.py", TEXT)
        one = probe.begin(METHOD, params())
        other = probe.begin(METHOD, params(textDocument={"uri": "file:///b.py"}))
        assert items(await one) == items(await other) == ["_setting(1)"]


async def test_a_fragment_of_a_closed_stream_is_not_taken_for_the_whole(session):
    async with StubServer(began("_set"), replies.chat(["_setting(whole)"])) as stub:
        probe = await connected(session, stub, completion={"alternatives": 1})
        future = probe.begin(METHOD, params(context=BY_HAND), "c")
        request = await stub.request()
        await asyncio.sleep(0.2)  # the fragment arrives
        probe.notify("$/cancelRequest", {"id": "c"})
        await future
        await left(request)
        assert items(await probe.request(METHOD, params(context=BY_HAND))) == ["_setting(whole)"]
        assert len(stub.asked) == 2


@pytest.mark.parametrize(
    ("reply", "kind", "asked"),
    [
        (replies.error(401, "Incorrect API key provided: sk-secret"), "Error", 1),
        (replies.error(500, "boom"), "Warning", 2),
        (replies.rate_limited("30"), "Warning", 1),
        (replies.page(), "Error", 1),
        (replies.cut(replies.chat(["_set", "ting("]), 2), "Warning", 1),
    ],
)
async def test_when_the_model_fails_the_embedded_engine_answers_and_the_status_says_why(session, reply, kind, asked):
    async with StubServer(reply) as stub:
        probe = await connected(session, stub)
        assert items(await probe.request(METHOD, params())) == [REST]
        await probe.message(lambda _: statuses(probe)[-1]["kind"] == kind)
        assert statuses(probe)[-1]["message"]
        said = json.dumps([message for message in probe.received if "method" in message])
        assert "window/showMessage" not in said
        assert "sk-secret" not in said
        assert "value_99" not in said
        again = params(position={"line": 20, "character": 15})
        assert items(await probe.request(METHOD, again)) == [REST]
        await stub.request(asked - 1)
        assert len(stub.asked) == asked  # it is left alone for a while


async def test_secrets_and_silent_documents_never_reach_the_model(session):
    async with StubServer(replies.chat(["leaked"])) as stub:
        probe = await connected(session, stub, exclude=["private/"], enable={"ruby": False})
        documents = {
            "file:///w/.env": "shellscript",
            "file:///w/id_rsa": "python",
            "file:///w/a.rb": "ruby",
            "file:///w/big.py": "python",
        }
        for uri, language in documents.items():
            probe.open(uri, "x" * 2_000_001 if "big" in uri else PATTERN + "value_99 = read", language)
            response = await probe.request(METHOD, params(textDocument={"uri": uri}, context=BY_HAND))
            assert "leaked" not in json.dumps(response)
        assert stub.asked == []


# The popup


POPUP = {
    "textDocument": {"completion": {"completionItem": {"labelDetailsSupport": True}}},
    "experimental": {"foretype": {"status": True}},
}
COMPLETION = "textDocument/completion"


def at(line: int, character: int) -> dict:
    return {"textDocument": {"uri": URI}, "position": {"line": line, "character": character}}


async def test_the_popup_has_one_marked_item_that_the_editors_filter_lets_through(session):
    probe = await session(POPUP)
    probe.open(URI, TEXT)
    result = (await probe.request(COMPLETION, at(20, 15)))["result"]
    assert result["isIncomplete"] is True
    (item,) = result["items"]
    assert item["label"].endswith("✦")
    assert item["labelDetails"]["description"] == "foretype"
    assert "this file" in item["detail"]
    assert item["textEdit"]["newText"] == item["filterText"] == "read" + REST
    start, end = {"line": 20, "character": 11}, {"line": 20, "character": 15}
    assert item["textEdit"]["range"] == {"start": start, "end": end}
    command = {"command": item["command"]["command"], "arguments": item["command"]["arguments"]}
    assert (await probe.request("workspace/executeCommand", command))["result"] is True


async def test_the_popup_without_anything_to_say_is_empty(session):
    probe = await session(POPUP)
    probe.open(URI, "x = 1\n")
    assert (await probe.request(COMPLETION, at(1, 0)))["result"]["items"] == []
    assert (await probe.request(COMPLETION, at(0, 1)))["result"]["items"] == []
    closed = {"textDocument": {"uri": "file:///none.py"}, "position": {"line": 0, "character": 0}}
    assert (await probe.request(COMPLETION, closed))["result"] is None


async def test_the_popup_never_waits_for_the_model(session):
    """The model never answers; the popup has what the embedded engine knows."""
    async with StubServer(replies.hang()) as stub:
        probe = await connected(session, stub, POPUP)
        result = (await probe.request(COMPLETION, at(20, 15)))["result"]
        assert [item["textEdit"]["newText"] for item in result["items"]] == ["read" + REST]
        assert result["isIncomplete"] is True
        request = await stub.request()
        probe.insert(URI, 2, 0, 0, "x")
        await left(request)


async def test_the_popup_shows_the_models_text_once_it_is_there(session):
    async with StubServer(replies.chat(["_setting(model)"]).slowly(0.1)) as stub:
        probe = await connected(session, stub, POPUP)
        await probe.request(COMPLETION, at(20, 15))
        for _ in range(100):
            result = (await probe.request(COMPLETION, at(20, 15)))["result"]
            if result["items"][0]["textEdit"]["newText"] == "read_setting(model)":
                break
            await asyncio.sleep(0.05)
        else:
            raise AssertionError(result)
        assert len(stub.asked) == 1
        assert "stub" in result["items"][0]["detail"]


async def test_a_cancelled_popup_request_is_answered_once(session):
    async with StubServer(replies.hang()) as stub:
        probe = await connected(session, stub, POPUP)
        data = frame({"jsonrpc": "2.0", "id": "p", "method": COMPLETION, "params": at(20, 15)})
        probe.send_bytes(data + frame({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "p"}}))
        answer = await probe.message(lambda message: message.get("id") == "p")
        assert answer["error"]["code"] == CANCELLED


async def test_popup_and_ghost_text_at_once_do_not_supersede_each_other(session):
    async with StubServer(replies.chat(["_setting(both)"]).slowly(0.05)) as stub:
        both = {**POPUP, "textDocument": {"inlineCompletion": {}, "completion": {}}}
        probe = await connected(session, stub, both, completion={"popup": "always"})
        ghost = probe.begin(METHOD, params())
        popup = probe.begin(COMPLETION, at(20, 15))
        assert items(await ghost) == ["_setting(both)"]
        assert len((await popup)["result"]["items"]) == 1
        assert len(stub.asked) == 1


async def test_what_is_asked_ahead_shows_below_a_complete_line_across_blank_lines(session):
    def answer(request):
        ahead = "from the model" in json.dumps(request.body)
        return replies.chat(
            ["\n\n\ndef ", "ahead():\n    return 1\n\n\nx"] if ahead else ['_setting("from the model")']
        )

    async with StubServer(answer) as stub:
        probe = await connected(session, stub)
        await probe.request(METHOD, params())
        probe.insert(URI, 2, 20, 15, "_set")
        await probe.request(METHOD, params(position={"line": 20, "character": 19}))
        await asyncio.wait_for(stub.request(1), 10)
        probe.insert(URI, 3, 20, 19, 'ting("from the model")')
        behind = params(position={"line": 20, "character": 41})
        assert items(await probe.request(METHOD, behind)) == ["\n\n\ndef ahead():\n    return 1"]
        probe.insert(URI, 4, 20, 41, "\n")
        below = params(position={"line": 21, "character": 0})
        assert items(await probe.request(METHOD, below)) == ["\n\ndef ahead():\n    return 1"]


async def test_a_typing_error_that_is_taken_back_finds_the_text_again(session):
    async with StubServer(replies.chat(['_setting("from', ' the model")'])) as stub:
        probe = await connected(session, stub, completion={"prefetch": "never"})
        await probe.request(METHOD, params())
        probe.insert(URI, 2, 20, 15, "_sex")
        wrong = {"start": {"line": 20, "character": 18}, "end": {"line": 20, "character": 19}}
        changed = {"textDocument": {"uri": URI, "version": 3}, "contentChanges": [{"range": wrong, "text": ""}]}
        probe.notify("textDocument/didChange", changed)
        after = params(position={"line": 20, "character": 18})
        assert items(await probe.request(METHOD, after)) == ['tting("from the model")']
        assert len(stub.asked) == 1


@pytest.mark.parametrize(("client", "ends"), [({"name": "Neovim", "version": "0.12.4"}, "\n"), (None, "\r\n")])
async def test_line_ends_are_the_documents_but_for_who_writes_them_itself(session, client, ends):
    """Neovim keeps line ends out of its text and splits what it inserts at LF; a CR would stand in the line."""
    async with StubServer(replies.chat(["_setting(model)\n", "value = 1\n", "other = 2"])) as stub:
        more = {"clientInfo": client} if client else {}
        model = {"base_url": stub.url, "name": "stub", "mode": "chat"}
        probe = await session(OPTED_IN, {"model": model, "completion": {"multiline": "always"}}, **more)
        await probe.message(lambda _: any(status["busy"] for status in statuses(probe)))
        await probe.message(lambda _: not statuses(probe)[-1]["busy"])
        probe.open(URI, TEXT.replace("\n", "\r\n"))
        (text, *_) = items(await probe.request(METHOD, params(context=BY_HAND)))
        assert text.count(ends) == text.count("\n") > 0
        assert ("\r" in text) == (ends == "\r\n")
