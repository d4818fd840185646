"""Which files change together, by the git history of the workspace. Runs in the worker only, in a thread.

The history is read by git, but as the content of a repository of our own, made for the purpose: no setting of the
workspace's repository, whose author may be anybody, is read, so none can start a program or reach for the network.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from foretype.repository.git_folder import GitFolder, git_folder_of, head_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST_COMMITS: Final = 3_000
# Commits that touch more files than this say nothing about any two of them: renames, formatting, version numbers.
_MOST_TOGETHER: Final = 20
_MOST_PARTNERS: Final = 20
_LEAST_SHARED: Final = 2  # Commits; one may be chance.
# Commits that are assumed to have touched a file alone: two of two are less sure than ten of ten.
_DOUBT: Final = 2.0
_PATIENCE: Final = 60.0  # Seconds for git, at the worker's low priority.
_PAUSE: Final = 600.0  # Seconds before the history is read again because of new commits.
_COMMIT_MARK: Final = "\x01"
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Changes:
    """For each path its partners with the likelihood that a commit of the one has the other, likeliest first.

    `state` names what it was read from: the same state gives the same weights.
    """

    weights: dict[str, list[tuple[str, float]]]
    state: str


class ChangeReader:
    """Reads the history of the workspace `root` when it has changed, without making anybody wait."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._thread: threading.Thread | None = None
        self._found: Changes | None = None
        self._began = -_PAUSE

    def begin(self, known: str) -> None:
        """Start to read, unless that runs, was done lately, or `known` is the state that there is. Returns at once."""
        if self._thread is None and time.monotonic() - self._began >= _PAUSE:
            self._began = time.monotonic()
            self._thread = threading.Thread(target=self._read, args=(known,), daemon=True)
            self._thread.start()

    def result(self) -> Changes | None:
        """What was read since the last call; None if that is not through, or nothing has changed."""
        if self._thread is None or self._thread.is_alive():
            return None
        found, self._found, self._thread = self._found, None, None
        return found

    def _read(self, known: str) -> None:
        self._found = read_changes(self._root, known)


def read_changes(root: Path, known: str = "", head: str = "") -> Changes | None:
    """What the history up to `head` (by default what is checked out) says of the files below `root`.

    None without git, without a repository, or where the state is `known`. May block for a minute.
    """
    folder = git_folder_of(root)
    git = shutil.which("git")
    head = head or (head_of(folder) if folder is not None else "")
    state = f"{_VERSION} {head}"
    if folder is None or git is None or not head or state == known:
        return None
    return Changes(weigh(_history(git, folder, head, _below(folder.top, root))), state)


def weigh(commits: Iterable[list[str]]) -> dict[str, list[tuple[str, float]]]:
    """The weights for commits, each a list of paths.

    The share of a file's commits that its partner is in (the confidence of association rules, as in Zimmermann et
    al., Mining Version Histories to Guide Software Changes, 2004), where a commit of many files counts for less.
    """
    alone: Counter[str] = Counter()
    shared: defaultdict[str, Counter[str]] = defaultdict(Counter)
    sums: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for paths in commits:
        if len(paths) > _MOST_TOGETHER:
            continue
        alone.update(paths)
        share = 2.0 / len(paths)
        for path in paths:
            for other in paths:
                if other != path:
                    shared[path][other] += 1
                    sums[path][other] += share
    weights = {}
    for path, found in sums.items():
        partners = [(other, round(value / (alone[path] + _DOUBT), 4)) for other, value in found.items()]
        sure = [partner for partner in partners if shared[path][partner[0]] >= _LEAST_SHARED]
        if sure:
            weights[path] = sorted(sure, key=lambda partner: (-partner[1], partner[0]))[:_MOST_PARTNERS]
    return weights


def _below(top: Path, root: Path) -> str:
    return "" if top == root else root.relative_to(top).as_posix()


def _history(git: str, folder: GitFolder, head: str, below: str) -> Iterator[list[str]]:
    # The paths of each commit, relative to `below`; as far as git gets within its time.
    with tempfile.TemporaryDirectory(prefix="foretype-git-") as place, contextlib.suppress(OSError):
        _make_repository(Path(place), head)
        process = subprocess.Popen(  # noqa: S603 - a fixed command, found by its full path
            _command(git, head, below),
            env=_environment(Path(place), folder),
            cwd=place,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        watchdog = threading.Timer(_PATIENCE, process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            if process.stdout is not None:
                yield from _commits(process.stdout)
        finally:
            watchdog.cancel()
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _make_repository(place: Path, head: str) -> None:
    for name in ("objects", "refs"):
        (place / name).mkdir()
    (place / "HEAD").write_text("ref: refs/heads/none\n")
    if len(head) == 64:
        (place / "config").write_text("[core]\nrepositoryformatversion = 1\n[extensions]\nobjectformat = sha256\n")


def _command(git: str, head: str, below: str) -> list[str]:
    options = ["--no-merges", f"--max-count={_MOST_COMMITS}", "--no-renames", "--name-only", "--no-show-signature"]
    options += ["--no-ext-diff", "--no-textconv", "--format=tformat:%x01"]
    where = [f"--relative={below}/", head, "--", below] if below else [head, "--"]
    return [git, "-c", "core.quotePath=false", "--no-pager", "log", *options, *where]


def _environment(place: Path, folder: GitFolder) -> dict[str, str]:
    # Nobody's settings count, and what is missing (a partial clone) is not fetched.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    kept |= {
        "GIT_DIR": str(place),
        "GIT_OBJECT_DIRECTORY": str(folder.common / "objects"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
    }
    shallow = folder.common / "shallow"
    if shallow.is_file():
        kept["GIT_SHALLOW_FILE"] = str(shallow)
    return kept


def _commits(output: IO[bytes]) -> Iterator[list[str]]:
    paths: list[str] = []
    for data in output:
        line = data.decode("utf-8", "replace").rstrip("\n")
        if line == _COMMIT_MARK:
            if paths:
                yield paths
            paths = []
        elif line and not line.startswith('"'):  # Quoted: a name with control characters in it.
            paths.append(line)
    if paths:
        yield paths
