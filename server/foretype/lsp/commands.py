"""The commands of code actions: `foretype.action`, and `foretype.commitMessage`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from foretype.lsp.action_data import plain, read_data
from foretype.lsp.request_error import INVALID_PARAMS, RequestError

if TYPE_CHECKING:
    from foretype.lsp.code_actions import ActionDoor

ACTION_COMMAND: Final = "foretype.action"
COMMIT_MESSAGE_COMMAND: Final = "foretype.commitMessage"


def register_commands(door: ActionDoor) -> None:
    """Offer the commands; called before capabilities are advertised."""
    door.server.protocol.add_command(ACTION_COMMAND, partial(_action, door))
    door.server.protocol.add_command(COMMIT_MESSAGE_COMMAND, partial(_commit_message, door))


def _action(door: ActionDoor, arguments: list[Any]) -> Any:
    """Do it, and apply its edit. A client that would wait for it is answered at once."""
    if not arguments:
        raise RequestError(INVALID_PARAMS, f"{ACTION_COMMAND} takes one argument, see docs/protocol.md.")
    work = door.runs.execute(read_data(arguments[0]), door.server.protocol.work_done_token)
    if door.client.waits:
        door.server.protocol.spawn(work)
        return None
    return work


def _commit_message(door: ActionDoor, arguments: list[Any]) -> Any:
    """The message for what is staged in the repository of a file or folder, else of the first workspace folder."""
    value = plain(arguments[0]) if arguments else {}
    uri = value.get("uri") if isinstance(value, dict) else None
    return door.runs.commit_message(uri if isinstance(uri, str) else "", door.server.protocol.work_done_token)
