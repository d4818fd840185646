"""A whole session as VS Code, Neovim and Emacs lead it, through pytest-lsp: open, type, see, accept, save, leave."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from lsprotocol import types
from lsprotocol.converters import get_converter
from pytest_lsp import ClientServerConfig, LanguageClient

from tests.protocol.editing import accept, place_of
from tests.protocol.presets import EDITORS, ENCODINGS, SURE

pytestmark = pytest.mark.asyncio(loop_scope="module")

ABOVE = "".join(f"größe_{n} = lies_wert('größe_{n} 😀', vorgabe=None)\n" for n in range(20))
BEFORE, REST, AFTER = "größe_99 = lies", "_wert('größe_99 😀', vorgabe=None)", "\nprint('fertig')\n"


@dataclass
class Editor:
    """An editor with one server, and what it did with its file."""

    name: str
    client: LanguageClient
    capabilities: types.ServerCapabilities
    encoding: str
    opened: int = 0
    version: int = 1

    def open(self, text: str) -> str:
        self.opened += 1
        uri = f"file:///project/{self.name.replace(' ', '-')}{self.opened}.py"
        item = types.TextDocumentItem(uri, "python", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def type(self, uri: str, text: str, typed: str) -> str:
        """Type at the │ of a text, key by key; returns the text after, with its │."""
        for key in typed:
            _, place = place_of(text, self.encoding)
            here = types.Position(place["line"], place["character"])
            change = types.TextDocumentContentChangePartial(types.Range(here, here), key)
            self.version += 1
            document = types.VersionedTextDocumentIdentifier(self.version, uri)
            self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
            text = text.replace("│", f"{key}│")
        return text


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=list(EDITORS))
async def editor(request: pytest.FixtureRequest, surroundings: dict[str, str]) -> AsyncIterator[Editor]:
    command = [sys.executable, "-m", "foretype", "--stdio", *SURE]
    client = await ClientServerConfig(server_command=command, server_env={**os.environ, **surroundings}).start()
    params = get_converter().structure({"processId": os.getpid(), **EDITORS[request.param]}, types.InitializeParams)
    result = await client.initialize_session(params)
    yield Editor(request.param, client, result.capabilities, ENCODINGS[request.param])
    await client.shutdown_session()
    await client.stop()


async def test_the_editor_gets_what_it_can_use(editor):
    ghost = EDITORS[editor.name]["capabilities"]["textDocument"].get("inlineCompletion") is not None
    assert (editor.capabilities.completion_provider is None) is ghost
    assert editor.capabilities.inline_completion_provider is not None
    assert editor.capabilities.position_encoding == editor.encoding
    assert ghost is (editor.name != "Emacs 30")


async def test_typing_brings_a_suggestion_and_accepting_it_the_whole_line(editor):
    text = f"{ABOVE}│{AFTER}"
    uri = editor.open(text.replace("│", ""))
    text = editor.type(uri, text, BEFORE)
    buffer, place = place_of(text, editor.encoding)
    position = types.Position(place["line"], place["character"])
    document = types.TextDocumentIdentifier(uri)
    if editor.capabilities.completion_provider is None:
        context = types.InlineCompletionContext(types.InlineCompletionTriggerKind.Automatic)
        answer = await editor.client.text_document_inline_completion_async(
            types.InlineCompletionParams(context, document, position)
        )
        (item,) = answer.items
        item_range, text, command = item.range, item.insert_text, item.command
    else:
        kind = types.CompletionContext(types.CompletionTriggerKind.Invoked)
        answer = await editor.client.text_document_completion_async(types.CompletionParams(document, position, kind))
        (item,) = answer.items
        assert answer.is_incomplete
        item_range, text, command = item.text_edit.range, item.text_edit.new_text, item.command
    plain = get_converter().unstructure(item_range)
    assert accept(buffer, {"range": plain, "insertText": text}, editor.encoding) == f"{ABOVE}{BEFORE}{REST}{AFTER}"
    params = types.ExecuteCommandParams(command.command, command.arguments)
    assert await editor.client.workspace_execute_command_async(params) is True
    assert await editor.client.workspace_execute_command_async(params) is False


async def test_every_key_may_be_followed_by_a_request(editor):
    """As editors do; each answer fits the text it was asked for, or there is none."""
    text = f"{ABOVE}│{AFTER}"
    uri = editor.open(text.replace("│", ""))
    document = types.TextDocumentIdentifier(uri)
    context = types.InlineCompletionContext(types.InlineCompletionTriggerKind.Automatic)
    answers = []
    for key in BEFORE + REST:
        text = editor.type(uri, text, key)
        buffer, place = place_of(text, editor.encoding)
        position = types.Position(place["line"], place["character"])
        params = types.InlineCompletionParams(context, document, position)
        answers.append((buffer, await editor.client.text_document_inline_completion_async(params)))
    shown = 0
    for buffer, answer in answers:
        for item in answer.items if answer else ():
            plain = {"range": get_converter().unstructure(item.range), "insertText": item.insert_text}
            shown += accept(buffer, plain, editor.encoding) == f"{ABOVE}{BEFORE}{REST}{AFTER}"
    assert shown >= len(REST) // 2


async def test_saving_and_closing_leaves_nothing_behind(editor):
    uri = editor.open(ABOVE)
    identifier = types.TextDocumentIdentifier(uri)
    editor.client.text_document_did_save(types.DidSaveTextDocumentParams(identifier))
    editor.client.text_document_did_close(types.DidCloseTextDocumentParams(identifier))
    context = types.InlineCompletionContext(types.InlineCompletionTriggerKind.Automatic)
    params = types.InlineCompletionParams(context, identifier, types.Position(0, 0))
    assert await editor.client.text_document_inline_completion_async(params) is None
    assert editor.client.messages == []
