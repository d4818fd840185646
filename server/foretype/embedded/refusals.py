"""What the engine never offers, each rule once, whatever its confidence.

First the rules about places, then those about candidates; a rule returns True to refuse.  The reasons are
for logs, tests and curious users, so they are whole phrases.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass
from itertools import pairwise

from .candidates import Candidate
from .cursor import Cursor
from .ranking import Scene
from .syntax import Family, in_comment
from .tokens import is_name

__all__ = ["CandidateCase", "PlaceCase", "reason_against_candidate", "reason_against_place"]


@dataclass(frozen=True, slots=True)
class PlaceCase:
    """A place that something could be offered at."""

    cursor: Cursor
    family: Family
    state: str
    """The syntax state before the cursor's line, as `syntax.scan` gives it."""


@dataclass(frozen=True, slots=True)
class CandidateCase:
    """A candidate at a place, after it was fitted to the text right of the cursor."""

    cursor: Cursor
    scene: Scene
    candidate: Candidate
    family: Family
    fitted: tuple[str, int] | None
    """The text and how many characters it replaces; None if it conflicts with what stands there."""
    rejected: Container[str]

    @property
    def line(self) -> str:
        """The whole line as it would be, stripped."""
        return (self.cursor.typed + self.candidate.text).strip()


def reason_against_place(case: PlaceCase) -> str | None:
    """Why nothing at all is offered here, or None."""
    return next((reason for reason, refuses in _PLACES if refuses(case)), None)


def reason_against_candidate(case: CandidateCase) -> str | None:
    """Why this candidate is not offered, or None."""
    return next((reason for reason, refuses in _CANDIDATES if refuses(case)), None)


def _inside_a_word(case: PlaceCase) -> bool:
    return re.match(r"\w", case.cursor.right) is not None


def _prose(case: PlaceCase) -> bool:
    return case.family.prose or in_comment(case.family, case.cursor.typed, case.state)


_PLACES: tuple[tuple[str, Callable[[PlaceCase], bool]], ...] = (
    ("the cursor is inside a word", _inside_a_word),
    ("comments, documentation and prose are not repeated", _prose),
)


def _nothing_to_add(case: CandidateCase) -> bool:
    return not case.candidate.text.strip()


def _conflict(case: CandidateCase) -> bool:
    return case.fitted is None or not case.fitted[0].strip()


def _next_line_again(case: CandidateCase) -> bool:
    below = next((text for text in case.cursor.around.below if not text.isspace()), "")
    indent = len(case.cursor.typed) - len(case.cursor.typed.lstrip())
    return below.strip() == case.line and len(below) - len(below.lstrip()) == indent


def _comment(case: CandidateCase) -> bool:
    opening = (*case.family.line_comments, *(block[0] for block in case.family.blocks))
    return case.line.startswith(opening) if opening else False


def _unknown_name(case: CandidateCase) -> bool:
    return any(is_name(word) and not case.scene.knows(word) for word in case.candidate.words)


# Invisible ones that could reorder or hide text; a tab inside a line is harmless.
_HARMFUL = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd\ud800-\udfff]"
)


def _harmful_character(case: CandidateCase) -> bool:
    return _HARMFUL.search(case.candidate.text) is not None


_OPAQUE = re.compile(r"[A-Za-z0-9+/_=.~-]{16,}")
_KNOWN_SECRET = re.compile(r"\b(?:sk-|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AKIA|ASIA|AIza|eyJ[A-Za-z0-9_-]{8})")


def _secret(case: CandidateCase) -> bool:
    line = case.line
    if _KNOWN_SECRET.search(line) and any(len(found) >= 16 for found in _OPAQUE.findall(line)):
        return True
    return any(_looks_random(found) for found in _OPAQUE.findall(line))


def _looks_random(text: str) -> bool:
    """Whether a string is a key or a hash: digits among letters, and more bits a character than words have.

    Shannon entropy of the characters; 16 random hexadecimal digits have about 3.2 bits each.
    """
    digits = sum(sign.isdigit() for sign in text)
    letters = sum(sign.isalpha() for sign in text)
    changes = sum(one.isdigit() != two.isdigit() for one, two in pairwise(text))
    if digits < 3 or not letters or changes < 4:
        return False
    counts = Counter(text).values()
    entropy = -sum(count / len(text) * math.log2(count / len(text)) for count in counts)
    return entropy > 3.0


def _rejected(case: CandidateCase) -> bool:
    return case.line in case.rejected


_CANDIDATES: tuple[tuple[str, Callable[[CandidateCase], bool]], ...] = (
    ("the line is complete", _nothing_to_add),
    ("it conflicts with the text right of the cursor", _conflict),
    ("it is the next line over again", _next_line_again),
    ("it begins a comment", _comment),
    ("it has a name that is neither in this file nor common", _unknown_name),
    ("it has invisible or control characters", _harmful_character),
    ("it looks like a secret or a hash", _secret),
    ("it was just rejected", _rejected),
)
