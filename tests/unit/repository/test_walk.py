"""What the walk keeps and leaves out, as data: a tree, the files kept, the reasons counted."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from foretype.repository.ignore import global_ignore_file
from foretype.repository.options import IndexOptions
from foretype.repository.skip import REASONS, is_secret_file
from foretype.repository.walk import Candidate, Walker
from tests.unit.repository.trees import grow


@dataclass
class Case:
    name: str
    tree: dict[str, Any]
    kept: list[str]
    skipped: dict[str, int] = field(default_factory=dict)
    options: IndexOptions = field(default_factory=IndexOptions)
    truncated: bool = False


CASES = [
    Case(
        "breadth first, by name",
        {"b.py": "1", "a/z.py": "2", "a/b/c.py": "3", "B.py": "4", "c.go": "5"},
        ["B.py", "b.py", "c.go", "a/z.py", "a/b/c.py"],
    ),
    Case(
        "gitignore, nested, with negation",
        {
            ".gitignore": "*.gen\n/only\nlogs/\n",
            "x.gen": "1",
            "only/a.py": "1",
            "sub/only/a.py": "1",
            "sub/.gitignore": "!x.gen\n",
            "sub/x.gen": "1",
            "logs/a.py": "1",
        },
        [".gitignore", "sub/.gitignore", "sub/x.gen", "sub/only/a.py"],
        {"ignored": 3},
    ),
    Case(
        "a negated folder in a deeper file does not bring back what a higher file ignores",
        {".gitignore": "*.tmp\n", "sub/.gitignore": "!keep/\n", "sub/keep/a.tmp": "1", "sub/keep/a.py": "1"},
        [".gitignore", "sub/.gitignore", "sub/keep/a.py"],
        {"ignored": 1},
    ),
    Case(
        "info/exclude and the folder of git itself",
        {".git/info/exclude": "private.py\n", ".git/config": "x", "private.py": "1", "a.py": "1"},
        ["a.py"],
        {"ignored": 1},
    ),
    Case(
        "a linked worktree keeps info/exclude in the common folder",
        {
            ".git": "gitdir: ../git/worktrees/w\n",
            "../git/worktrees/w/commondir": "../..\n",
            "../git/info/exclude": "private.py\n",
            "private.py": "1",
            "a.py": "1",
        },
        ["a.py"],
        {"ignored": 1},
    ),
    Case(
        "foretypeignore leaves out more, and brings back only what is a matter of taste",
        {
            ".gitignore": "secret_plans.py\n",
            ".foretypeignore": "drafts/\n!build/\n!.env\n!secret_plans.py\n!notes.md\n",
            "drafts/a.py": "1",
            "build/a.py": "1",
            "dist/a.py": "1",
            ".env": "KEY=1",
            "secret_plans.py": "1",
            "notes.md": "1",
            "other.md": "1",
        },
        [".foretypeignore", ".gitignore", "notes.md", "build/a.py"],
        {"excluded": 1, "vendored": 1, "secret": 1, "ignored": 1, "prose": 1},
    ),
    Case(
        "patterns from the settings",
        {"a.py": "1", "tests/a.py": "1", "src/tests/b.py": "1", "src/c.py": "1"},
        ["a.py", "src/c.py", "src/tests/b.py"],
        {"excluded": 1},
        IndexOptions(exclude=("/tests", "# no comment", "")),
    ),
    Case(
        "secrets by name, in any case",
        {
            ".env": "1",
            ".env.local": "1",
            "prod.env": "1",
            "server.PEM": "1",
            "id_rsa": "1",
            "id_ed25519.pub": "1",
            "Credentials.json": "1",
            "secrets.yaml": "1",
            "app.secrets.yml": "1",
            "terraform.tfvars": "1",
            ".ssh/config": "1",
            ".npmrc": "1",
            "environment.py": "1",
            "credentials.py": "1",
            "secrets.go": "1",
            "id_generator.py": "1",
            "keys.ts": "1",
        },
        ["credentials.py", "environment.py", "id_generator.py", "keys.ts", "secrets.go"],
        {"secret": 12},
    ),
    Case(
        "names that are not worth reading",
        {
            "node_modules/x/index.js": "1",
            "Vendor/x.go": "1",
            "pkg.egg-info/a.py": "1",
            "package-lock.json": "1",
            "go.sum": "1",
            "app.min.js": "1",
            "schema_pb2.py": "1",
            "rows.csv": "1",
            "notebook.ipynb": "1",
            "README.md": "1",
            "LICENSE": "1",
            "logo.png": "1",
            "small.json": "{}",
            "large.json": "x" * 70_000,
            "CMakeLists.txt": "1",
            "requirements-dev.txt": "1",
            "Makefile": "1",
            "empty.py": "",
        },
        ["CMakeLists.txt", "Makefile", "requirements-dev.txt", "small.json"],
        {"vendored": 3, "lock": 2, "generated": 2, "data": 3, "prose": 2, "binary": 1, "empty": 1},
    ),
    Case(
        "size",
        {"big.py": "x" * 101, "small.py": "x" * 100},
        ["small.py"],
        {"large": 1},
        IndexOptions(max_file_bytes=100),
    ),
    Case(
        "the bound of files cuts the deepest",
        {f"d{number}/f.py": "1" for number in range(5)} | {"z.py": "1"},
        ["z.py", "d0/f.py", "d1/f.py"],
        {"limit": 1},
        IndexOptions(max_files=3),
        truncated=True,
    ),
    Case(
        "the bound of bytes",
        {"a.py": "x" * 60, "b.py": "x" * 60},
        ["a.py"],
        {"limit": 1},
        IndexOptions(max_total_bytes=100),
        truncated=True,
    ),
]


def _kept(walker: Walker) -> list[str]:
    return [candidate.path for candidate in walker.files()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_walk(tmp_path: Path, case: Case) -> None:
    root = grow(tmp_path / "work", case.tree)
    walker = Walker(root, case.options)
    assert _kept(walker) == case.kept
    assert walker.skipped == case.skipped
    assert walker.truncated is case.truncated
    assert set(walker.skipped) <= set(REASONS)
    assert _kept(walker) == case.kept, "a second walk gives the same"


def test_links_are_not_followed(tmp_path: Path) -> None:
    grow(tmp_path, {"outside/secret.py": "1", "other.py": "1"})
    tree = {"a/real.py": "1", "a/loop": "-> ..", "a/self": "-> self", "in.py": "-> a/real.py"}
    tree |= {"out": "-> ../outside", "out.py": "-> ../other.py", "gone": "-> nowhere"}
    root = grow(tmp_path / "work", tree)
    walker = Walker(root, IndexOptions())
    assert _kept(walker) == ["a/real.py"]
    assert walker.skipped == {"link": 6}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this file system")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    walker = Walker(tmp_path, IndexOptions())
    assert _kept(walker) == []
    assert walker.skipped == {"special": 1}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this file system")
def test_an_ignore_file_that_is_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".gitignore")
    grow(tmp_path, {"a.py": "1"})
    assert _kept(Walker(tmp_path, IndexOptions())) == ["a.py"]


def test_a_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Permissions mean nothing to root, who may be running the tests, so the refusal is simulated.
    root = grow(tmp_path, {"a/x.py": "1", "closed/y.py": "1", "z/w.py": "1"})
    scandir = os.scandir

    def refuse(path: Any) -> Any:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    walker = Walker(root, IndexOptions())
    assert _kept(walker) == ["a/x.py", "z/w.py"]
    assert walker.skipped == {"unreadable": 1}


def test_a_folder_that_goes_away_during_the_walk(tmp_path: Path) -> None:
    root = grow(tmp_path, {"a.py": "1", "b/x.py": "1"})
    walker = Walker(root, IndexOptions())
    files = walker.files()
    assert next(files).path == "a.py"
    (root / "b" / "x.py").unlink()
    (root / "b").rmdir()
    assert list(files) == []
    assert walker.skipped == {"unreadable": 1}


def test_a_missing_workspace_is_empty(tmp_path: Path) -> None:
    walker = Walker(tmp_path / "nowhere", IndexOptions())
    assert _kept(walker) == []
    assert walker.skipped == {"unreadable": 1}


@pytest.mark.parametrize("bound", [1, 7, 50])
def test_a_million_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: int) -> None:
    looked_at = 0
    status = os.stat(grow(tmp_path, {"one.py": "1"}) / "one.py")

    class Endless:
        def __enter__(self) -> Endless:
            return self

        def __exit__(self, *_: object) -> None: ...

        def __iter__(self) -> Endless:
            return self

        def __next__(self) -> Any:
            nonlocal looked_at
            looked_at += 1
            number = looked_at

            class Entry:
                name = f"f{number:07}.py"

                def stat(self, follow_symlinks: bool) -> os.stat_result:
                    return status

            return Entry()

    monkeypatch.setattr(os, "scandir", lambda path: Endless())
    walker = Walker(tmp_path, IndexOptions(max_entries=bound))
    assert len(_kept(walker)) == bound
    assert walker.truncated
    assert looked_at == bound + 1


@pytest.mark.skipif(os.name == "nt", reason="names are bytes on POSIX only")
def test_a_name_that_is_no_unicode(tmp_path: Path) -> None:
    try:
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.py"))).write_text("1")
    except OSError:
        pytest.skip("this file system refuses such names")
    walker = Walker(tmp_path, IndexOptions())
    assert _kept(walker) == []
    assert walker.skipped == {"name": 1}


def test_a_part_of_a_repository_obeys_the_whole(tmp_path: Path) -> None:
    grow(
        tmp_path,
        {
            ".git/HEAD": "x",
            ".gitignore": "*.gen\n/packages/app/local.py\n",
            "packages/.gitignore": "!b.gen\napp/mine\n",
            "packages/app/a.gen": "1",
            "packages/app/b.gen": "1",
            "packages/app/local.py": "1",
            "packages/app/mine/x.py": "1",
            "packages/app/main.py": "1",
        },
    )
    walker = Walker(tmp_path / "packages" / "app", IndexOptions())
    assert _kept(walker) == ["b.gen", "main.py"]
    assert walker.skipped == {"ignored": 3}


@pytest.mark.parametrize("has_git", [True, False])
def test_the_users_own_ignore_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_git: bool) -> None:
    if not has_git:
        monkeypatch.setenv("PATH", str(tmp_path))
    grow(tmp_path, {"config/git/ignore": "*.mine\n", "work/a.mine": "1", "work/a.py": "1"})
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    walker = Walker(tmp_path / "work", IndexOptions(), global_ignore_file())
    assert _kept(walker) == ["a.py"]


CHECKED = [
    ("a.py", "kept"),
    ("sub/b.py", "kept"),
    ("sub", "folder"),
    ("gone.py", None),
    ("sub/gone/x.py", "ignored"),
    ("sub/x.gen", "ignored"),
    ("node_modules/m/x.js", "ignored"),
    ("node_modules", "vendored"),
    (".env", "secret"),
    ("link/b.py", "ignored"),
    ("../x.py", None),
    ("sub/../a.py", None),
    ("/etc/hosts", None),
    ("", None),
    (".git/config", "ignored"),
    ("big.py", "large"),
]


@pytest.mark.parametrize(("path", "expected"), CHECKED)
def test_one_path_is_judged_as_the_walk_would(tmp_path: Path, path: str, expected: str | None) -> None:
    tree = {".gitignore": "*.gen\n", "a.py": "1", "sub/b.py": "1", "sub/x.gen": "1", "node_modules/m/x.js": "1"}
    grow(tmp_path, tree | {".env": "1", "link": "-> sub", ".git/config": "1", "big.py": "x" * 1001})
    walker = Walker(tmp_path, IndexOptions(max_file_bytes=1000))
    found = walker.check(path)
    assert ("kept" if isinstance(found, Candidate) else found) == expected
    assert (expected == "kept") == (path in _kept(walker))


def test_a_walk_below_a_folder(tmp_path: Path) -> None:
    grow(tmp_path, {".gitignore": "b.py\n", "a.py": "1", "sub/b.py": "1", "sub/c/d.py": "1", "venv/x/y.py": "1"})
    walker = Walker(tmp_path, IndexOptions())
    assert [candidate.path for candidate in walker.files("sub/")] == ["sub/c/d.py"]
    assert list(walker.files("venv/x/")) == []


ORDINARY = """
main.py env.py environment.ts keyboard.go password_reset.py token.rs pemfile.c key.js test_credentials.py
secret_santa.rb tokens.json keymap.json authorize.yaml environment.yml
"""


@pytest.mark.parametrize("name", ORDINARY.split())
def test_ordinary_names_are_no_secrets(name: str) -> None:
    assert not is_secret_file(name)
