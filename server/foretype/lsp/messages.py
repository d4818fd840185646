"""Messages in which clients send more or less than lsprotocol's types hold.

Copilot's clients add `textDocument.version` and `formattingOptions` to `textDocument/inlineCompletion`, which would be
dropped silently; with them a stale request can be refused and indentation need not be guessed. Clients that send only
the standard's fields work as well; a missing `context` is taken as typing. Some clients count no versions and send a
null one with `textDocument/didChange`, as the protocol allowed until 3.15; refusing it would lose the edit. Emacs's
lsp-mode shows ghost text and writes the capability, an empty object in its own terms, as null.
"""

from __future__ import annotations

from typing import Any, Final

import attrs
from lsprotocol import types
from pygls.protocol import default_converter

_WHOLE = types.TextDocumentContentChangeWholeDocument


_LARGEST: Final = 2**31 - 1


@attrs.define
class FormattingOptions:
    """How the editor indents: `tab_size` in columns, `insert_spaces` False for tabs."""

    tab_size: int = 4
    insert_spaces: bool = True


@attrs.define
class InlineCompletionParams:
    """What an inline completion request says. `version` is None where the client does not send it."""

    uri: str
    position: types.Position
    version: int | None = None
    invoked: bool = False
    selected: types.SelectedCompletionInfo | None = None
    formatting: FormattingOptions | None = None


@attrs.define
class InlineCompletionMessage:
    """The whole message; only `params` is used."""

    params: InlineCompletionParams


@attrs.define
class DidChangeParams:
    """What a change says. `version` is None where the client counts none."""

    uri: str
    version: int | None
    changes: list[types.TextDocumentContentChangeEvent]


@attrs.define
class DidChangeMessage:
    """The whole message; only `params` is used."""

    params: DidChangeParams


MESSAGE_TYPES: dict[str, type] = {
    types.TEXT_DOCUMENT_INLINE_COMPLETION: InlineCompletionMessage,
    types.TEXT_DOCUMENT_DID_CHANGE: DidChangeMessage,
}


def make_converter() -> Any:
    """pygls's cattrs converter, able to read the messages above."""
    converter = default_converter()  # type: ignore[no-untyped-call]

    def structure(message: dict[str, Any], _: type) -> InlineCompletionMessage:
        params = message["params"]
        document = params["textDocument"]
        context = params.get("context") or {}
        selected = context.get("selectedCompletionInfo")
        return InlineCompletionMessage(
            InlineCompletionParams(
                uri=_text(document["uri"]),
                position=converter.structure(params["position"], types.Position),
                version=_whole_number(document.get("version")),
                invoked=context.get("triggerKind") == types.InlineCompletionTriggerKind.Invoked,
                selected=converter.structure(selected, types.SelectedCompletionInfo) if selected else None,
                formatting=read_formatting(params.get("formattingOptions")),
            )
        )

    def structure_change(message: dict[str, Any], _: type) -> DidChangeMessage:
        params = message["params"]
        document = params["textDocument"]
        return DidChangeMessage(
            DidChangeParams(
                uri=_text(document["uri"]),
                version=_whole_number(document.get("version")),
                changes=[
                    _part(change) if change.get("range") is not None else converter.structure(change, _WHOLE)
                    for change in params["contentChanges"]
                ],
            )
        )

    _take_null_for_an_object(converter)
    converter.register_structure_hook(InlineCompletionMessage, structure)
    converter.register_structure_hook(DidChangeMessage, structure_change)
    return converter


def _take_null_for_an_object(converter: Any) -> None:
    """Where `inlineCompletion` is null in a client's capabilities; where it is missing it stays so."""
    whole = converter.get_structure_hook(types.TextDocumentClientCapabilities)

    def structure(value: dict[str, Any], kind: type) -> Any:
        said = value.get("inlineCompletion", ...)
        return whole(value if said is not None else {**value, "inlineCompletion": {}}, kind)

    converter.register_structure_hook(types.TextDocumentClientCapabilities, structure)


def _part(change: dict[str, Any]) -> types.TextDocumentContentChangePartial:
    """A change of a part. An edit must never be lost over a position: the mirror would be another text from then on."""
    span = change["range"]
    return types.TextDocumentContentChangePartial(
        range=types.Range(read_place(span["start"]), read_place(span["end"])), text=_text(change["text"])
    )


def read_place(value: dict[str, Any]) -> types.Position:
    """A position whose numbers are pulled into what the protocol allows; clients send -1 and 2**53 for "the end"."""
    return types.Position(_pulled_in(value["line"]), _pulled_in(value["character"]))


def _pulled_in(number: Any) -> int:
    if isinstance(number, bool) or not isinstance(number, (int, float)) or number != number:
        raise TypeError("no number")
    return int(min(max(number, 0), _LARGEST))


def _text(value: Any) -> str:
    """cattrs would make "None" of None."""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _whole_number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def read_formatting(options: Any) -> FormattingOptions | None:
    """Clients send numbers and booleans, some send them as strings; anything else means: not said."""
    if not isinstance(options, dict):
        return None
    try:
        size = int(options.get("tabSize", 4))
    except (TypeError, ValueError, OverflowError):
        return None
    spaces = options.get("insertSpaces", True)
    return FormattingOptions(size if 0 < size <= 16 else 4, spaces not in (False, "false"))
