"""What an action does to one file, ready to be sent to an editor or written as a diff."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from foretype.features.actions.imports import imports_together
from foretype.features.actions.merge import carried_over
from foretype.features.actions.values import Edit, Unfit, applied
from foretype.settings.files import read_bytes
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.uris import path_of

_MOST_BYTES: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class FileChange:
    """Edits of one document at its version. `creates`: the file is new, its document empty. `open`: it is open."""

    document: Document
    edits: tuple[Edit, ...]
    creates: bool = False
    open: bool = True

    @property
    def name(self) -> str:
        """The file's name, for a sentence."""
        path = path_of(self.document.uri)
        return path.name if path is not None else "the document"

    @property
    def after(self) -> str:
        """The whole text after the edits."""
        return applied(self.document.lines, self.edits).text


def brought_up_to_date(change: FileChange, now: Document | None) -> FileChange:
    """The same change for the document as the editor has it now, None where it is not open there.

    Raises Unfit where both touch the same lines, or where it was closed meanwhile.
    """
    if change.document is now:
        return change
    if now is not None:
        return replace(_carried(change, now), creates=False, open=True)
    if change.open:
        raise Unfit("The document was closed meanwhile, so nothing was changed.")
    return change


def as_on_disk(change: FileChange) -> FileChange:
    """The same change for a file that is not open, as it is on the disk now. To be called in a thread.

    Raises Unfit where both touch the same lines, or the file is gone.
    """
    path = path_of(change.document.uri)
    if change.creates and path is not None and os.path.lexists(path):
        raise Unfit(f"{path.name} was created meanwhile, so nothing was changed: try again.")
    if change.open or change.creates or path is None:
        return change
    try:
        text = read_bytes(path, _MOST_BYTES).decode("utf-8")
    except (OSError, ValueError) as error:
        raise Unfit(f"{path.name} cannot be read any more, so nothing was changed.") from error
    if text == change.document.text:
        return change
    document = change.document
    return _carried(change, Document(document.uri, document.language_id, None, Lines(text)))


def _carried(change: FileChange, now: Document) -> FileChange:
    edits = carried_over(change.edits, change.document.lines, now.lines)
    if edits is None:
        raise Unfit("The text was changed meanwhile where the answer belongs, so nothing was changed.")
    return replace(change, document=now, edits=tuple(edits))


def joined(changes: Sequence[FileChange]) -> list[FileChange]:
    """One change for each document, its edits in order. Raises Unfit where two of them touch."""
    found: dict[str, FileChange] = {}
    for change in changes:
        before = found.get(change.document.uri)
        edits = change.edits if before is None else _united(before.edits, change)
        for one, other in pairwise(edits):
            if other.start < one.end or (other.start == one.start and other.end == one.end):
                raise Unfit("Two of the answers change the same lines.")
        found[change.document.uri] = FileChange(change.document, edits, change.creates, change.open)
    return list(found.values())


def _united(edits: tuple[Edit, ...], change: FileChange) -> tuple[Edit, ...]:
    """These edits and a change's, in order; what both import at one place is put in once."""
    found = set(edits)
    for edit in change.edits:
        there = next((each for each in found if (each.start, each.end) == (edit.start, edit.end)), edit)
        both = None
        if there != edit and edit.start == edit.end:
            both = imports_together(there.text, edit.text, change.document.language_id)
        if both is not None:
            found.remove(there)
        found.add(edit if both is None else edit._replace(text=both))
    return tuple(sorted(found))
