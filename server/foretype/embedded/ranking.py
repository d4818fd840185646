"""How likely a candidate is to be what the user is about to type: a logistic model over its votes.

The weights were fitted on the development repositories of `benchmarks/embedded` alone (`fit.py` there), on
lines that later commits added.  A confidence is meant as a probability: of the suggestions at .8, about 8 in
10 should be right.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from .candidates import Candidate
from .cursor import Cursor
from .open_file import Piece
from .tokens import WIDTH, Encoder, is_name, token_id
from .words import COMMON_WORDS

__all__ = ["FEATURES", "Scene", "confidence", "features", "look_around"]

FEATURES: tuple[tuple[str, float], ...] = (
    ("bias", -4.138),
    ("log of its share of the votes", 0.064),
    ("log of its margin over the best other candidate, within 5", 0.231),
    ("log of the tokens matched before", 1.097),
    ("log of the tokens matched after", 0.419),
    ("log of the number of its votes", 0.343),
    ("voted for in the open file", 0.595),
    ("only places that match up to renaming vote for it", -1.548),
    ("log of its tokens", -0.02),
    ("nothing is typed on the line", -1.344),
    ("log of the tokens typed on the line", -0.856),
    ("part of its names that are unknown near the cursor", -2.629),
    ("part of its tokens that are words after a blank", 0.494),
    ("would repeat a line near the cursor", -0.023),
    ("leaves a bracket open or closes one too many", 0.213),
    ("no other candidate has votes", 0.864),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What the lines around the cursor hold, gathered once for all candidates."""

    known: frozenset[int]
    """Ids of the tokens in the lines around."""
    pieces: tuple[Piece, ...]
    """The whole of the open file that is indexed."""
    near: frozenset[str]
    """The lines next to the cursor's, stripped."""
    typed: str
    """The cursor's line up to the cursor, stripped on the left."""
    typed_words: int

    def knows_near(self, name: str) -> bool:
        """Whether a name stands in the lines around, or is common in any code."""
        return name in COMMON_WORDS or int.from_bytes(token_id(name), "big") in self.known

    def knows(self, name: str) -> bool:
        """Whether a name stands anywhere in the open file, or is common in any code."""
        if self.knows_near(name):
            return True
        number = int.from_bytes(token_id(name), "big")
        return any(number in piece.ids() for piece in self.pieces)


def look_around(cursor: Cursor, encoder: Encoder) -> Scene:
    """Gather what `features` asks about the surroundings."""
    around = cursor.around
    lines = [encoder.line(text).ids for text in around.above + around.below]
    stream = b"".join([*lines, encoder.line(cursor.typed).ids])
    near = frozenset(text.strip() for text in around.above[:9] + around.below[:8])
    return Scene(
        known=frozenset(struct.unpack(f">{len(stream) // WIDTH}I", stream)),
        pieces=tuple(placed.piece for placed in around.pieces),
        near=near,
        typed=cursor.typed.lstrip(),
        typed_words=cursor.words_on_line,
    )


def features(scene: Scene, candidate: Candidate) -> list[float]:
    """The numbers that the model weighs, in the order of `FEATURES`."""
    ballot, words = candidate.ballot, candidate.words
    names = [word for word in words if is_name(word)]
    unknown = [name for name in names if not scene.knows_near(name)]
    whole = (scene.typed + candidate.text).strip()
    log_margin = math.log(candidate.margin) if candidate.margin else -5.0
    blanks = sum(part.isidentifier() for part in candidate.text.split(" ")[1:])
    return [
        1.0,
        math.log(candidate.share),
        max(-5.0, min(5.0, log_margin)),
        math.log1p(ballot.before),
        math.log1p(ballot.after),
        math.log1p(ballot.count),
        float(ballot.local > 0),
        float(candidate.renamed),
        math.log1p(len(words)),
        float(not scene.typed_words),
        math.log1p(scene.typed_words),
        len(unknown) / (1 + len(names)),
        blanks / (1 + len(words)),
        float(whole in scene.near),
        float(_depth(whole) != 0),
        float(candidate.share > 0.999),
    ]


def confidence(values: list[float]) -> float:
    """The model's probability for a candidate's features, 0 to 1."""
    logit = sum(weight * value for (_, weight), value in zip(FEATURES, values, strict=True))
    return 1.0 / (1.0 + math.exp(-logit)) if logit > -700 else 0.0


def _depth(text: str) -> int:
    """Brackets that are opened more often than closed (without regard to strings)."""
    return sum(text.count(sign) for sign in "([{") - sum(text.count(sign) for sign in ")]}")
