"""An editor with code actions, for tests: it offers the menu, resolves or runs what is chosen, and applies edits.

Written from the protocol, with no code of the server's. What its preset does not say that it can do, it refuses.
"""

from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.probe import Probe
from tests.protocol.editing import offset, place_of, split, width
from tests.protocol.presets import EMACS, ENCODINGS, NEOVIM, VS_CODE
from tests.stub import StubServer

_KINDS = ["", "quickfix", "refactor", "refactor.extract", "refactor.inline", "refactor.rewrite", "source"]
_LITERALS = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": _KINDS}}, "isPreferredSupport": True}
_RESOLVE = {"dataSupport": True, "resolveSupport": {"properties": ["edit", "command"]}}
_OPERATIONS = ["create", "rename", "delete"]


def _with_actions(
    preset: dict[str, Any], action: dict[str, Any], edit: dict[str, Any], **experimental: Any
) -> dict[str, Any]:
    params = copy.deepcopy(preset)
    params["capabilities"]["textDocument"]["codeAction"] = action
    params["capabilities"]["workspace"]["workspaceEdit"] = edit
    if experimental:
        params["capabilities"]["experimental"] = {"foretype": experimental}
    return params


# vscode-languageclient 11 (client/src/common/codeAction.ts, client.ts).
_VS_CODE = _with_actions(
    VS_CODE,
    {
        "dynamicRegistration": True,
        "disabledSupport": True,
        **_LITERALS,
        **_RESOLVE,
        "resolveSupport": {"properties": ["edit"]},
        "honorsChangeAnnotations": True,
        "documentationSupport": True,
        "tagSupport": {"valueSet": [1]},
    },
    {
        "documentChanges": True,
        "resourceOperations": _OPERATIONS,
        "failureHandling": "textOnlyTransactional",
        "normalizesLineEndings": True,
        "changeAnnotationSupport": {"groupsOnLabel": True},
        "metadataSupport": True,
        "snippetEditSupport": True,
    },
)
# As Neovim 0.12 says it (vim.lsp.protocol.make_client_capabilities()).
_NEOVIM = _with_actions(
    NEOVIM,
    {"dynamicRegistration": True, **_LITERALS, **_RESOLVE, "disabledSupport": True, "honorsChangeAnnotations": True},
    {
        "resourceOperations": _OPERATIONS,
        "normalizesLineEndings": True,
        "changeAnnotationSupport": {"groupsOnLabel": True},
    },
)
# eglot.el of Emacs 30: it resolves, and waits for it.
_EMACS = _with_actions(EMACS, {"dynamicRegistration": False, **_LITERALS, **_RESOLVE}, {"documentChanges": True})
# As Helix 25.07 says it at start; it resolves, and waits for it.
_HELIX = _with_actions(
    {
        "clientInfo": {"name": "helix", "version": "25.07.1"},
        "capabilities": {
            "general": {"positionEncodings": ["utf-8", "utf-32", "utf-16"]},
            "window": {"workDoneProgress": True, "showDocument": {"support": True}},
            "workspace": {"applyEdit": True, "configuration": True, "workspaceFolders": True},
            "textDocument": {"completion": {"completionItem": {"snippetSupport": True}}},
        },
    },
    {**_LITERALS, **_RESOLVE, "disabledSupport": True},
    {"documentChanges": True, "resourceOperations": _OPERATIONS, "failureHandling": "abort"},
)
CLIENTS = {"VS Code 1.139": _VS_CODE, "Neovim 0.12": _NEOVIM, "Emacs 30": _EMACS, "Helix 25": _HELIX}
CLIENT_ENCODINGS = {**ENCODINGS, "Helix 25": "utf-8"}


