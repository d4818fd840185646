"""How likely a candidate is to be what the user is about to type: features of its votes, weighed by `model`.

A confidence is meant as a probability: of the suggestions at .8, about 8 in 10 should be right.
"""

from __future__ import annotations

import math
import struct
from collections import Counter
from dataclasses import dataclass

from .candidates import Candidate
from .cursor import Cursor
from .model import log_odds
from .open_file import Piece
from .tokens import WIDTH, Encoder, is_name, token_id
from .words import COMMON_WORDS

__all__ = ["FEATURES", "Scene", "confidence", "features", "look_around"]

FEATURES = (
    "log of its share of the votes",
    "log of its votes over those of the best other candidate, within 5",
    "its part of the places, whatever their weight",
    "part of the votes that agree on its first token",
    "log of the tokens matched before",
    "tokens matched before, more than for any other candidate (in eights, within 3)",
    "log of the rare names among the tokens matched before",
    "log of the tokens matched behind the line",
    "log of the places that vote for it",
    "log of the files that they are in",
    "part of them in the open file",
    "log of the lines to the nearest of them",
    "part of them that match without renaming",
    "log of the number of other candidates",
    "how many candidates have more votes",
    "log of its tokens",
    "log of its characters",
    "its names",
    "part of its names that are unknown near the cursor",
    "part of its names that are unknown very near the cursor",
    "part of its tokens that are words after a blank",
    "holds a digit",
    "holds a quote",
    "begins with a name",
    "leaves the line with brackets open or closed too many",
    "leaves the line to be continued",
    "leaves the line closed",
    "log of the times that the whole line stands near the cursor",
    "the whole line stands next to the cursor's",
    "has a word that is on the line already",
    "log of the tokens typed on the line",
    "the line above is blank",
    "the line below is blank",
)
"""What the numbers of `features` are, in their order.  "Near" is 200 lines above and 60 below."""

_VERY_NEAR_ABOVE, _VERY_NEAR_BELOW = 20, 8
_NEXT_ABOVE, _NEXT_BELOW = 9, 8


@dataclass(frozen=True, slots=True)
class Scene:
    """What the lines around the cursor hold, gathered once for all candidates."""

    pieces: tuple[Piece, ...]
    """All of the open file that is indexed."""
    near: frozenset[int]
    very_near: frozenset[int]
    """Ids of the tokens in the lines around."""
    lines: Counter[str]
    """The lines around, stripped."""
    next_lines: frozenset[str]
    typed: str
    """The cursor's line up to the cursor, stripped on the left."""
    typed_words: int
    rare: tuple[int, ...]
    """For each length of context: how many of its tokens are names outside the common words."""
    blank_above: bool
    blank_below: bool

    def knows(self, name: str) -> bool:
        """Whether a name stands anywhere in the open file, or is common in any code."""
        if name in COMMON_WORDS:
            return True
        number = _number(name)
        return number in self.near or any(number in piece.ids() for piece in self.pieces)


def look_around(cursor: Cursor, encoder: Encoder) -> Scene:
    """Gather what `features` asks about the surroundings."""
    above, below = cursor.around.above, cursor.around.below
    typed = encoder.line(cursor.typed).ids
    near = [encoder.line(text).ids for text in above + below]
    very_near = near[:_VERY_NEAR_ABOVE] + near[len(above) : len(above) + _VERY_NEAR_BELOW]
    rare = [0]
    for at in range(0, len(cursor.context), WIDTH):
        token = slice(at, at + WIDTH)
        rare.append(rare[-1] + (cursor.context[token] != cursor.shapes[token]))
    return Scene(
        pieces=tuple(placed.piece for placed in cursor.around.pieces),
        near=_numbers([*near, typed]),
        very_near=_numbers([*very_near, typed]),
        lines=Counter([text.strip() for text in above + below]),
        next_lines=frozenset(text.strip() for text in above[:_NEXT_ABOVE] + below[:_NEXT_BELOW]),
        typed=cursor.typed.lstrip(),
        typed_words=cursor.words_on_line,
        rare=tuple(rare),
        blank_above=bool(above) and above[0].isspace(),
        blank_below=bool(below) and below[0].isspace(),
    )


def features(scene: Scene, candidate: Candidate) -> list[float]:
    """The numbers that the model weighs, in the order of `FEATURES`."""
    ballot, words, text = candidate.ballot, candidate.words, candidate.text
    names = [word for word in words if is_name(word)]
    rare = [_number(name) for name in names if name not in COMMON_WORDS]
    whole = (scene.typed + text).strip()
    matched = min(int(ballot.before), len(scene.rare) - 1)
    return [
        math.log(max(candidate.share, 1e-9)),
        max(-5.0, min(5.0, math.log(max(candidate.margin, 1e-9)))),
        candidate.part,
        candidate.agreement,
        math.log1p(ballot.before),
        max(-3.0, min(3.0, candidate.lead / 8)),
        math.log1p(scene.rare[matched]),
        math.log1p(ballot.after),
        math.log1p(ballot.count),
        math.log1p(len(ballot.files)),
        ballot.local / ballot.count,
        math.log1p(min(ballot.nearest, 3000)),
        ballot.exact / ballot.count,
        math.log1p(candidate.rivals),
        float(candidate.rank),
        math.log1p(len(words)),
        math.log1p(len(text)),
        float(len(names)),
        sum(number not in scene.near for number in rare) / (1 + len(names)),
        sum(number not in scene.very_near for number in rare) / (1 + len(names)),
        sum(part.isidentifier() for part in text.split(" ")[1:]) / (1 + len(words)),
        float(any(sign.isdigit() for sign in text)),
        float('"' in text or "'" in text),
        float(bool(words) and is_name(words[0])),
        float(_depth(whole)),
        float(whole[-1:] in "([{:,"),
        float(whole[-1:] in ")]};"),
        math.log1p(scene.lines[whole]),
        float(whole in scene.next_lines),
        float(not set(words).isdisjoint(scene.typed.split())),
        math.log1p(scene.typed_words),
        float(scene.blank_above),
        float(scene.blank_below),
    ]


def confidence(values: list[float]) -> float:
    """The model's probability for a candidate's features, 0 to 1."""
    return 1.0 / (1.0 + math.exp(-log_odds(values)))


def _number(name: str) -> int:
    return int.from_bytes(token_id(name), "big")


def _numbers(ids: list[bytes]) -> frozenset[int]:
    stream = b"".join(ids)
    return frozenset(struct.unpack(f">{len(stream) // WIDTH}I", stream))


def _depth(text: str) -> int:
    """Brackets that are opened more often than closed (without regard to strings)."""
    return sum(text.count(sign) for sign in "([{") - sum(text.count(sign) for sign in ")]}")
