"""`textDocument/inlineCompletion` from the first parameter to the text in the buffer, with the embedded engine."""

from __future__ import annotations

import pytest

from tests.probe import Probe, frame
from tests.protocol.editing import accept, place_of

pytestmark = pytest.mark.asyncio

METHOD = "textDocument/inlineCompletion"
CONTENT_MODIFIED, CANCELLED = -32801, -32800
ENCODINGS = ["utf-8", "utf-16", "utf-32"]
URI = "file:///a.py"
PATTERN = "".join(f'value_{n} = read_setting("value_{n}", default=None)\n' for n in range(20))
TEXT = PATTERN + "value_99 = read"
END = {"line": 20, "character": 15}
REST = '_setting("value_99", default=None)'


def params(**more: object) -> dict:
    return {"textDocument": {"uri": URI}, "position": END, "context": {"triggerKind": 2}, **more}


async def ask(probe: Probe, **more: object) -> list[dict]:
    response = await probe.request(METHOD, params(**more))
    return response["result"]["items"]


async def test_the_standards_fields_suffice(session):
    probe = await session()
    probe.open(URI, TEXT)
    (item,) = await ask(probe)
    assert item["insertText"] == REST
    assert item["range"] == {"start": END, "end": END}
    assert set(item) <= {"insertText", "range", "command", "filterText"}
    command = item["command"]
    assert command["command"] == "foretype.accepted"
    assert command["title"]
    assert len(command["arguments"]) == 1


@pytest.mark.parametrize(
    "context",
    [
        {"triggerKind": 1},
        {"triggerKind": 2},
        {"triggerKind": 3},
        {"triggerKind": "typing"},
        {},
        None,
        {"triggerKind": 2, "selectedCompletionInfo": None},
    ],
)
async def test_any_context_is_taken(session, context):
    probe = await session()
    probe.open(URI, TEXT)
    items = await ask(probe, context=context)
    assert items[0]["insertText"] == REST


async def test_a_missing_context_is_taken_for_typing(session):
    probe = await session()
    probe.open(URI, TEXT)
    request = params()
    del request["context"]
    response = await probe.request(METHOD, request)
    assert [item["insertText"] for item in response["result"]["items"]] == [REST]


async def test_asked_by_hand_there_may_be_more_than_one(session):
    probe = await session()
    probe.open(
        URI, "".join(f"self.paint(colour={name}, width=2)\n" for name in ["red", "green", "blue"] * 6) + "self.paint("
    )
    place = {"line": 18, "character": 11}
    typed = await ask(probe, position=place)
    by_hand = await ask(probe, position=place, context={"triggerKind": 1})
    assert len(typed) == 1
    assert 1 < len(by_hand) <= 3
    assert len({item["insertText"] for item in by_hand}) == len(by_hand)
    assert len({item["command"]["arguments"][0] for item in typed + by_hand}) == len(typed + by_hand)


@pytest.mark.parametrize(
    "options",
    [
        {"tabSize": 4, "insertSpaces": True},
        {"tabSize": "8", "insertSpaces": "false"},
        {"tabSize": None, "insertSpaces": None},
        {"tabSize": [4]},
        {"tabSize": -1},
        {"tabSize": 10**30},
        {"tabSize": 1e400},
        {},
        [],
        "tabs",
        7,
        None,
    ],
)
async def test_formatting_options_of_any_type_are_tolerated(session, options):
    probe = await session()
    probe.open(URI, TEXT)
    assert len(await ask(probe, formattingOptions=options, data={"x": [1]})) == 1


@pytest.mark.parametrize(
    ("version", "refused"),
    [(3, False), (2, True), (4, True), (0, True), (-7, True), (None, False), ("3", False), (True, False), ({}, False)],
)
async def test_another_version_is_refused(session, version, refused):
    probe = await session()
    probe.open(URI, TEXT, version=2)
    probe.notify("textDocument/didChange", {"textDocument": {"uri": URI, "version": 3}, "contentChanges": []})
    response = await probe.request(METHOD, params(textDocument={"uri": URI, "version": version}))
    if refused:
        assert response["error"]["code"] == CONTENT_MODIFIED
    else:
        assert len(response["result"]["items"]) == 1


