"""The vote: every place whose left context resembles the cursor's votes for the rest of its line.

The weight of a vote grows with the tokens that match before the cursor and after its line, and is larger in
the open file than elsewhere.  A place may match up to renaming: its identifiers then take the names that
stand in their stead at the cursor.  Nothing is judged here; see `ranking` and `refusals`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol

from .cursor import FOLLOWING, Cursor
from .index import Match, TokenIndex, collect
from .open_file import PlacedPiece
from .segment import Segment
from .tokens import BOUNDARY, WIDTH

__all__ = ["Ballot", "Place", "take_votes"]

CAP = 30
"""Places that may vote, of each kind (exact, renamed) and origin (open file, segments)."""

BEFORE, AFTER, LOCAL, SHAPE = 2.0, 2.5, 2.0, 0.2
"""Factors of a vote's weight: for each token matched before, for each matched after, for standing in the open
file; and what a token that matches only in shape counts as.  From a grid search on the development
repositories of `benchmarks/embedded`; they are flat within 1 point of exact matches."""

_MOST_BEFORE = 24.0
_LONGEST_REST = 60
FAR_AWAY = 1_000_000


@dataclass(slots=True)
class Place:
    """Where a candidate is copied from, and what is renamed on the way."""

    line: str
    """The line's text, stripped."""
    token: int
    """Number of the token of that line that comes first after the place."""
    renames: dict[bytes, bytes]
    path: str | None
    """Of the file; None for the open one."""


@dataclass(slots=True)
class Ballot:
    """The votes for one rest of line."""

    place: Callable[[], Place]
    """Tells the place with the heaviest vote."""
    heaviest: float = 0.0
    weight: float = 0.0
    before: float = 0.0
    """Most tokens matched before the cursor; a token that only has the same shape counts less."""
    after: int = 0
    """Most tokens matched behind the line."""
    count: int = 0
    local: int = 0
    """Votes from the open file."""
    exact: int = 0
    """Votes that needed no renaming."""
    nearest: int = FAR_AWAY
    """Lines between the cursor and the nearest vote in the open file."""
    files: set[tuple[int, int]] = field(default_factory=set)


class _Source(Protocol):
    """Something that places are found in."""

    @property
    def weight(self) -> float:
        """Factor of its votes' weight."""

    @property
    def index(self) -> TokenIndex:
        """Where the places are."""

    def file(self, place: int) -> tuple[int, int]:
        """Something that tells the files apart."""

    def text(self, place: int, line: int) -> tuple[str, str | None]:
        """The stripped text of a place's line, and the path of its file (None: the open one)."""

    def after(self, line: int) -> bytes:
        """The ids that follow a line (behind its successor's marker), in stream order."""

    def distance(self, line: int) -> int:
        """Lines between the cursor and a line of the index."""


@dataclass(frozen=True, slots=True)
class _Local:
    """A piece of the open file."""

    placed: PlacedPiece
    cursor_line: int
    weight: float = LOCAL

    @property
    def index(self) -> TokenIndex:
        return self.placed.piece.index

    def file(self, place: int) -> tuple[int, int]:
        return -1, 0

    def text(self, place: int, line: int) -> tuple[str, str | None]:
        return self.placed.piece.text_of(line), None

    def after(self, line: int) -> bytes:
        first = self.index.bounds[line]
        if first:
            return _following(self.index, first)
        behind = self.placed.next_piece
        return b"" if behind is None else _following(behind.index, behind.index.bounds[-1])

    def distance(self, line: int) -> int:
        return abs(self.placed.first_line + self.placed.piece.rows[line] - self.cursor_line)


@dataclass(frozen=True, slots=True)
class _Remote:
    """A segment of the workspace's index."""

    segment: Segment
    number: int
    weight: float = 1.0

    @property
    def index(self) -> TokenIndex:
        return self.segment.index

    def file(self, place: int) -> tuple[int, int]:
        return self.number, self.segment.file_of(place)

    def text(self, place: int, line: int) -> tuple[str, str | None]:
        return self.segment.text_of(line), self.segment.paths[self.segment.file_of(place)]

    def after(self, line: int) -> bytes:
        return _following(self.index, self.index.bounds[line])

    def distance(self, line: int) -> int:
        return FAR_AWAY


def _following(index: TokenIndex, first: int) -> bytes:
    """The ids of the lines that stand before token `first` in stream order, without the first marker."""
    found = index.slice(max(0, first - 1 - FOLLOWING), first)
    return b"" if found[-WIDTH:] == BOUNDARY else found[:-WIDTH]


