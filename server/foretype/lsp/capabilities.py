"""What this client can do, read once from `initialize` into plain yes and no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from foretype.text.positions import ENCODINGS, Encoding


@dataclass(frozen=True, slots=True)
class ClientCapabilities:
    """Only what the server acts on. Everything is False for a client that says nothing."""

    name: str = ""
    """The client's name as it gives it, for the log."""
    inline_completion: bool = False
    configuration: bool = False
    """It answers `workspace/configuration`."""
    configuration_changes: bool = False
    """It takes a dynamic registration for `workspace/didChangeConfiguration`."""
    watched_files: bool = False
    """It takes a dynamic registration for `workspace/didChangeWatchedFiles`."""
    progress: bool = False
    """It shows work-done progress that the server begins."""
    status: bool = False
    """It asked for `foretype/status` (experimental.foretype.status)."""
    suggestion_changed: bool = False
    """It asks again when told `foretype/suggestionChanged` (experimental.foretype.suggestionChanged)."""
    dismissed: bool = False
    """It tells `foretype/dismissed` (experimental.foretype.dismissed)."""
    api_key: bool = False
    """It answers `foretype/apiKey` (experimental.foretype.apiKey)."""
    lines_end_in_lf: bool = False
    """It splits ghost text at LF only, also in documents with other line ends, which it writes itself."""
    reads_snippets: bool = False
    """It takes `${NAME}` and `$1` in any text for places of a snippet and drops them: Kate, which gives no name, does
    so with its setting for parentheses, which is on by default."""
    label_details: bool = False
    """Its completion popup shows a label's details."""

    @classmethod
    def read(cls, params: types.InitializeParams) -> ClientCapabilities:
        """Read them from the parameters of `initialize`."""
        capabilities = params.capabilities
        text, workspace, window = capabilities.text_document, capabilities.workspace, capabilities.window
        ours = _ours(capabilities.experimental, params.initialization_options)
        return cls(
            name=params.client_info.name if params.client_info else "",
            inline_completion=bool(text and text.inline_completion),
            configuration=bool(workspace and workspace.configuration),
            configuration_changes=_dynamic(workspace and workspace.did_change_configuration),
            watched_files=_dynamic(workspace and workspace.did_change_watched_files),
            progress=bool(window and window.work_done_progress),
            status=bool(ours.get("status")),
            suggestion_changed=bool(ours.get("suggestionChanged")),
            dismissed=bool(ours.get("dismissed")),
            api_key=bool(ours.get("apiKey")),
            lines_end_in_lf=bool(params.client_info and params.client_info.name == "Neovim"),
            reads_snippets=params.client_info is None,
            label_details=bool(
                text
                and text.completion
                and text.completion.completion_item
                and text.completion.completion_item.label_details_support
            ),
        )


def negotiated_encoding(capabilities: types.ClientCapabilities) -> Encoding:
    """The first encoding on the client's list that we know, as pygls advertises it; UTF-16 where there is no list."""
    general = capabilities.general
    for wanted in (general and general.position_encodings) or ():
        for encoding in ENCODINGS:
            if wanted == encoding:
                return encoding
    return "utf-16"


def experimental(params: types.InitializeParams) -> Mapping[str, Any]:
    """What a client says beyond the standard, in our own names."""
    return _ours(params.capabilities.experimental, params.initialization_options)


def _dynamic(capability: Any) -> bool:
    return bool(capability and capability.dynamic_registration)


def _ours(*sources: Any) -> Mapping[str, Any]:
    """Our own capabilities: in `experimental`, or in the options for clients that cannot change the former."""
    merged: dict[str, Any] = {}
    for source, key in zip(sources, ("foretype", "clientCapabilities"), strict=True):
        found = source.get(key) if isinstance(source, Mapping) else getattr(source, key, None)
        if isinstance(found, Mapping):
            merged |= found
    return merged
