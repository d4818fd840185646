"""Completing the sampled lines: at the line's start and after a third of its tokens, as an editor would ask."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from foretype.embedded import OpenFile, Query, Segment, build_segment
from foretype.embedded.predict import Verdict, judge
from foretype.embedded.tokens import TOKEN

from .baseline import longest_match
from .git import CODE, Repository, code_files
from .positions import Position, Sample

__all__ = ["Answer", "Build", "answers", "build", "same"]

_CHUNK = 64
_FILES_PER_SEGMENT = 1_000_000  # characters: about 250,000 tokens


@dataclass(frozen=True, slots=True)
class Build:
    """The index of a tree, and what it cost."""

    segments: list[Segment]
    tokens: int
    size: int
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine made of one cursor."""

    expected: str
    """The rest of the line, which it did not see."""
    line_start: bool
    verdicts: list[Verdict]
    cpu_ms: float
    baseline: tuple[str, float]
    """Text and strength of the baseline's proposal."""
    baseline_ms: float

    @property
    def best(self) -> Verdict | None:
        """The likeliest candidate that is not refused."""
        offered = [verdict for verdict in self.verdicts if verdict.refusal is None]
        return max(offered, key=lambda verdict: verdict.confidence, default=None)


def build(repository: Repository, commit: str) -> Build:
    """Index a commit's code, in segments of about a million characters."""
    groups: list[list[tuple[str, str]]] = [[]]
    room = _FILES_PER_SEGMENT
    for path, text in code_files(repository, commit):
        if room < 0:
            groups.append([])
            room = _FILES_PER_SEGMENT
        groups[-1].append((path, text))
        room -= len(text)
    start = time.process_time()
    data = [build_segment(group) for group in groups]
    cpu = time.process_time() - start
    segments = [Segment(one) for one in data]
    return Build(segments, sum(one.tokens for one in segments), sum(map(len, data)), cpu)


def answers(repository: Repository, sample: Sample, segments: Sequence[Segment]) -> Iterator[Answer]:
    """Ask for every position of a sample, twice."""
    for position in sample.positions:
        text = repository.read(position.commit, position.path)
        if text is None:
            raise ValueError(f"{sample.name} has no {position.path} at {position.commit}")
        gone = repository.files(sample.index) - repository.files(position.commit)
        yield from _ask(position, text, segments, gone | {position.path})


def _ask(position: Position, text: str, segments: Sequence[Segment], hidden: frozenset[str]) -> Iterator[Answer]:
    lines = [row + "\n" for row in text.split("\n")]
    above, below, line = lines[: position.line], lines[position.hunk_end :], lines[position.line].rstrip()
    language = CODE[Path(position.path).suffix]
    tokens = list(TOKEN.finditer(line))
    open_file = OpenFile()
    for column, line_start in ((tokens[0].start(), True), (tokens[len(tokens) // 3 - 1].end(), False)):
        document = [*above, line[:column] + "\n", *below]
        if line_start:
            chunks = [tuple(document[at : at + _CHUNK]) for at in range(0, len(document), _CHUNK)]
            elsewhere = position.line + 2 * _CHUNK if position.line < len(document) // 2 else position.line - 2 * _CHUNK
            for _ in open_file.prepare(chunks, elsewhere, language):
                pass  # As after opening; the chunk with the cursor is indexed again by the query itself.
        number, row = divmod(position.line, _CHUNK)
        chunk = chunks[number]
        chunks = [*chunks[:number], (*chunk[:row], document[position.line], *chunk[row + 1 :]), *chunks[number + 1 :]]
        query = Query(chunks, position.line, column, position.path, language)
        start = time.process_time()
        verdicts = judge(query, open_file, segments, [hidden] * len(segments))
        between = time.process_time()
        guess = longest_match(query, open_file, segments, hidden)
        end = time.process_time()
        yield Answer(line[column:], line_start, verdicts, (between - start) * 1e3, guess, (end - between) * 1e3)


def same(one: str, other: str) -> bool:
    """Whether two rests of a line are equal but for runs of blanks."""
    return re.sub(r"\s+", " ", one.strip()) == re.sub(r"\s+", " ", other.strip())