@dataclass
class Editor:
    """One session: the buffers by URI, and what the user was shown."""

    probe: Probe
    encoding: str
    can: dict[str, Any]
    buffers: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    languages: dict[str, str] = field(default_factory=dict)
    edits: list[dict[str, Any]] = field(default_factory=list)
    refuse: str | None = None
    """What it answers in place of applying an edit."""

    def __post_init__(self) -> None:
        self.probe.answers["window/workDoneProgress/create"] = None
        self.probe.answers["window/showDocument"] = {"success": True}
        self.probe.answers["client/registerCapability"] = None
        self.probe.answers["workspace/textDocumentContent/refresh"] = None
        self.probe.answers["workspace/configuration"] = [None]
        self.probe.answers["workspace/applyEdit"] = self._asked_to_apply

    def open(self, uri: str, text: str, language: str = "python") -> None:
        self.buffers[uri], self.versions[uri], self.languages[uri] = text, 1, language
        self.probe.open(uri, text, language)

    def change(self, uri: str, text: str) -> None:
        """Make the whole buffer another one, as a change of the document."""
        self.buffers[uri] = text
        self.versions[uri] += 1
        document = {"uri": uri, "version": self.versions[uri]}
        self.probe.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    async def menu(self, uri: str, span: dict[str, Any], **context: Any) -> list[dict[str, Any]]:
        params = {"textDocument": {"uri": uri}, "range": span, "context": {"diagnostics": [], **context}}
        response = await self.probe.request("textDocument/codeAction", params)
        return response["result"]

    async def choose(self, uri: str, span: dict[str, Any], title: str, **context: Any) -> dict[str, Any]:
        """Open the menu, take the item whose title begins so, and do what it says; returns the item."""
        items = await self.menu(uri, span, **context)
        item = next(item for item in items if item["title"].startswith(title))
        await self.run(item)
        return item

    async def run(self, item: dict[str, Any]) -> Any:
        if "edit" not in item and "data" in item:
            assert "edit" in self.can["textDocument"]["codeAction"]["resolveSupport"]["properties"]
            item = (await self.probe.request("codeAction/resolve", item))["result"]
        if item.get("edit"):
            self.apply(item["edit"])
        command = item.get("command")
        if command:
            command = command if isinstance(command, dict) else item
            params = {"command": command["command"], "arguments": command["arguments"]}
            return (await self.probe.request("workspace/executeCommand", params))["result"]
        return None

    def _asked_to_apply(self, params: dict[str, Any]) -> dict[str, Any]:
        if self.refuse is not None:
            return {"applied": False, **({"failureReason": self.refuse} if self.refuse else {})}
        try:
            self.apply(params["edit"])
        except StaleError:
            return {"applied": False, "failureReason": "the document has another version"}
        return {"applied": True}

    def apply(self, edit: dict[str, Any]) -> None:
        """Apply a whole edit, or nothing of it."""
        self.edits.append(edit)
        can = self.can["workspace"]["workspaceEdit"]
        buffers = dict(self.buffers)
        for uri, changes in (edit.get("changes") or {}).items():
            buffers[uri] = self._edited(buffers[uri], changes)
        if edit.get("changeAnnotations"):
            assert can.get("changeAnnotationSupport"), "nobody asked for annotations"
        for part in edit.get("documentChanges") or ():
            assert can.get("documentChanges") or can.get("resourceOperations")
            if part.get("kind") == "create":
                assert "create" in can.get("resourceOperations", ())
                assert part["uri"] not in buffers
                buffers[part["uri"]] = ""
                continue
            document = part["textDocument"]
            version = document.get("version")
            if version is not None and version != self.versions.get(document["uri"]):
                raise StaleError
            buffers[document["uri"]] = self._edited(buffers[document["uri"]], part["edits"])
        changed = {uri for uri in self.versions if buffers[uri] != self.buffers.get(uri)}
        self.buffers = buffers
        for uri in changed:
            self.change(uri, buffers[uri])

    def _edited(self, text: str, edits: list[dict[str, Any]]) -> str:
        places = []
        for edit in edits:
            start, end = (offset(text, edit["range"][side], self.encoding) for side in ("start", "end"))
            places.append((start, end, edit["newText"]))
        places.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(places)), "edits overlap"
        for start, end, new in reversed(places):
            text = text[:start] + new + text[end:]
        return text

    async def settled(self, uri: str, before: str) -> str:
        """The buffer once it is another one than before, for what is applied behind the editor's back."""
        for _ in range(400):
            if self.buffers[uri] != before:
                break
            await asyncio.sleep(0.01)
        return self.buffers[uri]

    def shown(self) -> list[str]:
        """The messages that the user was shown."""
        method = "window/showMessage"
        return [message["params"]["message"] for message in self.probe.received if message.get("method") == method]

    def progress(self) -> list[dict[str, Any]]:
        """The values of all progress notifications."""
        return [m["params"] for m in self.probe.received if m.get("method") == "$/progress"]


class StaleError(Exception):
    """An edit for another version."""


def selected(text: str, encoding: str) -> tuple[str, dict[str, Any]]:
    """A text without its one or two │, and the range that they marked."""
    if text.count("│") == 1:
        plain, place = place_of(text, encoding)
        return plain, {"start": place, "end": place}
    before, inside, after = text.split("│")
    start, end = split(before), split(before + inside)
    return before + inside + after, {
        "start": {"line": len(start) - 1, "character": width(start[-1], encoding)},
        "end": {"line": len(end) - 1, "character": width(end[-1], encoding)},
    }


async def editor_for(client: str, stub: StubServer | None, folder: Path, **more: Any) -> Editor:
    """A session of this client that is connected to the stub, or with `at_once` that is about to be."""
    at_once = more.pop("at_once", False)
    preset = CLIENTS[client]
    capabilities = {**preset["capabilities"], "experimental": {"foretype": {"status": True, **more.pop("can", {})}}}
    options = {"model": {"base_url": stub.url, "name": "stub"}, **more.pop("options", {})} if stub else {}
    folders = [{"uri": folder.as_uri(), "name": "w"}]
    answers = {
        "window/workDoneProgress/create": None,
        "client/registerCapability": None,
        "workspace/configuration": [None],
    }
    probe: Probe = await more.pop("connect")()
    probe.answers |= answers
    await probe.initialize(
        capabilities, options, clientInfo=preset.get("clientInfo"), workspaceFolders=folders, root_uri=folder.as_uri()
    )
    editor = Editor(probe, CLIENT_ENCODINGS[client], capabilities)
    if stub is not None and not at_once:
        await probe.message(lambda _: ready(probe))
    return editor


def ready(probe: Probe) -> bool:
    seen = [m["params"] for m in probe.received if m.get("method") == "foretype/status"]
    return any(status["busy"] for status in seen) and not seen[-1]["busy"]


class Acting:
    """Makes editors; `folder` is the workspace of all of them."""

    def __init__(self, connect: Any, folder: Path) -> None:
        self._connect = connect
        self.folder = folder
        folder.mkdir()

    async def __call__(self, client: str, stub: StubServer | None, **more: Any) -> Editor:
        return await editor_for(client, stub, self.folder, connect=self._connect, **more)
