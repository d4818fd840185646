"""What collectors look at: a place in a document, what else is open, what was just changed. Plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from foretype.context.identifiers import identifiers
from foretype.context.search_index import SearchIndex
from foretype.context.terms import terms_of_names
from foretype.repository.search.values import Symbol
from foretype.syntax.definitions import Definition, Import, definitions_and_imports, imports
from foretype.text.lines import line_body

_ABOVE: Final = 30
_BELOW: Final = 20
"""Lines around the cursor whose names are asked for. Full-text search finds more with a short query than with a long
one; with weights that fall with the distance the exact bounds matter little."""

_HALF: Final = 8
"""Lines after which a name counts half."""

_PATH: Final = 0.7
"""What a word of the document's path counts for, beside a name on the cursor's line."""

_EDITED: Final = 0.35
"""The same for a name in one of the last edits."""

_EDITS_ASKED: Final = 6

_LONGEST_PARSED: Final = 50_000
"""Characters. Parsers keep the interpreter to themselves while they work, about a millisecond for every 8,000: a longer
document would make the event loop wait."""

MOST_LINES: Final = 20_000
"""Longer documents are generated ones; their outline and imports would cost more than they say."""

MOST_CHARACTERS: Final = 2_000_000
"""The same, where lines are long."""

LONGEST_LINE: Final = 1_000
"""Characters. No person wrote a longer line; looking for names in one keeps the interpreter from everybody else."""

_HEAD: Final = 400
"""Lines of a longer document in which imports are looked for."""


def bodies(lines: Iterable[str]) -> list[str]:
    """Lines without their ends, and as blank ones those that no person wrote."""
    return ["" if len(line) > LONGEST_LINE else line_body(line) for line in lines]


@dataclass(frozen=True, slots=True)
class OpenFile:
    """Another file that is open or was visited, the lines without their ends."""

    path: str
    language_id: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class RecentEdit:
    """Lines that the user has changed: from which line they stand now, what stood there, what stands there now.

    `above` are lines over them that no prompt shows: they may name a secret that stands here.
    """

    path: str
    start: int
    removed: tuple[str, ...]
    added: tuple[str, ...]
    above: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What a tool says of a line of the document."""

    line: int
    message: str


@dataclass(frozen=True)
class Scene:
    """A place in a document, with everything that may be known around it.

    `line` is the cursor's, from 0; lines are without their ends. `open_files` the latest visited first, `edits` the
    latest last.
    """

    path: str
    language_id: str
    lines: Sequence[str]
    line: int
    index: SearchIndex
    open_files: tuple[OpenFile, ...] = ()
    edits: tuple[RecentEdit, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    clipboard: str = ""

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """What the document imports; of a long one, what its head does."""
        if self._read is not None:
            return self._read[1]
        return imports("\n".join(self.lines[:_HEAD]), self.language_id)

    @cached_property
    def defined(self) -> frozenset[str]:
        """The names that the document defines; of a long one, as it is indexed."""
        found: Sequence[Definition | Symbol] = (
            self._read[0] if self._read is not None else self.index.symbols(self.path)
        )
        return frozenset(one.name for one in found)

    @cached_property
    def _read(self) -> tuple[tuple[Definition, ...], tuple[Import, ...]] | None:
        """What the whole document defines and imports; None where it is too long to be parsed."""
        if sum(map(len, self.lines)) > _LONGEST_PARSED:
            return None
        return definitions_and_imports("\n".join(self.lines), self.language_id)

    @cached_property
    def near(self) -> dict[str, float]:
        """Names around the cursor, the nearest first, each with a weight that falls with the distance from 1 to 0."""
        found: dict[str, float] = {}
        for distance, line in self._by_distance():
            for name in identifiers(line, self.language_id):
                found.setdefault(name, 1.0 / (1.0 + distance / _HALF))
        return found

    @cached_property
    def wanted(self) -> dict[str, float]:
        """The names to look for: those near, the words of the path, and those of the last edits."""
        found = dict(self.near)
        self._raise(found, self.path.replace("/", " ").replace(".", " "), _PATH)
        for edit in self.edits[-_EDITS_ASKED:]:
            self._raise(found, "\n".join((*edit.added, *edit.removed)), _EDITED)
        return found

    @cached_property
    def wanted_terms(self) -> dict[str, float]:
        """The same as terms: in lower case, with the words that names are made of."""
        return terms_of_names(self.wanted)

    def is_beside(self, path: str) -> bool:
        """Whether a file lies in the same folder."""
        return path.rpartition("/")[0] == self.path.rpartition("/")[0]

    def _raise(self, found: dict[str, float], text: str, weight: float) -> None:
        for name in identifiers(text):
            found[name] = max(weight, found.get(name, 0.0))

    def _by_distance(self) -> list[tuple[int, str]]:
        below = [(2 + at, line) for at, line in enumerate(self.lines[self.line + 1 : self.line + 1 + _BELOW])]
        near = self.lines[max(0, self.line - _ABOVE) : self.line + 1]
        above = [(at, line) for at, line in enumerate(reversed(near))]
        return sorted([*above, *below], key=lambda item: item[0])
