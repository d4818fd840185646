"""Which lines are asked about: chosen once, kept as commit, path and line, without any source text.

A line is eligible if a commit really added it to a file that was not renamed: it is code, has at least three tokens,
and the commit removed no line of the same text. Two classes are drawn: "any" lines at random, and "cross" lines at
random among those with at least one name that stands in other files of the repository only.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from benchmarks.embedded.positions import Position as AddedLine
from benchmarks.embedded.positions import _is_code_line
from foretype.context.identifiers import identifiers

from .git import Clone, is_code, language_of
from .moments import Moment

_FOLDER = Path(__file__).parent / "positions"
_TOKEN = re.compile(r"\w+|[^\w\s]")
_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")
_COMMITS = 1_200
"""The newest ones are looked at."""
_LARGEST_COMMIT = 40
"""Files. Larger commits are moves and sweeps rather than somebody's typing."""
_PER_COMMIT = 3
_TRIES = 12
"""Eligible lines that are looked at for each position that is wanted."""


class Position(NamedTuple):
    """One added line (from 0), and the class for which it was drawn: "any" or "cross"."""

    commit: str
    path: str
    line: int
    drawn: str


@dataclass(frozen=True, slots=True)
class Sample:
    """The positions of a repository, the oldest commit first."""

    name: str
    positions: tuple[Position, ...]


def frozen() -> dict[str, Path]:
    """The repositories with frozen positions."""
    return {file.stem.replace("+", "/"): file for file in sorted(_FOLDER.glob("*.json"))}


def load(clone: Clone) -> Sample | None:
    """The frozen sample whose commits this clone has."""
    for file in frozen().values():
        data = json.loads(file.read_text())
        if clone.has(next(iter(data["commits"]))):
            found = [
                Position(commit, path, line, drawn)
                for commit, paths in data["commits"].items()
                for path, lines in paths.items()
                for line, drawn in lines
            ]
            return Sample(data["repository"], tuple(found))
    return None


def save(sample: Sample) -> Path:
    """Freeze a sample."""
    commits: dict[str, dict[str, list[tuple[int, str]]]] = {}
    for one in sample.positions:
        commits.setdefault(one.commit, {}).setdefault(one.path, []).append((one.line, one.drawn))
    _FOLDER.mkdir(exist_ok=True)
    file = _FOLDER / (sample.name.replace("/", "+") + ".json")
    file.write_text(json.dumps({"repository": sample.name, "commits": commits}, separators=(",", ":")) + "\n")
    return file


def choose(clone: Clone, name: str, wanted: tuple[int, int]) -> Sample:
    """Draw positions (always the same ones): so many of any kind, and so many that need another file."""
    chosen: list[Position] = []
    counts = {"any": 0, "cross": 0}
    per_commit: dict[str, int] = {}
    others = _Names(clone)
    eligible = list(_eligible(clone))
    pick = random.Random(20261122)
    pick.shuffle(eligible)
    for commit, path, line in eligible[: _TRIES * sum(wanted)]:
        drawn = "any" if counts["any"] < wanted[0] else "cross"
        if counts[drawn] >= wanted[1 if drawn == "cross" else 0]:
            break
        if per_commit.get(commit, 0) >= _PER_COMMIT:
            continue
        moment = Moment(clone, commit, path, line)
        if not moment.names or (drawn == "cross" and not others.needs_others(moment)):
            continue
        per_commit[commit] = per_commit.get(commit, 0) + 1
        counts[drawn] += 1
        chosen.append(Position(commit, path, line, drawn))
    order = {commit: at for at, commit in enumerate(clone.run("rev-list", "--reverse", "HEAD").split())}
    chosen.sort(key=lambda one: (order[one.commit], one.path, one.line))
    return Sample(name, tuple(chosen))


class _Names:
    """The names of each blob, read once."""

    def __init__(self, clone: Clone) -> None:
        self._clone = clone
        self._known: dict[str, frozenset[str]] = {}

    def needs_others(self, moment: Moment) -> bool:
        """Whether a name of the line stands in other code of the parent commit, and nowhere in the file itself."""
        missing = moment.names - set(identifiers(moment.before + moment.after, moment.language_id))
        if not missing:
            return False
        tree = self._clone.tree(f"{moment.commit}^")
        return any(missing & self._of(blob) for path, blob in tree.items() if path != moment.path)

    def _of(self, blob: str) -> frozenset[str]:
        if blob not in self._known:
            self._known[blob] = frozenset(identifiers(self._clone.blob(blob) or ""))
        return self._known[blob]


def _eligible(clone: Clone) -> Iterator[tuple[str, str, int]]:
    log = clone.run(
        *("log", "--no-merges", "-p", "-U0", "-M", "--no-color", "--no-ext-diff", f"--max-count={_COMMITS}"),
        *("--format=%x01%H %P", "HEAD"),
    )
    for text in log.split("\x01")[1:]:
        head, _, diff = text.partition("\n")
        if len(head.split()) != 2 or diff.count("\ndiff --git ") > _LARGEST_COMMIT:
            continue
        commit = head.split()[0]
        for path, line in _added(diff):
            if _is_code_line(clone, AddedLine(commit, path, line, line + 1)):
                yield commit, path, line


def _added(diff: str) -> Iterator[tuple[str, int]]:
    """(path, line) of the added lines of one commit that were nowhere removed, at most one of each hunk."""
    removed = {row[1:].strip() for row in diff.split("\n") if row.startswith("-")}
    pick = random.Random(len(diff))
    for part in re.split(r"^diff --git .*\n", diff, flags=re.MULTILINE)[1:]:
        target = re.search(r"^\+\+\+ b/(.*)$", part, re.MULTILINE)
        if target is None or "\nrename from " in f"\n{part}" or not is_code(target.group(1).rstrip("\t")):
            continue
        path = target.group(1).rstrip("\t")
        line, hunk = 0, list[int]()
        for row in [*part[target.end() :].split("\n"), "@@ -0 +1 @@"]:
            found = _HUNK.match(row)
            if found:
                if hunk:
                    yield path, pick.choice(hunk)
                line, hunk = int(found.group(1)) - 1, []
            elif row.startswith("+"):
                if len(_TOKEN.findall(row[1:])) >= 3 and row[1:].strip() not in removed:
                    hunk.append(line)
                line += 1


__all__ = ["Position", "Sample", "choose", "frozen", "language_of", "load", "save"]
