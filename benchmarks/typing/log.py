"""What happened in a session, in the order in which it did; figures.py counts it."""

from __future__ import annotations

from dataclasses import dataclass, field

from .model import Writing
from .page import Page


@dataclass(slots=True)
class Key:
    """One key, and what was on the screen when it fell. `at` is in seconds of the loop's clock.

    `possible`: the document agreed with the true text, so that a right suggestion could be there. `place` is how much
    of the page's target was typed after the key. `left` is what a suggestion that was typed through had left after it.
    """

    at: float
    page: Page
    kind: str
    shown: bool
    right: bool
    possible: bool
    place: int = 0
    left: str = ""


@dataclass(slots=True)
class Question:
    """One request of the editor for ghost text, made at a key, and its answer (None: none, or too late)."""

    key: Key
    place: int
    answered_at: float | None = None
    text: str = ""
    """What the answer showed behind the caret."""


@dataclass(slots=True)
class Log:
    """One session."""

    keys: list[Key] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    writings: list[Writing] = field(default_factory=list)
    damages: list[str] = field(default_factory=list)
    """Acceptances after which the document was not what the screen had promised."""
    popups: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """What the server answered with an error."""
    accepted: int = 0
    chances: int = 0
    """Lines on which a right suggestion was there that is worth taking; some are taken, see `ACCEPTS`."""
    characters: int = 0
    """Of the true text that now stand in the documents."""
    cpu: float | None = None
    """Seconds of the server and its children from the first key to the last."""
