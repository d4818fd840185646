"""The patterns and their order, by examples and against git itself on random trees."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from foretype.repository.options import IndexOptions
from foretype.repository.patterns import compile_pattern
from foretype.repository.walk import Walker

EXAMPLES = [
    # pattern, path, is a folder, matches
    ("foo", "foo", False, True),
    ("foo", "a/foo", True, True),
    ("foo/", "foo", False, False),
    ("foo/", "a/foo", True, True),
    ("/foo", "a/foo", False, False),
    ("a/foo", "b/a/foo", False, False),
    ("*.log", "a/b/x.log", False, True),
    ("a/*.log", "a/b/x.log", False, False),
    ("a/*/c", "a/b/c", False, True),
    ("a/*/c", "a/b/b/c", False, False),
    ("**/c", "c", False, True),
    ("**/c", "a/b/c", False, True),
    ("a/**", "a", True, False),
    ("a/**", "a/b/c", False, True),
    ("a/**/c", "a/c", False, True),
    ("a/**/c", "a/x/y/c", False, True),
    ("a**c", "abbc", False, True),
    ("a/b**c", "a/bd/c", False, False),
    ("file?", "file1", False, True),
    ("file?", "file/", False, False),
    ("[a-c].py", "b.py", False, True),
    ("[!a-c].py", "b.py", False, False),
    ("[^a-c].py", "d.py", False, True),
    ("[]x].py", "].py", False, True),
    ("[a-].py", "-.py", False, True),
    ("[[:digit:]]x", "7x", False, True),
    ("[[:digit:]]x", "ax", False, False),
    (r"\#file", "#file", False, True),
    (r"\!file", "!file", False, True),
    (r"a\*b", "a*b", False, True),
    (r"a\*b", "axb", False, False),
    ("end ", "end", False, True),
    ("end\\ ", "end ", False, True),
    ("a.c", "abc", False, False),
    ("*", "anything", True, True),
]


@pytest.mark.parametrize(("line", "path", "is_folder", "expected"), EXAMPLES)
def test_one_pattern(line: str, path: str, is_folder: bool, expected: bool) -> None:
    pattern = compile_pattern(line)
    assert pattern is not None
    assert pattern.matches(path, path.rpartition("/")[2], is_folder) is expected


@pytest.mark.parametrize("line", ["", "   ", "# comment", "!", "/", "[abc", "end\\", "[[:nonsense:]]"])
def test_lines_that_say_nothing(line: str) -> None:
    assert compile_pattern(line) is None


def test_an_exclamation_mark_takes_back() -> None:
    pattern = compile_pattern("!keep.me\r\n")
    assert pattern is not None
    assert pattern.keeps
    assert pattern.matches("keep.me", "keep.me", False)


NAMES = ["a", "b", "ab", "x.py", "y.py", "a.log", "#z", "c d"]
PIECES = ["a", "b", "ab", "*", "**", "?", "*.py", "*.log", "x.py", "[ab]", "[!a]*", "a*", "\\#z", "c d", "y.*"]


def _random_pattern(rng: random.Random) -> str:
    body = "/".join(rng.choice(PIECES) for _ in range(rng.choice([1, 1, 2, 3])))
    return (
        ("!" if rng.random() < 0.35 else "")
        + ("/" if rng.random() < 0.2 else "")
        + body
        + ("/" if rng.random() < 0.25 else "")
    )


def _random_tree(rng: random.Random, root: Path) -> None:
    folders = [root]
    for _ in range(rng.randint(2, 9)):
        folder = rng.choice(folders) / rng.choice(NAMES)
        if not folder.exists():
            folder.mkdir()
            folders.append(folder)
    for _ in range(30):
        place = rng.choice(folders) / rng.choice(NAMES)
        if not place.exists():
            place.write_text(str(place))
    for folder in [root, *rng.sample(folders, min(3, len(folders)))]:
        (folder / ".gitignore").write_text("\n".join(_random_pattern(rng) for _ in range(rng.randint(1, 5))))


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize("seed", range(40))
def test_the_same_files_as_git(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    _random_tree(rng, tmp_path)
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    environment["XDG_CONFIG_HOME"] = str(tmp_path / ".git")

    def git(*arguments: str) -> bytes:
        return subprocess.run(
            ["git", *arguments], cwd=tmp_path, env=environment, check=True, capture_output=True
        ).stdout

    git("init", "-q")
    (tmp_path / ".git" / "info").mkdir(exist_ok=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("\n".join(_random_pattern(rng) for _ in range(2)))
    listed = git("ls-files", "-z", "--others", "--exclude-standard").split(b"\0")
    theirs = {os.fsdecode(name) for name in listed if name}
    walker = Walker(tmp_path, IndexOptions())
    ours = {candidate.path for candidate in walker.files()}
    keep = {path for path in theirs if not path.endswith((".log", ".gitignore"))}
    assert {path for path in ours if not path.endswith((".log", ".gitignore"))} == keep


@pytest.mark.parametrize(
    ("line", "path", "matches"),
    [
        ("*a" * 25 + "b", "a" * 60, False),
        ("*a" * 25 + "b", "a" * 60 + "b", True),
        ("**/" * 20 + "x", "a/" * 60 + "y", False),
        ("**/" * 20 + "x", "a/" * 60 + "x", True),
        ("a*b*c*d/**/e*f*g", "a1b2c3d/x/y/e1f2g", True),
        ("a*b*c*d/**/e*f*g", "a1b2c3d/x/y/e1f2g3", False),
    ],
)
def test_many_wildcards_take_no_time(line: str, path: str, matches: bool) -> None:
    """A repository's own ignore file must not be able to hold anybody up: with backtracking these take years."""
    pattern = compile_pattern(line)
    assert pattern is not None
    assert pattern.matches(path, path.rpartition("/")[2], False) is matches
