"""From our edits to the protocol's: versioned, with confirmation where the client asks for one, files only created.

Nothing outside the workspace gets an edit; that is looked at here once more, whatever came before.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from lsprotocol import types

from foretype.errors import ForetypeError
from foretype.features.actions.change import FileChange
from foretype.features.actions.values import Edit
from foretype.lsp.action_client import ActionClient
from foretype.lsp.convert import range_to_lsp
from foretype.text.positions import Encoding
from foretype.text.uris import path_of, shown_path

_ANNOTATION: Final = "foretype"


class EditRefused(ForetypeError):
    """An edit that must not, or cannot, be sent to this client."""


def workspace_edit(
    changes: Sequence[FileChange], client: ActionClient, encoding: Encoding, label: str = "", *, confirm: bool = False
) -> types.WorkspaceEdit:
    """The edit of some documents, in the client's units. Raises EditRefused where it cannot be said to this client."""
    refuse_uncreatable(changes, client)
    if not client.document_changes:
        return types.WorkspaceEdit(
            changes={
                change.document.uri: [_text_edit(change, edit, encoding) for edit in change.edits] for change in changes
            }
        )
    annotated = confirm and client.annotations
    parts: list[types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile] = []
    for change in changes:
        if change.creates:
            options = types.CreateFileOptions(overwrite=False, ignore_if_exists=False)
            note = _ANNOTATION if annotated else None
            parts.append(types.CreateFile(change.document.uri, options=options, annotation_id=note))
        version = None if change.creates else change.document.version
        target = types.OptionalVersionedTextDocumentIdentifier(change.document.uri, version=version)
        sent = _without_last_end(change) if change.creates and client.ends_files else change
        edits = [_annotated(_text_edit(sent, edit, encoding), annotated) for edit in sent.edits]
        parts.append(types.TextDocumentEdit(target, edits))
    annotations = None
    if annotated:
        said = types.ChangeAnnotation(label or "Foretype", needs_confirmation=True, description="Written by a model.")
        annotations = {_ANNOTATION: said}
    return types.WorkspaceEdit(document_changes=parts, change_annotations=annotations)


def refuse_uncreatable(changes: Sequence[FileChange], client: ActionClient, folders: Sequence[Path] = ()) -> None:
    """Raises EditRefused where a new file is needed and the client creates none: said before a model is asked."""
    new = next((change for change in changes if change.creates), None)
    if new is not None and not client.creates:
        name = shown_path(path_of(new.document.uri), folders) if folders else new.name
        raise EditRefused(f"Your editor does not let a language server create files: create {name}, then try again.")


def refuse_outside(changes: Sequence[FileChange], folders: Sequence[Path]) -> None:
    """Raises EditRefused where a file would be changed that is neither open nor in the workspace."""
    roots = [Path(os.path.realpath(folder)) for folder in folders]
    for change in changes:
        if change.open:
            continue
        path = path_of(change.document.uri)
        real = Path(os.path.realpath(path)) if path is not None else None
        if real is None or not any(real.is_relative_to(root) and real != root for root in roots):
            raise EditRefused(f"{change.name} is outside of the workspace, so it is not changed.")


def _without_last_end(change: FileChange) -> FileChange:
    """A new file's text without its last line end."""
    return replace(change, edits=tuple(edit._replace(text=edit.text.removesuffix("\n")) for edit in change.edits))


def _text_edit(change: FileChange, edit: Edit, encoding: Encoding) -> types.TextEdit:
    return types.TextEdit(range_to_lsp(change.document, edit.start, edit.end, encoding), edit.text)


def _annotated(
    edit: types.TextEdit, annotated: bool
) -> types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit:
    return types.AnnotatedTextEdit(_ANNOTATION, edit.range, edit.new_text) if annotated else edit