@pytest.mark.parametrize(
    "position",
    [
        {"line": 20, "character": 10**6},
        {"line": 10**6, "character": 0},
        {"line": 2**31 - 1, "character": 2**31 - 1},
    ],
)
async def test_a_position_outside_the_text_is_the_nearest_inside(session, position):
    probe = await session()
    probe.open(URI, TEXT)
    (item,) = await ask(probe, position=position)
    assert item["range"] == {"start": END, "end": END}


async def test_documents_without_a_file_are_served(session):
    probe = await session()
    for uri in ("untitled:Untitled-1", "vscode-notebook-cell:/a.ipynb#W0", "git:/a.py?x#y", "", "nonsense \0 é"):
        probe.open(uri, TEXT)
        assert [item["insertText"] for item in await ask(probe, textDocument={"uri": uri})] == [REST]


CURSORS = [
    # a line without its number and the rest that is to be suggested, what stands behind the cursor, and a line end
    ("value_{0} = read│", "", "\n"),
    ("s_{0} = '😀😀漢字 é'; value_{0} = read│", "", "\n"),
    ("s_{0} = '😀😀漢字 é'; value_{0} = read_setting(│", ")", "\n"),
    ("s_{0} = '😀😀漢字 é'; value_{0} = read_setting(│", ")  ", "\r\n"),
    ("u_{0} = '\u2028\f\x85'; value_{0} = read│", "", "\r"),
    ("e\u0301_{0} = '👩‍👩‍👧'; value_{0} = read│", "", "\r\n"),
]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("head", "behind", "end"), CURSORS)
async def test_an_accepted_item_gives_the_same_buffer_in_every_encoding(session, encoding, head, behind, end):
    capabilities = {"textDocument": {"inlineCompletion": {}}, "general": {"positionEncodings": [encoding]}}
    probe = await session(capabilities)
    before, _, whole = (head.format(99) + "_setting('value_99', default=None)").partition("│")
    whole = whole.replace("_setting(", "", 1) if before.endswith("(") else whole
    above = "".join(f"{head.format(n).replace('│', whole.replace('99', str(n)))}{end}" for n in range(20))
    text, place = place_of(f"{above}{before}│{behind}{end}next = 1{end}", encoding)
    probe.open(URI, text)
    (item,) = await ask(probe, position=place)
    left = behind.removeprefix(")")  # the bracket that the editor closed must not be there twice
    assert accept(text, item, encoding) == f"{above}{before}{whole}{left}{end}next = 1{end}"


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_typing_wide_characters_keeps_both_sides_equal(session, encoding):
    """The server's text is compared through the one window it has: what it suggests at the end."""
    capabilities = {"textDocument": {"inlineCompletion": {}}, "general": {"positionEncodings": [encoding]}}
    probe = await session(capabilities)
    text, version = PATTERN, 1
    probe.open(URI, text)
    for piece in ["# 😀", "漢", "é\r\n", "# \u2028\f", "😀\r", "\n", "value_99 = read"]:
        _, place = place_of(text + "│", encoding)
        version += 1
        probe.insert(URI, version, place["line"], place["character"], piece)
        text += piece
    _, place = place_of(text + "│", encoding)
    (item,) = await ask(probe, position=place)
    assert accept(text, item, encoding) == text + REST


async def test_acceptance_is_reported_once(session):
    probe = await session()
    probe.open(URI, TEXT)
    (item,) = await ask(probe)
    command = {"command": item["command"]["command"], "arguments": item["command"]["arguments"]}
    assert (await probe.request("workspace/executeCommand", command))["result"] is True
    assert (await probe.request("workspace/executeCommand", command))["result"] is False


