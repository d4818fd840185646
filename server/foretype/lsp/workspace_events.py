"""Folders, files and settings that change while the server runs."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from foretype.lsp import context_events
from foretype.lsp.configuration import SECTION
from foretype.settings.files import PROJECT_FILES, SHARED_FILE
from foretype.text.uris import path_of

if TYPE_CHECKING:
    from foretype.lsp.server import Server

logger = logging.getLogger(__name__)

TRUST_NOTIFICATION: Final = "foretype/didChangeTrust"

_SETTINGS_FILES: Final = frozenset((*PROJECT_FILES, SHARED_FILE))


def register(server: Server) -> None:
    """Hear of what changes."""
    feature = server.protocol.fm.feature
    feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(partial(configuration_changed, server))
    feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(partial(files_changed, server))
    feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(partial(folders_changed, server))
    feature(TRUST_NOTIFICATION)(partial(trust_changed, server))
    context_events.register(server)
    # Sent by every client sooner or later; there is nothing to do.
    feature(types.SET_TRACE)(lambda _params: None)


async def register_watchers(server: Server) -> None:
    """Ask the client to tell of changed files and settings, where it can be asked."""
    wanted = []
    if server.client.watched_files:
        every = types.FileSystemWatcher(glob_pattern="**/*")
        options = types.DidChangeWatchedFilesRegistrationOptions([every])
        wanted.append(types.Registration("foretype-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
    if server.client.configuration_changes:
        # Without the section VS Code tells of every setting that changes, the size of its font too.
        section = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
        wanted.append(types.Registration("foretype-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
    if not wanted:
        return
    try:
        await server.client_register_capability_async(types.RegistrationParams(wanted))
    except Exception as error:  # noqa: BLE001  a client that promises and refuses gets on without
        logger.info("The editor does not watch files for us: %s", type(error).__name__)


def configuration_changed(server: Server, params: types.DidChangeConfigurationParams) -> Any:
    """Settings changed: pull them where the client can be asked, since what is pushed may be empty."""
    if server.client.configuration:
        return server.pull_settings()
    server.configuration.push(params.settings)
    return None


def files_changed(server: Server, params: types.DidChangeWatchedFilesParams) -> None:
    """Files changed on the disk, by whomever."""
    gone = [change.uri for change in params.changes if change.type is types.FileChangeType.Deleted]
    changed = [change.uri for change in params.changes if change.type is not types.FileChangeType.Deleted]
    _take_in(server, changed, gone)


def saved(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    """A document was saved."""
    _take_in(server, [params.text_document.uri], [])


def _take_in(server: Server, changed: list[str], deleted: list[str]) -> None:
    from foretype.repository.ignore import IGNORE_FILES  # with the first change: the start needs nothing of it

    folder = server.workspaces.first
    paths = [path_of(uri) for uri in (*changed, *deleted)]
    if any(path is not None and path.parent == folder and path.name in _SETTINGS_FILES for path in paths):
        server.configuration.read_again(folder)
    if any(path is not None and path.name in IGNORE_FILES for path in paths):
        server.ignore_files_changed()
    server.workspaces.files_changed(changed, deleted)


def folders_changed(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> Any:
    """Folders came or went."""
    server.workspaces.add(folder.uri for folder in params.event.added)
    return _refresh(server, [folder.uri for folder in params.event.removed])


async def _refresh(server: Server, removed: list[str]) -> None:
    await server.workspaces.remove(removed)
    server.configuration.read_again(server.workspaces.first)


def trust_changed(server: Server, params: Any) -> None:
    """The user trusts this workspace, or no longer does."""
    trusted = params.get("trusted") if isinstance(params, dict) else None
    server.configuration.trust(trusted is True)
