"""What a search finds: plain values. Paths are below the workspace folder, with forward slashes; lines count from 0."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of a file that belong together, `start` to `end` (exclusive). A higher `score` fits better.

    Scores compare within one answer only. Line ends are LF, and the text ends with one unless the file does not.
    `lead` are the file's lines right above, two at most, for who must know what the first line belongs to.
    """

    path: str
    start: int
    end: int
    text: str
    score: float
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition: the lines `start` to `end` (exclusive) with decorators and the comment right above.

    `kind` is one of `foretype.syntax`'s kinds. `signature` is its head without the body, dedented, at most a few
    hundred characters. `container` is the qualified name of what it is defined in, "" at the top of the file.
    """

    name: str
    kind: str
    path: str
    start: int
    end: int
    signature: str
    container: str


@dataclass(frozen=True, slots=True)
class SearchCounts:
    """What a database holds, and its size on disk in bytes."""

    files: int = 0
    chunks: int = 0
    symbols: int = 0
    size: int = 0
