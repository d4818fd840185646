"""Which lines are completed: chosen once, kept as commit, path and line, without any source text.

A line is eligible if a later commit than the indexed one really added it: it is code, has at least three
tokens, and no line of the same text (indentation aside) was removed by the same commit.
"""

from __future__ import annotations

import io
import json
import random
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from .git import Repository, is_code

__all__ = ["Position", "Sample", "choose", "load", "save"]

_FOLDER = Path(__file__).parent / "positions"
_TOKEN = re.compile(r"\w+|[^\w\s]")
_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")
_MONTHS = 18


@dataclass(frozen=True, slots=True)
class Position:
    """One added line (all numbers count from 0)."""

    commit: str
    path: str
    line: int
    hunk_end: int
    """The first line below it that was there before."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The positions of a repository, and the commit whose tree is indexed."""

    name: str
    index: str
    positions: tuple[Position, ...]


def load(repository: Repository) -> Sample | None:
    """The frozen sample whose commits this repository has."""
    for file in sorted(_FOLDER.glob("*.json")):
        data = json.loads(file.read_text())
        if repository.has(data["index"]):
            found = [
                Position(commit, path, line, end)
                for commit, paths in data["commits"].items()
                for path, lines in paths.items()
                for line, end in lines
            ]
            return Sample(data["repository"], data["index"], tuple(found))
    return None


def save(sample: Sample) -> Path:
    """Freeze a sample."""
    commits: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for position in sample.positions:
        lines = commits.setdefault(position.commit, {}).setdefault(position.path, [])
        lines.append((position.line, position.hunk_end))
    _FOLDER.mkdir(exist_ok=True)
    file = _FOLDER / (sample.name.replace("/", "+") + ".json")
    data = {"repository": sample.name, "index": sample.index, "commits": commits}
    file.write_text(json.dumps(data, separators=(",", ":")) + "\n")
    return file


def choose(repository: Repository, name: str, count: int) -> Sample:
    """Choose added lines at random (always the same ones), at most a tenth of them from one commit."""
    newest = datetime.fromisoformat(repository.run("log", "-1", "--format=%cI").strip())
    before = (newest - timedelta(days=30.4 * _MONTHS)).isoformat()
    index = repository.run("log", "-1", "--first-parent", "--format=%H", f"--before={before}").strip()
    log = repository.run(
        *("log", "--no-merges", "-p", "-U0", "-M", "--no-color", "--no-ext-diff"),
        *("--format=%x01%H", f"{index}..HEAD"),
    )
    found = []
    for commit in log.split("\x01")[1:]:
        sha, _, diff = commit.partition("\n")
        found.append([Position(sha, *place) for place in _added(diff)])
    pick = random.Random(20240901)
    limited = [pick.sample(group, min(len(group), max(10, count))) for group in found]
    everything = [position for group in limited for position in group]
    pick.shuffle(everything)
    per_commit: dict[str, int] = {}
    chosen: list[Position] = []
    for position in everything:
        if len(chosen) == count:
            break
        if per_commit.get(position.commit, 0) < count // 10 and _is_code_line(repository, position):
            per_commit[position.commit] = per_commit.get(position.commit, 0) + 1
            chosen.append(position)
    chosen.sort(key=lambda one: (one.commit, one.path, one.line))
    return Sample(name, index, tuple(chosen))


def _added(diff: str) -> Iterator[tuple[str, int, int]]:
    """(path, line, first line behind the hunk) of the added lines of one commit that were nowhere removed."""
    removed = {row[1:].strip() for row in diff.split("\n") if row.startswith("-")}
    for part in re.split(r"^diff --git .*\n", diff, flags=re.MULTILINE)[1:]:
        target = re.search(r"^\+\+\+ b/(.*)$", part, re.MULTILINE)
        if target is None or not is_code(target.group(1).rstrip("\t")):
            continue
        line = end = 0
        for row in part[target.end() :].split("\n"):
            hunk = _HUNK.match(row)
            if hunk:
                line = int(hunk.group(1)) - 1
                end = line + int(hunk.group(2) or 1)
            elif row.startswith("+"):
                if len(_TOKEN.findall(row[1:])) >= 3 and row[1:].strip() not in removed:
                    yield target.group(1).rstrip("\t"), line, end
                line += 1


def _is_code_line(repository: Repository, position: Position) -> bool:
    text = repository.read(position.commit, position.path)
    if text is None or "\r" in text:
        return False
    lines = text.split("\n")
    if position.line >= len(lines) or len(lines[position.line]) > 200:
        return False
    prose = _python_prose(text) if position.path.endswith(".py") else _prose(lines)
    return position.line not in prose


def _python_prose(text: str) -> set[int]:
    """The lines of comments, and of strings that span lines."""
    found: set[int] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            alone = not token.line[: token.start[1]].strip()
            spans = token.start[0] != token.end[0]
            comment = token.type == tokenize.COMMENT and alone
            quoted = token.type == tokenize.STRING and (spans or (alone and token.string.startswith(('"""', "'''"))))
            if comment or quoted:
                found.update(range(token.start[0] - 1, token.end[0]))
    except (tokenize.TokenError, SyntaxError):
        found.update(range(text.count("\n") + 1))
    return found


_SIGNS = re.compile(r"//|/\*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])'|`[^`]*`|#(?!\[|include|define|if|endif|else)")


def _prose(lines: list[str]) -> set[int]:
    """The lines that begin inside a comment or with one, in languages that write comments as C does."""
    found: set[int] = set()
    inside = False
    for number, line in enumerate(lines):
        at = 0
        if inside or line.lstrip().startswith(("//", "/*", "*", "#")):
            found.add(number)
        while True:
            if inside:
                at = line.find("*/", at)
                if at < 0:
                    break
                at, inside = at + 2, False
            sign = _SIGNS.search(line, at)
            if sign is None or sign.group() in ("//", "#"):
                break
            at, inside = sign.end(), sign.group() == "/*"
    return found
