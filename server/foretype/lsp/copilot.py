"""What the clients written for Copilot's language server need beside the standard, by that server's own names.

There is no account here: whoever asks is signed in. What such a client does not ask for is never sent to it, and what
is asked here changes nothing for other clients. Shapes as those clients' public sources send and read them
(copilot.el, copilot.lua, LSP-copilot); the completions in the older shapes are copilot_completions.py's.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from foretype import __version__
from foretype.lsp.copilot_completions import CopilotCompletions, text_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from lsprotocol import types

    from foretype.lsp.server import Server
    from foretype.lsp.status import Status

USER: Final = "foretype"
"""The name that clients show as the account."""

STATUS: Final = "didChangeStatus"
OLD_STATUS: Final = "statusNotification"


class CopilotDoor:
    """One client's conversation in Copilot's words. Nothing is sent until the client has shown that it speaks them."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._speaks = False
        self._completions = CopilotCompletions(server)

    def register(self, params: types.InitializeParams) -> None:
        """Answer Copilot's methods from now on; called before capabilities are advertised."""
        feature = self._server.protocol.fm.feature
        handlers: dict[str, Callable[[Any], Any]] = {
            **self._account(),
            **self._completions.requests(),
            **self._completions.events(),
        }
        for method, handler in handlers.items():
            feature(method)(partial(handler))  # pygls marks what it registers, and a bound method takes no mark
        options = params.initialization_options
        if isinstance(options, Mapping) and ("editorInfo" in options or "editorPluginInfo" in options):
            self._speaks = True

    @property
    def completes(self) -> bool:
        """Whether the client asks for suggestions in Copilot's words, so that it needs them nowhere else."""
        return self._completions.used

    def begin(self) -> None:
        """The client takes notifications: tell it the status, and each that follows."""
        self._server.status.listen(self._tell)
        self._tell(self._server.status.current)

    def _account(self) -> dict[str, Callable[[Any], Any]]:
        """There is nothing to sign in to: the models' keys are settings."""
        signed_in = {"status": "AlreadySignedIn", "user": USER}
        fine = {"status": "OK", "user": USER}
        version = {
            "version": __version__,
            "buildType": "release",
            "runtimeVersion": f"python/{platform.python_version()}",
        }
        return {
            "checkStatus": lambda _: self._asked(fine),
            "signIn": lambda _: self._asked(signed_in),
            "signInInitiate": lambda _: self._asked(signed_in),
            "signInConfirm": lambda _: self._asked(fine),
            "signInWithGithubToken": lambda _: self._asked(fine),
            "signOut": lambda _: self._asked({"status": "NotSignedIn"}),
            "getVersion": lambda _: self._asked(version),
            "setEditorInfo": lambda _: self._asked("OK"),
            "checkFileStatus": lambda params: self._asked({"status": self._file_status(text_in(params, "uri"))}),
            "copilot/models": lambda _: self._asked(self._models()),
        }

    def _asked(self, answer: Any) -> Any:
        """Answer in Copilot's words. Who asks so is told the status from now on."""
        if not self._speaks:
            self._speaks = True
            self._tell(self._server.status.current)
        return answer

    def _file_status(self, uri: str) -> str:
        """Whether an open document gets suggestions; others are not known."""
        document = self._server.documents.get(uri)
        shown = document is not None and not self._server.completer.silence(document)
        return "included" if shown else "not included"

    def _models(self) -> list[dict[str, Any]]:
        name = self._server.settings.model.name or "embedded"
        return [{"id": name, "modelName": name, "modelFamily": name, "scopes": ["completion"], "default": True}]

    def _tell(self, status: Status) -> None:
        if not self._speaks:
            return
        notify = self._server.protocol.notify
        notify(STATUS, asdict(status))
        old = "InProgress" if status.busy and status.kind == "Normal" else status.kind
        notify(OLD_STATUS, {**asdict(status), "status": old})
