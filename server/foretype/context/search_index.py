"""What collectors ask of the workspace's index: `repository.search.reader.SearchReader` is one, tests bring theirs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from foretype.repository.search.values import Chunk, Symbol


class SearchIndex(Protocol):
    """An index of the workspace, asked from a thread. Missing things are empty answers, never errors."""

    def search(self, terms: Mapping[str, float], limit: int, without: Collection[str] = ()) -> Sequence[Chunk]:
        """The chunks that fit weighted words best, best first."""
        ...

    def definitions(self, names: Collection[str], limit: int) -> Sequence[Symbol]:
        """Definitions of these names."""
        ...

    def symbols(self, path: str) -> Sequence[Symbol]:
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


class EmptySearchIndex:
    """What is known where nothing is indexed: open files and edits can stand in prompts all the same."""

    def search(self, terms: Mapping[str, float], limit: int, without: Collection[str] = ()) -> Sequence[Chunk]:
        """Nothing."""
        return ()

    def definitions(self, names: Collection[str], limit: int) -> Sequence[Symbol]:
        """Nothing."""
        return ()

    def symbols(self, path: str) -> Sequence[Symbol]:
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
