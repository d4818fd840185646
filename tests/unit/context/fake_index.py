"""A search index for tests: files by path, defined names and outlines read off them as the index does, plain search."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from foretype.context.terms import terms_of_line, terms_of_names
from foretype.repository.search.values import Chunk, Symbol
from foretype.syntax.definitions import definitions, definitions_and_outline


@dataclass
class FakeSearchIndex:
    """Each file is one chunk."""

    files: Mapping[str, str]
    together: Mapping[str, Sequence[tuple[str, float]]] | None = None
    asked: int = 0

    def search(self, terms: Mapping[str, float], limit: int, without: Collection[str] = ()) -> list[Chunk]:
        self.asked += 1
        wanted = terms_of_names(terms)
        found = []
        for path, text in self.files.items():
            if path not in without:
                there = {term for line in text.split("\n") for term in terms_of_line(line)}
                score = sum(weight for term, weight in wanted.items() if term in there)
                if score:
                    found.append(Chunk(path, 0, text.count("\n"), text, score))
        return sorted(found, key=lambda chunk: (-chunk.score, chunk.path))[:limit]

    def definitions(self, names: Collection[str], limit: int) -> list[Symbol]:
        return [one for path in self.files for one in self.symbols(path) if one.name in names][:limit]

    def symbols(self, path: str) -> list[Symbol]:
        lines = self.files[path].split("\n")
        return [
            Symbol(
                one.name,
                one.kind,
                path,
                one.start,
                one.end,
                "\n".join(line.strip() for line in lines[one.signature_start : max(one.body_start, one.start + 1)]),
                one.container,
            )
            for one in definitions(self.files[path], "python")
        ]

    def outline(self, path: str) -> str:
        return definitions_and_outline(self.files[path], "python")[1] if path in self.files else ""

    def file(self, path: str) -> str | None:
        return self.files.get(path)

    def paths_ending(self, suffixes: Collection[str]) -> list[str]:
        ends = tuple("/" + suffix.strip("/") for suffix in suffixes)
        return sorted(path for path in self.files if f"/{path}".endswith(ends))

    def changed_with(self, path: str) -> Sequence[tuple[str, float]]:
        return (self.together or {}).get(path, ())
