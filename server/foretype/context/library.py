"""What collectors ask of the workspace's index: `repository.search.reader.SearchReader` is one, tests bring theirs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol


class FoundChunk(Protocol):
    """Whole lines of a file; a higher score fits better, within one answer."""

    @property
    def path(self) -> str: ...  # noqa: D102
    @property
    def start(self) -> int: ...  # noqa: D102
    @property
    def end(self) -> int: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def score(self) -> float: ...  # noqa: D102
    @property
    def lead(self) -> str: ...  # noqa: D102


class FoundSymbol(Protocol):
    """A definition: its lines, and its head as `signature`."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def path(self) -> str: ...  # noqa: D102
    @property
    def start(self) -> int: ...  # noqa: D102
    @property
    def end(self) -> int: ...  # noqa: D102
    @property
    def signature(self) -> str: ...  # noqa: D102
    @property
    def container(self) -> str: ...  # noqa: D102


class Library(Protocol):
    """An index of the workspace, asked from a thread. Missing things are empty answers, never errors."""

    def search(self, terms: Mapping[str, float], limit: int, without: Collection[str] = ()) -> Sequence[FoundChunk]:
        """The chunks that fit weighted words best, best first."""
        ...

    def definitions(self, names: Collection[str], limit: int) -> Sequence[FoundSymbol]:
        """Definitions of these names."""
        ...

    def symbols(self, path: str) -> Sequence[FoundSymbol]:
        """All definitions of a file, by line."""
        ...

    def outline(self, path: str) -> str:
        """A file's signatures without their bodies."""
        ...

    def file(self, path: str) -> str | None:
        """The text of a file."""
        ...

    def paths_ending(self, suffixes: Collection[str]) -> Sequence[str]:
        """Files whose path ends in one of these, shortest first."""
        ...

    def changed_with(self, path: str) -> Sequence[tuple[str, float]]:
        """Files that were committed together with this one, likeliest first."""
        ...


class EmptyLibrary:
    """What is known where nothing is indexed: open files and edits can stand in prompts all the same."""

    def search(self, terms: Mapping[str, float], limit: int, without: Collection[str] = ()) -> Sequence[FoundChunk]:
        """Nothing."""
        return ()

    def definitions(self, names: Collection[str], limit: int) -> Sequence[FoundSymbol]:
        """Nothing."""
        return ()

    def symbols(self, path: str) -> Sequence[FoundSymbol]:
        """Nothing."""
        return ()

    def outline(self, path: str) -> str:
        """Nothing."""
        return ""

    def file(self, path: str) -> str | None:
        """Nothing."""
        return None

    def paths_ending(self, suffixes: Collection[str]) -> Sequence[str]:
        """Nothing."""
        return ()

    def changed_with(self, path: str) -> Sequence[tuple[str, float]]:
        """Nothing."""
        return ()
