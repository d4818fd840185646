"""Documents as clients really send them, and those that get no suggestions at all."""

from __future__ import annotations

import pytest

from tests.probe import Probe
from tests.protocol.test_inline_completion import END, METHOD, PATTERN, REST, TEXT, URI, ask, params

pytestmark = pytest.mark.asyncio

OPTED_IN = {"textDocument": {"inlineCompletion": {}}, "experimental": {"foretype": {"status": True}}}


def change(probe: Probe, version: int | None, *changes: dict) -> None:
    document = {"uri": URI, "version": version}
    probe.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})


def places(*numbers: int) -> dict:
    start_line, start, end_line, end = numbers
    return {"start": {"line": start_line, "character": start}, "end": {"line": end_line, "character": end}}


async def suggests(probe: Probe) -> bool:
    """Whether the server's text is TEXT, as far as can be seen from outside.

    Asked by hand: after a deletion nothing is suggested otherwise.
    """
    response = await probe.request(METHOD, params(context={"triggerKind": 1}))
    return [item["insertText"] for item in (response["result"] or {}).get("items", [])] == [REST]


async def test_the_whole_text_may_be_replaced(session):
    probe = await session()
    probe.open(URI, "nothing\n")
    change(probe, 2, {"text": TEXT})
    assert await suggests(probe)


async def test_whole_texts_and_ranges_in_one_message_apply_in_order(session):
    probe = await session()
    probe.open(URI, "nothing\n")
    change(
        probe,
        2,
        {"text": "gone"},
        {"text": PATTERN},
        {"range": places(20, 0, 20, 0), "text": "value_99 = raed"},
        {"range": places(20, 12, 20, 15), "rangeLength": 3, "text": "ead"},
    )
    assert await suggests(probe)


async def test_a_range_given_backwards_is_turned_round(session):
    probe = await session()
    probe.open(URI, TEXT + "  # to be deleted")
    change(probe, 2, {"range": places(20, 32, 20, 15), "text": ""})
    assert await suggests(probe)


FAR = [places(20, 15, 20, 10**6), places(20, 15, 10**6, 0), places(20, 15, 2**31 - 1, 7)]
FAR += [places(20, 15, 2**31, 0), places(20, 15, 2**53 - 1, 2**53 - 1), places(20, 15, 20, 2**32)]


@pytest.mark.parametrize("end", FAR)
async def test_a_range_that_ends_outside_the_text_ends_with_it(session, end):
    probe = await session()
    probe.open(URI, TEXT + "  # to be deleted")
    change(probe, 2, {"range": end, "text": ""})
    assert await suggests(probe)


async def test_an_insertion_behind_the_end_is_appended(session):
    probe = await session()
    probe.open(URI, TEXT.removesuffix("read"))
    change(probe, 2, {"range": places(99, 5, 99, 5), "text": "read"})
    assert await suggests(probe)


async def test_opening_twice_takes_the_second_text(session):
    probe = await session()
    probe.open(URI, "nothing\n", version=5)
    probe.open(URI, TEXT, version=1)
    assert await suggests(probe)
    assert (await probe.request(METHOD, params(textDocument={"uri": URI, "version": 1})))["result"]


async def test_a_closed_or_unknown_document_is_answered_with_null(session):
    probe = await session()
    assert (await probe.request(METHOD, params()))["result"] is None
    probe.open(URI, TEXT)
    assert await suggests(probe)
    probe.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert (await probe.request(METHOD, params()))["result"] is None
    probe.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    probe.notify("textDocument/didClose", {"textDocument": {"uri": "file:///never.py"}})
    probe.open(URI, TEXT)
    assert await suggests(probe)


async def test_a_change_of_a_document_that_is_not_open_is_dropped(session):
    probe = await session()
    change(probe, 2, {"text": TEXT})
    change(probe, 3, {"range": places(0, 0, 0, 0), "text": "x"})
    assert (await probe.request(METHOD, params()))["result"] is None
    probe.open(URI, TEXT)
    assert await suggests(probe)


async def test_a_message_with_one_bad_change_changes_nothing(session):
    probe = await session()
    probe.open(URI, TEXT)
    change(probe, 2, {"text": "gone"}, {"range": "bad", "text": 5})
    change(probe, 3, {"range": {"start": {"line": 0}}, "text": "x"})
    assert await suggests(probe)


async def test_versions_may_be_missing(session):
    probe = await session()
    probe.open(URI, TEXT.removesuffix("read"))
    change(probe, None, {"range": places(20, 11, 20, 11), "text": "re"})
    changes = [{"range": places(20, 13, 20, 13), "text": "ad"}]
    probe.notify("textDocument/didChange", {"textDocument": {"uri": URI}, "contentChanges": changes})
    assert await suggests(probe)
    assert (await probe.request(METHOD, params(textDocument={"uri": URI, "version": 1})))["result"]


async def test_lone_surrogates_survive_the_way(session):
    """A client may cut a pair in two; JSON carries that, UTF-8 does not."""
    probe = await session()
    probe.open(URI, PATTERN + "# \ud83d\nvalue_99 = read")
    items = await ask(probe, position={"line": 21, "character": 15})
    assert [item["insertText"] for item in items] == [REST]


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("plaintext", TEXT, "switched off for plaintext"),
        ("markdown", TEXT, "switched off for markdown"),
        ("python", TEXT + "\n" + "x" * 2_000_001, "too large"),
        ("python", "\n" * 2_000_001, "too large"),
        ("python", "\0\1\2" + TEXT, "not text"),
    ],
)
async def test_documents_without_suggestions_have_a_status_and_stay_quick(session, language, text, reason):
    probe = await session(OPTED_IN)
    probe.open("file:///odd", text, language)
    probe.open(URI, TEXT)
    assert (await probe.request(METHOD, params(textDocument={"uri": "file:///odd"})))["result"] == {"items": []}
    status = await probe.message(
        lambda message: message.get("method") == "foretype/status" and message["params"]["kind"] == "Inactive"
    )
    assert reason in status["params"]["message"]
    probe.insert("file:///odd", 2, 0, 0, "typed on")
    assert (await probe.request(METHOD, params(textDocument={"uri": "file:///odd"})))["result"] == {"items": []}
    assert await suggests(probe)
    kinds = [message["params"]["kind"] for message in probe.received if message.get("method") == "foretype/status"]
    assert kinds[-2:] == ["Inactive", "Normal"]


async def test_the_status_is_for_those_who_asked(session):
    probe = await session()
    probe.open("file:///odd", TEXT, "plaintext")
    await probe.request(METHOD, params(textDocument={"uri": "file:///odd"}))
    assert not any(str(message.get("method", "")).startswith("foretype/") for message in probe.received)


async def test_no_message_ever_pops_up(session):
    """Bad input of every kind, and not one window/showMessage."""
    probe = await session(OPTED_IN, {"unknown": 1, "model": {"base_url": 3}})
    probe.open(URI, TEXT)
    change(probe, 2, {"range": "bad"})
    probe.send_bytes(b"Content-Length: 1\r\n\r\n{")
    await probe.request("nobody/knows", {})
    await probe.request(METHOD, {})
    assert await suggests(probe)
    assert not any(str(message.get("method", "")).startswith("window/showMessage") for message in probe.received)
    assert END["line"] == 20
