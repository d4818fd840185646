"""Which text is typed: runs of lines that real commits added, kept as commit, path and line range, without any text.

A run is a hunk that only adds, or a part of it; its file is shown as the commit left it, with the run cut out.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.embedded.git import CODE, Repository, is_code

from .page import Page

__all__ = ["Run", "Sample", "choose", "load", "page_of", "save"]

_FOLDER = Path(__file__).parent / "positions"
_HUNK = re.compile(r"^@@ -\d+,0 \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
_FEWEST, _MOST = 4, 24
_LONGEST_LINE = 120
_PER_COMMIT = 2
_COMMITS = 400


@dataclass(frozen=True, slots=True)
class Run:
    """Lines `start` to `end` (not included), counted from 0, of a file as a commit left it."""

    commit: str
    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sample:
    """The runs of a repository. `index` is a commit before all of them: the workspace that is worked in."""

    repository: str
    index: str
    runs: tuple[Run, ...]


def load(repository: Repository) -> Sample | None:
    """The frozen sample whose commits this repository has."""
    for file in sorted(_FOLDER.glob("*.json")):
        data = json.loads(file.read_text())
        if repository.has(data["index"]) and repository.has(data["runs"][0]["commit"]):
            return Sample(data["repository"], data["index"], tuple(Run(**run) for run in data["runs"]))
    return None


def save(sample: Sample) -> Path:
    """Freeze a sample."""
    _FOLDER.mkdir(exist_ok=True)
    file = _FOLDER / (sample.repository.replace("/", "+") + ".json")
    file.write_text(json.dumps(asdict(sample), indent=1) + "\n")
    return file


def choose(repository: Repository, name: str, count: int = 24) -> Sample:
    """Choose runs at random, always the same ones, from the newest commits."""
    newest = f"-{_COMMITS}"
    log = repository.run("log", newest, "--no-merges", "-p", "-U0", "-M", "--no-color", "--format=%x01%H")
    found = []
    pick = random.Random(20260322)
    for commit in log.split("\x01")[1:]:
        sha, _, diff = commit.partition("\n")
        runs = [run for run in _added(repository, sha, diff, pick) if _is_typed(repository, run)]
        found += pick.sample(runs, min(len(runs), _PER_COMMIT))
    pick.shuffle(found)
    chosen = found[:count]
    if not chosen:
        raise SystemExit(f"{name}: no commit of the newest {_COMMITS} adds lines of code that a person would type.")
    order = repository.run("log", newest, "--no-merges", "--format=%H").split()
    oldest = max((run.commit for run in chosen), key=order.index)
    return Sample(name, repository.run("rev-parse", f"{oldest}~1").strip(), tuple(chosen))


def page_of(repository: Repository, run: Run, folder: Path) -> Page:
    """The document with the run cut out, below a folder; the caret is at the end of the line above."""
    text = repository.read(run.commit, run.path)
    if text is None:
        raise SystemExit(f"{run.commit}:{run.path} is not in the repository.")
    lines = text.split("\n")
    head, target = "\n".join(lines[: run.start]), "\n" + "\n".join(lines[run.start : run.end])
    tail = "".join("\n" + line for line in lines[run.end :])
    return Page((folder / run.path).as_uri(), CODE[Path(run.path).suffix], head, target, tail)


def _added(repository: Repository, commit: str, diff: str, pick: random.Random) -> Iterator[Run]:
    """The hunks that only add; of those too long for one run, mostly new files, a part that follows a blank line."""
    for part in re.split(r"^diff --git .*\n", diff, flags=re.MULTILINE)[1:]:
        path = re.search(r"^\+\+\+ b/(.*?)\t?$", part, re.MULTILINE)
        if path is None or not is_code(path[1]):
            continue
        for hunk in _HUNK.finditer(part):
            start, size = int(hunk[1]) - 1, int(hunk[2] or 1)
            if size > _MOST:
                lines = (repository.read(commit, path[1]) or "").split("\n")
                begins = [at for at in range(start + 1, start + size - _MOST) if not lines[at - 1].strip()]
                if not begins:
                    continue
                start, size = pick.choice(begins), pick.randint(2 * _FEWEST, _MOST)
            if start > 0 and size >= _FEWEST:
                yield Run(commit, path[1], start, start + size)


def _is_typed(repository: Repository, run: Run) -> bool:
    """Whether a person would type it key by key: code with lines of ordinary length, not data, text or a licence."""
    text = repository.read(run.commit, run.path)
    if text is None or "\r" in text or "\f" in text:
        return False
    lines = text.split("\n")[run.start : run.end]
    written = [line for line in lines if line.strip()]
    if not written or not lines[-1].strip():
        return False
    if any(len(line) > _LONGEST_LINE or line != line.rstrip() for line in lines):
        return False
    code = sum(bool(re.search(r"[(=:{\[]", line)) and not re.match(r"\s*(#|//|\*|/\*|\")", line) for line in written)
    return code >= 0.6 * len(written)
