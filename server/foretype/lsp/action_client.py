"""What this client can do with code actions, edits and text, read once from `initialize`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from lsprotocol import types

from foretype.lsp.capabilities import experimental

_WAITING: Final = ("eglot", "emacs", "helix")
"""Clients that wait for the answer to a command or a resolve before they do anything else, and give up after some
seconds. They get commands, answered at once; the work goes on behind, and its edit is sent when it is done."""

_VIM: Final = "vim"
"""The name of yegappan/lsp, one of Vim's clients, which waits for a resolve for two seconds; others only end so."""

_BLIND: Final = ("neovim",)
"""Clients whose confirmation is a question without the edit in sight, and messages after it: undo serves better."""


@dataclass(frozen=True, slots=True)
class ActionClient:
    """Only what the server acts on. Everything is False for a client that says nothing."""

    literals: bool = False
    """Actions may be more than commands."""
    resolve: bool = False
    """An action's edit may come when it is chosen."""
    tagged: bool = False
    """It marks what a model writes."""
    apply_edit: bool = False
    """It applies edits that the server sends. Kate does so without saying it, and is the one that gives no name."""
    document_changes: bool = False
    creates: bool = False
    """Edits may create files."""
    annotations: bool = False
    """It shows an edit that asks for confirmation."""
    ends_files: bool = False
    """The last line's end is no part of its buffers, it writes one to every file."""
    progress: bool = False
    show_document: bool = False
    text_content: bool = False
    """It asks for the content of virtual documents, and takes a registration for them."""
    prose: bool = False
    """It has a view of its own for text (experimental.foretype.prose)."""
    edit_preview: bool = False
    """It shows edits while they come (experimental.foretype.editPreview)."""
    waits: bool = False
    """It stands still until a command is answered, see above."""

    @classmethod
    def read(cls, params: types.InitializeParams) -> ActionClient:
        """Read them from the parameters of `initialize`."""
        capabilities = params.capabilities
        workspace, window = capabilities.workspace, capabilities.window
        text = capabilities.text_document
        action = text.code_action if text else None
        edit = workspace.workspace_edit if workspace else None
        ours = experimental(params)
        name = params.client_info.name.lower() if params.client_info else ""
        waits = name == _VIM or any(word in name for word in _WAITING)
        # Who can do operations on files has to know the list that they stand in; Neovim says only the former.
        operations = (edit.resource_operations or ()) if edit else ()
        properties = action.resolve_support.properties if action and action.resolve_support else ()
        content: Any = getattr(workspace, "text_document_content", None)
        return cls(
            literals=bool(action and action.code_action_literal_support),
            resolve=bool(action and action.data_support and "edit" in properties) and not waits,
            tagged=bool(action and action.tag_support and 1 in action.tag_support.value_set),
            apply_edit=bool(workspace and workspace.apply_edit) or params.client_info is None,
            document_changes=bool(edit and (edit.document_changes or operations)),
            creates=types.ResourceOperationKind.Create in operations,
            annotations=bool(edit and edit.change_annotation_support) and not any(word in name for word in _BLIND),
            ends_files="neovim" in name,
            progress=bool(window and window.work_done_progress),
            show_document=bool(window and window.show_document and window.show_document.support),
            text_content=bool(content and content.dynamic_registration),
            prose=bool(ours.get("prose")),
            edit_preview=bool(ours.get("editPreview")),
            waits=waits,
        )
