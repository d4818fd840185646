"""The editor: sends changes and requests as real ones do, and keeps what is on the screen.

A `Desk` is the screen; what is behind it, the real server or the naive policy, is a `Backend`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, Protocol

from tests.probe import Probe

from .log import Key, Log, Question
from .page import Edit, Item, Page

Answered = Callable[[float, "Item | None"], None]
"""Takes the moment of an answer and its first item."""

NEOVIM_PAUSE: Final = 0.200
"""Seconds that Neovim 0.12 waits after the last key (vim.lsp.inline_completion)."""


class Backend(Protocol):
    """Who is told of edits and asked for suggestions."""

    def change(self, page: Page, edit: Edit, answered: Answered) -> None:
        """The page is edited (applies the edit) and a suggestion wanted; an older request is given up."""

    def open(self, page: Page) -> None:
        """The page is shown for the first time."""

    def leave(self) -> None:
        """Another page is shown: nobody waits any more."""

    def accept(self) -> None:
        """The suggestion shown last was taken."""


class Desk:
    """What one person sees: a page, and ghost text in it."""

    def __init__(self, backend: Backend, log: Log) -> None:
        self._backend = backend
        self._log = log
        self._item: Item | None = None
        self._since = 0.0
        self._clock = asyncio.get_running_loop().time
        self.page: Page | None = None

    def show(self, page: Page) -> None:
        """Switch to a page."""
        if page is self.page:
            return
        self._backend.leave()
        self._item, self.page = None, page
        if not page.opened:
            page.opened = True
            self._backend.open(page)

    @property
    def visible(self) -> str:
        """The ghost text on the screen."""
        return self.page.visible(self._item) if self._item is not None and self.page is not None else ""

    @property
    def since(self) -> float:
        """Seconds for which ghost text has been on the screen without a break."""
        return self._clock() - self._since if self.visible else 0.0

    def type(self, kind: str, edit: Edit) -> Key:
        """A key falls. Returns what is noted of it."""
        page, key = self._key(kind)
        before = self.visible
        through = edit.text and not edit.erase and before.startswith(edit.text)
        self._change(page, key, edit)
        key.left = self.visible if through else ""
        return key

    def accept(self) -> Key:
        """Tab: take what is shown; a damage is noted and undone, as its person would."""
        page, key = self._key("accept")
        item, promised = self._item, page.typed + self.visible
        edit = page.accepted(item) if item is not None else None
        kept = page.typed[: len(page.typed) - edit.erase] if edit else ""
        if edit is None or kept + edit.text != promised:
            self._log.damages.append(f"{page.uri}: {item} at {page.caret}")
            self._item = None
            return key
        self._log.accepted += 1
        self._item = None
        self._backend.accept()
        self._change(page, key, edit)
        return key

    def _key(self, kind: str) -> tuple[Page, Key]:
        page = self.page
        if page is None:
            raise RuntimeError("no page is shown")
        visible, rest = self.visible, page.target[len(page.typed) :]
        right = bool(visible) and page.agrees and rest.startswith(visible.rstrip())
        key = Key(self._clock(), page, kind, bool(visible), right, page.agrees and bool(rest))
        self._log.keys.append(key)
        return page, key

    def _change(self, page: Page, key: Key, edit: Edit) -> None:
        question = Question(key, 0)

        def answered(at: float, item: Item | None) -> None:
            had = self.visible
            self._item = item
            question.answered_at, question.text = at, self.visible
            if not had and self.visible:
                self._since = at

        self._backend.change(page, edit, answered)
        key.place = question.place = len(page.typed)
        self._log.questions.append(question)


class ServerBackend:
    """The real server over its standard input and output; cancels at each key as vscode-languageclient does.

    With `pause` it is Neovim: the request goes out when no key fell for that long, and nothing is cancelled.
    """

    def __init__(self, probe: Probe, pause: float = 0.0) -> None:
        self._probe = probe
        self._pause = pause
        self._encoding = probe.initialized["capabilities"].get("positionEncoding", "utf-16")
        self._asked: tuple[int, asyncio.Future[dict[str, Any]]] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._command: dict[str, Any] | None = None

    def open(self, page: Page) -> None:
        """Open it in the server."""
        page.encoding = self._encoding
        self._probe.open(page.uri, page.text, page.language, page.version)

    def change(self, page: Page, edit: Edit, answered: Answered) -> None:
        """Cancel, change, ask: some editors cancel before they send the change, which is the harder order."""
        self.leave()
        where = page.range_of(edit)
        page.apply(edit)
        identity = {"uri": page.uri, "version": page.version}
        changes = [{"range": where, "rangeLength": edit.erase, "text": edit.text}]
        self._probe.notify("textDocument/didChange", {"textDocument": identity, "contentChanges": changes})
        if self._pause:
            self._timer = asyncio.get_running_loop().call_later(self._pause, self._ask, page, answered)
        else:
            self._ask(page, answered)

    def leave(self) -> None:
        """Give up what is asked."""
        if self._timer is not None:
            self._timer.cancel()
        if self._asked is not None:
            number, future = self._asked
            self._asked = None
            if not future.done() and not self._pause:
                self._probe.notify("$/cancelRequest", {"id": number})

    def accept(self) -> None:
        """Run the item's command, as editors do."""
        command = self._command
        if command is not None:
            params = {"command": command["command"], "arguments": command.get("arguments", [])}
            self._probe.begin("workspace/executeCommand", params)

    def _ask(self, page: Page, answered: Answered) -> None:
        caret, number = page.caret, next(self._probe.ids)
        params = {"textDocument": {"uri": page.uri}, "position": caret, "context": {"triggerKind": 2}}
        future = self._probe.begin("textDocument/inlineCompletion", params, number)
        asked = self._asked = (number, future)

        def done(_: object) -> None:
            if self._asked is asked and not future.cancelled():
                response = future.result()
                items = (response.get("result") or {}).get("items", [])
                self._command = items[0].get("command") if items else None
                answered(response["_at"], _item(items[0], caret) if items else None)

        future.add_done_callback(done)


def _item(raw: dict[str, Any], caret: dict[str, int]) -> Item | None:
    """The item as far as a line's ghost text can show it; without a range it is for the caret."""
    start, end = (raw["range"]["start"], raw["range"]["end"]) if raw.get("range") else (caret, caret)
    text = raw["insertText"]
    if not isinstance(text, str) or start["line"] != end["line"]:
        return None
    return Item(text, start["line"], start["character"], end["character"] - caret["character"])
