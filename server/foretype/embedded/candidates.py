"""From ballots to texts: the candidates for the rest of the line, copied from real lines."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from .cursor import Cursor
from .tokens import TOKEN, WIDTH, token_id
from .votes import Ballot, Place

__all__ = ["Candidate", "candidates"]

MOST_CANDIDATES = 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """One text for the rest of the line."""

    text: str
    """What is to be typed from the cursor on; empty if the line ends there."""
    words: tuple[str, ...]
    """Its tokens, the word that is partly typed included."""
    ballot: Ballot
    share: float
    """Its part of all votes that fit what is typed, 0 to 1."""
    margin: float
    """Its votes over those of the best other candidate (at most 1e9)."""
    lead: float
    """Tokens by which its longest match is longer than that of any other candidate (negative: shorter)."""
    part: float
    """Its part of the places that vote, whatever their weight, 0 to 1."""
    agreement: float
    """Part of the votes that go to candidates with the same first token, 0 to 1."""
    rank: int
    """How many candidates have more votes."""
    rivals: int
    """How many different rests of line got votes."""
    path: str | None
    renamed: bool


def candidates(cursor: Cursor, ballots: dict[bytes, Ballot]) -> list[Candidate]:
    """The best-voted rests of the line that continue the word at the cursor, best first, at most 6."""
    fitting = list(ballots.items())
    if cursor.partial:
        fitting = _continuing(cursor, fitting)
    if not fitting:
        return []
    total = sum(ballot.weight for _, ballot in fitting)
    best = heapq.nlargest(MOST_CANDIDATES, fitting, key=lambda item: (item[1].weight, item[0]))
    first, second = best[0][1].weight, best[1][1].weight if len(best) > 1 else 0.0
    lengths = heapq.nlargest(2, [ballot.before for _, ballot in fitting])
    places = sum(ballot.count for _, ballot in fitting)
    first_tokens: dict[bytes, float] = {}
    for rest, ballot in fitting:
        first_tokens[rest[-WIDTH:]] = first_tokens.get(rest[-WIDTH:], 0.0) + ballot.weight
    found = []
    for number, (rest, ballot) in enumerate(best):
        longest = lengths[0] if ballot.before < lengths[0] else lengths[-1] if len(lengths) > 1 else 0.0
        words, text, place = _text(cursor, ballot)
        rival = first if number else second
        found.append(
            Candidate(
                text=text,
                words=words,
                ballot=ballot,
                share=ballot.weight / total,
                margin=min(1e9, ballot.weight / rival) if rival else 1e9,
                lead=ballot.before - longest,
                part=ballot.count / places,
                agreement=first_tokens[rest[-WIDTH:]] / total,
                rank=number,
                rivals=len(fitting),
                path=place.path,
                renamed=not ballot.exact,
            )
        )
    return found


def _continuing(cursor: Cursor, ballots: list[tuple[bytes, Ballot]]) -> list[tuple[bytes, Ballot]]:
    """The ballots whose first token begins with the partial word."""
    known: dict[bytes, bool] = {}
    found = []
    for rest, ballot in ballots:
        first = rest[-WIDTH:]
        if first not in known:
            words = _text(cursor, ballot)[0] if first else ()
            known[first] = bool(words) and words[0].startswith(cursor.partial)
        if known[first]:
            found.append((rest, ballot))
    return found


def _text(cursor: Cursor, ballot: Ballot) -> tuple[tuple[str, ...], str, Place]:
    """The tokens of a rest of line and its text from the cursor on, with the blanks that the source has."""
    place = ballot.place()
    tokens = list(TOKEN.finditer(place.line))
    end = tokens[place.token - 1].end() if place.token else 0
    words: list[str] = []
    parts: list[str] = []
    for token in tokens[place.token :]:
        word = token.group()
        if place.renames:
            word = cursor.words.get(place.renames.get(token_id(word), b""), word)
        parts += (place.line[end : token.start()], word)
        words.append(word)
        end = token.end()
    if not parts:
        return (), "", place
    if cursor.partial or not cursor.words_on_line or cursor.typed[-1:].isspace():
        parts[0] = ""  # The blank is typed already, or the word has begun.
    return tuple(words), "".join(parts)[len(cursor.partial) :], place
