"""How the tests of the embedded engine write down a place: text with a bar at the cursor."""

from __future__ import annotations

from foretype.embedded import OpenFile, Prediction, Query, Segment, build_segment, complete

CURSOR = "│"


def chunked(text: str, size: int = 32) -> tuple[tuple[str, ...], ...]:
    lines = text.split("\n")
    lines = [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    return tuple(tuple(lines[at : at + size]) for at in range(0, len(lines), size))


def query_at(marked: str, language: str = "python", path: str | None = "here.py") -> Query:
    before, _, after = marked.partition(CURSOR)
    line = before.count("\n")
    column = len(before) - (before.rfind("\n") + 1)
    return Query(chunked(before + after), line, column, path, language)


def segment_of(files: dict[str, str]) -> Segment:
    return Segment(build_segment(files.items()))


def ask(
    marked: str, workspace: dict[str, str] | None = None, language: str = "python", **more: object
) -> Prediction | None:
    segments = [segment_of(workspace)] if workspace else []
    return complete(query_at(marked, language), OpenFile(), segments, **more)  # type: ignore[arg-type]


def check(marked: str, expected: str | None, workspace: dict[str, str] | None = None, language: str = "python") -> None:
    found = ask(marked, workspace, language)
    assert (found.text if found else None) == expected
