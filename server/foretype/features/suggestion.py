"""What goes into and comes out of a completion: plain values, in code points, knowing no protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from foretype.text.document import Document
from foretype.text.positions import Position

Source = Literal["model", "typed-through", "prefetched", "embedded"]
"""What gave a suggestion: the model now, its text that is being typed, what was asked ahead, the embedded engine."""


@dataclass(frozen=True, slots=True)
class PopupItem:
    """The item selected in the editor's popup: it would put `text`, one line, in place of `start` to `end`.

    The cursor is between them, on the same line.
    """

    start: Position
    end: Position
    text: str


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """One request: a document at one version, a place in it, and whether the user asked by hand.

    `popup`: it is for the completion popup. Popup and ghost text are asked for side by side, so a request makes only
    older ones of its own kind pointless. `indent` is one level of indentation where the editor says it, else "".
    """

    document: Document
    position: Position
    invoked: bool = False
    selected: PopupItem | None = None
    popup: bool = False
    indent: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Text to put in place of `start` to `end`, both on the cursor's line.

    `confidence` is the embedded engine's, None for a model's. `origin` is a few words for the user: where this
    comes from.
    """

    text: str
    start: Position
    end: Position
    source: Source
    origin: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one request.

    `superseded`: a newer request or edit has made it pointless, what is shown may stay. `silence`: why this document
    gets no suggestions, "" where it does. `problem`: why the model did not answer, "" where it did or was not asked.
    `closed`: why no model may be asked about this place; `not_shown`: what of the document it was not shown.
    `gated`: what kept anything, or the model's answer, from this place: `word` (the cursor is inside one), `text`
    (words follow on its line), `deleting`, `dismissed`, `learned` (see learned_gate.py), "" where nothing did.
    `cut`: why the suggestions are not all that the model would have written, "" where they are.
    """

    suggestions: tuple[Suggestion, ...] = ()
    superseded: bool = False
    silence: str = ""
    problem: str = ""
    closed: str = ""
    not_shown: str = ""
    gated: str = ""
    cut: str = ""