def selected(text: str, start: int, end: int, line: int = 20) -> dict:
    places = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
    return {"triggerKind": 2, "selectedCompletionInfo": {"range": places, "text": text}}


async def test_a_selected_popup_item_is_extended_within_its_own_range(session):
    probe = await session()
    probe.open(URI, PATTERN + "value_99 = re")
    place = {"line": 20, "character": 13}
    (item,) = await ask(probe, position=place, context=selected("read_setting", 11, 13))
    assert item["insertText"] == 'read_setting("value_99", default=None)'
    assert item["range"] == {"start": {"line": 20, "character": 11}, "end": place}


async def test_a_selected_item_that_replaces_behind_the_cursor_keeps_its_range(session):
    probe = await session()
    probe.open(URI, PATTERN + "value_99 = reset")
    items = await ask(probe, position={"line": 20, "character": 13}, context=selected("read_setting", 11, 16))
    assert [item["insertText"] for item in items] == ['read_setting("value_99", default=None)']
    assert items[0]["range"] == {"start": {"line": 20, "character": 11}, "end": {"line": 20, "character": 16}}


@pytest.mark.parametrize(
    "context",
    [
        selected("read_setting", 11, 13, line=3),
        selected("read_setting", 13, 11),
        selected("read_setting", 14, 16),
        selected("read_setting", 10**6, 10**6),
        selected("", 13, 13),
        selected("two\nlines", 11, 13),
    ],
)
async def test_an_odd_selected_item_never_gives_a_range_beyond_the_line(session, context):
    probe = await session()
    text = PATTERN + "value_99 = re"
    probe.open(URI, text)
    for item in await ask(probe, position={"line": 20, "character": 13}, context=context):
        assert item["range"]["start"]["line"] == item["range"]["end"]["line"] == 20
        assert accept(text, item, "utf-16").startswith(PATTERN + "value_99 = ")


async def test_a_request_answers_for_the_version_it_came_with_or_not_at_all(session):
    """Request and edit in one write: the answer must not be made of both texts."""
    probe = await session()
    probe.open(URI, TEXT)
    for round_number in range(20):
        by_hand = params(context={"triggerKind": 1})  # after a deletion nothing is suggested otherwise
        request = frame({"jsonrpc": "2.0", "id": f"s{round_number}", "method": METHOD, "params": by_hand})
        insert, delete = edit("(", 15, 15, 2 * round_number + 2), edit("", 15, 16, 2 * round_number + 3)
        probe.send_bytes(request + insert)
        answer = await probe.message(lambda message, at=round_number: message.get("id") == f"s{at}")
        assert answer["result"] is None
        probe.send_bytes(delete + request.replace(f'"s{round_number}"'.encode(), f'"t{round_number}"'.encode()))
        answer = await probe.message(lambda message, at=round_number: message.get("id") == f"t{at}")
        assert answer["result"]["items"][0]["insertText"] == REST


def edit(text: str, start: int, end: int, version: int) -> bytes:
    places = {"start": {"line": 20, "character": start}, "end": {"line": 20, "character": end}}
    change = {"textDocument": {"uri": URI, "version": version}, "contentChanges": [{"range": places, "text": text}]}
    return frame({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": change})


async def test_a_cancel_in_the_same_write_is_answered_once(session):
    probe = await session()
    probe.open(URI, TEXT)
    request = frame({"jsonrpc": "2.0", "id": "c", "method": METHOD, "params": params()})
    cancel = frame({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "c"}})
    probe.send_bytes(request + cancel + cancel)
    answer = await probe.message(lambda message: message.get("id") == "c")
    assert answer["error"]["code"] == CANCELLED
    probe.send_bytes(cancel)  # too late: answered already
    assert len(await ask(probe)) == 1
    assert sum(message.get("id") == "c" for message in probe.received) == 1
