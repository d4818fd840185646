"""What an editor says: its initialization options and its answers to workspace/configuration.

Turns any JSON that a client may send into a layer; which of it counts is for `resolve` to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from foretype.settings.flatten import SECTION
from foretype.settings.layers import Layer

# What clients put beside the settings into initializationOptions; none of it is an option.
NOT_OPTIONS = frozenset(
    {
        "trusted",
        "clientCapabilities",
        "copilotCapabilities",
        "editorInfo",
        "editorPluginInfo",
        "githubAppId",
        "networkProxy",
        "sessionId",
    }
)
# Sections for Copilot's own server, which clients written for it send beside or instead of ours.
OTHERS = frozenset(
    {
        "advanced",
        "disabledLanguages",
        "enableAutoCompletions",
        "github",
        "github-enterprise",
        "http",
        "mcp",
        "nextEditSuggestions",
        "telemetry",
    }
)
_ORIGINS = {
    "initialization": "the editor's initialization options",
    "configuration": "the editor's configuration",
}


def client_layer(kind: Literal["initialization", "configuration"], payload: object, *, workspace: bool) -> Layer:
    """The layer of one payload; nothing, null and a list of one are all taken for what they mean.

    Pass `workspace` true where the editor may have read the values from files of the workspace. Most editors
    that let a workspace change initializationOptions let it change the server's command too, so those count
    as the user's; workspace/configuration counts as the workspace's, since folders' own settings answer it.
    """
    if isinstance(payload, list):
        payload = payload[0] if len(payload) == 1 else None
    values = _options(payload) if isinstance(payload, Mapping) else {}
    if payload and not isinstance(payload, Mapping):
        values = {SECTION: payload}  # for `resolve` to complain about
    section = values.get(SECTION)
    if isinstance(section, Mapping):
        values[SECTION] = _options(section)
    return Layer(kind, _ORIGINS[kind], values, workspace)


def client_trust(payload: object) -> bool:
    """Whether initializationOptions say `trusted: true`, bare or under the section `foretype`."""
    if not isinstance(payload, Mapping):
        return False
    section = payload.get(SECTION)
    nested = section.get("trusted") if isinstance(section, Mapping) else None
    return payload.get("trusted") is True or nested is True


def _options(payload: Mapping[str, object]) -> dict[str, object]:
    return {str(key): value for key, value in payload.items() if key not in NOT_OPTIONS | OTHERS}
