"""What clients send beyond and below the standard, as our own types."""

from __future__ import annotations

import pytest
from lsprotocol import types

from foretype.lsp.messages import DidChangeMessage, FormattingOptions, InlineCompletionMessage, make_converter

CONVERTER = make_converter()
URI = "file:///a.py"
BASE = {"textDocument": {"uri": URI}, "position": {"line": 1, "character": 2}}


def inline(**more):
    return CONVERTER.structure({"params": {**BASE, **more}}, InlineCompletionMessage).params


def test_the_standards_fields():
    params = inline(context={"triggerKind": 2})
    assert (params.uri, params.position, params.version) == (URI, types.Position(1, 2), None)
    assert (params.invoked, params.selected, params.formatting) == (False, None, None)


@pytest.mark.parametrize(
    ("context", "invoked"),
    [({"triggerKind": 1}, True), ({"triggerKind": 2}, False), ({"triggerKind": 0}, False), ({}, False), (None, False)],
)
def test_the_trigger(context, invoked):
    assert inline(context=context).invoked is invoked


@pytest.mark.parametrize(("version", "read"), [(3, 3), (0, 0), (None, None), ("3", None), (True, None), (1.0, None)])
def test_the_version_of_copilots_clients(version, read):
    assert inline(textDocument={"uri": URI, "version": version}).version == read


@pytest.mark.parametrize(
    ("options", "read"),
    [
        ({"tabSize": 8, "insertSpaces": False}, FormattingOptions(8, False)),
        ({"tabSize": "2", "insertSpaces": "false"}, FormattingOptions(2, False)),
        ({"tabSize": 2, "insertSpaces": "true"}, FormattingOptions(2, True)),
        ({}, FormattingOptions(4, True)),
        ({"tabSize": 0}, FormattingOptions(4, True)),
        ({"tabSize": 99}, FormattingOptions(4, True)),
        ({"tabSize": float("inf")}, None),
        ({"tabSize": float("nan")}, None),
        ({"tabSize": []}, None),
        ({"tabSize": None}, None),
        ([], None),
        ("x", None),
        (None, None),
    ],
)
def test_formatting_options_of_any_type(options, read):
    assert inline(formattingOptions=options).formatting == read


def test_the_selected_popup_item():
    where = {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 2}}
    params = inline(context={"triggerKind": 2, "selectedCompletionInfo": {"range": where, "text": "word", "tip": 1}})
    assert params.selected == types.SelectedCompletionInfo(
        types.Range(types.Position(1, 0), types.Position(1, 2)), "word"
    )


@pytest.mark.parametrize("document", [{}, {"uri": None}, {"uri": 5}, {"uri": ["a"]}, "a", None])
def test_a_document_without_a_name_is_refused(document):
    with pytest.raises((KeyError, TypeError, AttributeError)):
        inline(textDocument=document)


def change(document, *changes):
    return CONVERTER.structure({"params": {"textDocument": document, "contentChanges": changes}}, DidChangeMessage)


@pytest.mark.parametrize(
    ("document", "version"), [({"uri": URI, "version": 4}, 4), ({"uri": URI, "version": None}, None)]
)
def test_changes_with_and_without_a_version(document, version):
    place = {"line": 0, "character": 1}
    params = change(document, {"text": "all"}, {"range": {"start": place, "end": place}, "text": "x"}).params
    assert (params.uri, params.version) == (URI, version)
    whole, part = params.changes
    assert whole == types.TextDocumentContentChangeWholeDocument("all")
    here = types.Position(0, 1)
    assert part == types.TextDocumentContentChangePartial(types.Range(here, here), "x")


def test_a_null_range_means_the_whole_document():
    params = change({"uri": URI}, {"range": None, "rangeLength": 3, "text": "all"}).params
    assert params.changes == [types.TextDocumentContentChangeWholeDocument("all")]
