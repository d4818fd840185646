"""What an action does to one file, ready to be sent to an editor or written as a diff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from foretype.features.actions.merge import carried_over
from foretype.features.actions.values import Edit, Unfit, applied
from foretype.text.document import Document
from foretype.text.uris import path_of


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
    """The same change for the document as it is now. Raises Unfit where both touch the same lines, or it is closed."""
    if not change.open or change.document is now:
        return change
    if now is None:
        raise Unfit("The document was closed meanwhile, so nothing was changed.")
    edits = carried_over(change.edits, change.document.lines, now.lines)
    if edits is None:
        raise Unfit("The text was changed meanwhile where the answer belongs, so nothing was changed.")
    return FileChange(now, tuple(edits), change.creates, change.open)


def joined(changes: Sequence[FileChange]) -> list[FileChange]:
    """One change for each document, its edits in order. Raises Unfit where two of them touch."""
    found: dict[str, FileChange] = {}
    for change in changes:
        before = found.get(change.document.uri)
        edits = change.edits if before is None else tuple(sorted({*before.edits, *change.edits}))
        for one, other in pairwise(edits):
            if other.start < one.end or (other.start == one.start and other.end == one.end):
                raise Unfit("Two of the answers change the same lines.")
        found[change.document.uri] = FileChange(change.document, edits, change.creates, change.open)
    return list(found.values())