class _Renaming(NamedTuple):
    """How well a place matches up to renaming, and which ids there stand for which here."""

    score: float
    renames: dict[bytes, bytes]


def take_votes(cursor: Cursor, segments: Sequence[Segment], hidden: Sequence[Container[str]]) -> dict[bytes, Ballot]:
    """The ballots by the rest of line they are for (ids in stream order; no ids: the line ends here).

    `hidden[i]` are the paths of `segments[i]` that must not vote; where there is no such entry, all do.
    """
    ballots: dict[bytes, Ballot] = {}
    pieces = [_Local(placed, cursor.around.line) for placed in cursor.around.pieces]
    _vote(cursor, pieces, ballots, None)
    if segments:
        remotes = [_Remote(segment, number) for number, segment in enumerate(segments)]
        _vote(cursor, remotes, ballots, _visible(segments, hidden))
    return ballots


def _visible(segments: Sequence[Segment], hidden: Sequence[Container[str]]) -> Callable[[int, int], bool]:
    known: dict[tuple[int, int], bool] = {}

    def allowed(source: int, place: int) -> bool:
        segment = segments[source]
        file = segment.file_of(place)
        found = known.get((source, file))
        if found is None:
            found = known[source, file] = source >= len(hidden) or segment.paths[file] not in hidden[source]
        return found

    return allowed


def _vote(
    cursor: Cursor,
    sources: Sequence[_Source],
    ballots: dict[bytes, Ballot],
    allowed: Callable[[int, int], bool] | None,
) -> None:
    exact = collect([source.index.exact for source in sources], cursor.context, CAP, allowed)
    known = {(match.source, match.place): match.depth for match in exact}
    for match in exact:
        _count(cursor, sources[match.source], ballots, match, None)
    renamed = collect([source.index.shapes for source in sources], cursor.shapes, CAP, allowed)
    for match in renamed:
        if match.depth <= cursor.words_on_line or match.depth <= known.get((match.source, match.place), 0) + 2:
            continue
        _count(cursor, sources[match.source], ballots, match, _renaming(cursor, sources[match.source].index, match))


def _renaming(cursor: Cursor, index: TokenIndex, match: Match) -> _Renaming:
    theirs = index.slice(match.place, match.place + match.depth)
    score = 0.0
    renames: dict[bytes, bytes] = {}
    for at in range(0, len(theirs), WIDTH):
        there, here = theirs[at : at + WIDTH], cursor.context[at : at + WIDTH]
        score += 1.0 if there == here else SHAPE
        if renames.setdefault(there, here) != here:
            break
    return _Renaming(score, {there: here for there, here in renames.items() if there != here})


def _count(
    cursor: Cursor, source: _Source, ballots: dict[bytes, Ballot], match: Match, renaming: _Renaming | None
) -> None:
    index, place = source.index, match.place
    line = index.line_of(place)
    first = index.bounds[line]
    if place - first > _LONGEST_REST:
        return
    rest = index.slice(first, place)
    before, renames = (float(match.depth), {}) if renaming is None else renaming
    if renames:
        ids = [rest[at : at + WIDTH] for at in range(0, len(rest), WIDTH)]
        rest = b"".join([renames.get(token, token) for token in ids])
    after = _common_end(cursor.following, source.after(line))
    weight = BEFORE ** min(before, _MOST_BEFORE) * AFTER**after * source.weight
    ballot = ballots.get(rest)
    if ballot is None or weight > ballot.heaviest:
        place_of = partial(_place, source, match.place, line, renames)
        if ballot is None:
            ballot = ballots[rest] = Ballot(place_of)
        ballot.place, ballot.heaviest = place_of, weight
    ballot.weight += weight
    ballot.before = max(ballot.before, before)
    ballot.after = max(ballot.after, after)
    ballot.count += 1
    ballot.local += source.weight == LOCAL
    ballot.exact += not renames
    ballot.nearest = min(ballot.nearest, source.distance(line))
    ballot.files.add(source.file(place))


def _place(source: _Source, place: int, line: int, renames: dict[bytes, bytes]) -> Place:
    text, path = source.text(place, line)
    return Place(text, source.index.bounds[line + 1] - 1 - place, renames, path)


def _common_end(one: bytes, other: bytes) -> int:
    """How many tokens at their ends two stretches share."""
    if one[-WIDTH:] != other[-WIDTH:]:
        return 0  # By far the most frequent case.
    size = min(len(one), len(other))
    differing = int.from_bytes(one[len(one) - size :], "big") ^ int.from_bytes(other[len(other) - size :], "big")
    if not differing:
        return size // WIDTH
    return ((differing & -differing).bit_length() - 1) // (WIDTH * 8)
