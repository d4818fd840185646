"""Which files change together: by hand, and from real repositories in every shape that git keeps them in."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import foretype.repository.search.changes as changes_module
from foretype.repository.git_folder import git_folder_of, head_of
from foretype.repository.search.changes import ChangeReader, read_changes, weigh

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="no git here")


def git(root: Path, *arguments: str) -> str:
    names = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **names, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *arguments], cwd=root, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(root: Path, *paths: str) -> str:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        with (root / path).open("a") as file:
            file.write("line\n")
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", "a change")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commit(root, "app/a.py", "app/b.py", "docs/a.md")
    commit(root, "app/a.py", "app/b.py")
    commit(root, "app/a.py", "größe und maß.py")
    commit(root, "app/a.py", "größe und maß.py")
    commit(root, "other.py")
    return root


def test_weights_by_hand() -> None:
    weights = weigh([["a", "b"], ["a", "b"], ["a", "c"], ["a"], ["d", "e", "f"]])
    assert weights == {"a": [("b", round(2 / 6, 4))], "b": [("a", round(2 / 4, 4))]}


def test_large_commits_count_for_less_or_nothing() -> None:
    large = [f"f{number}" for number in range(21)]
    assert weigh([large, large, large]) == {}
    pair, four = weigh([["a", "b"]] * 3)["a"][0][1], weigh([["a", "b", "c", "d"]] * 3)["a"][0][1]
    assert 0 < four < pair < 1


def test_partners_are_few_and_likeliest_first() -> None:
    weights = weigh([["hub", f"f{number % 30}"] for number in range(200)])["hub"]
    assert len(weights) == 20
    assert [weight for _, weight in weights] == sorted((weight for _, weight in weights), reverse=True)


@needs_git
def test_a_repository(root: Path) -> None:
    found = read_changes(root)
    assert found is not None
    assert [path for path, _ in found.weights["app/b.py"]] == ["app/a.py"]
    assert {path for path, _ in found.weights["app/a.py"]} == {"app/b.py", "größe und maß.py"}
    assert "other.py" not in found.weights
    assert found.state.endswith(git(root, "rev-parse", "HEAD"))
    assert read_changes(root, found.state) is None


@needs_git
def test_a_workspace_that_is_a_part_of_a_repository(root: Path) -> None:
    found = read_changes(root / "app")
    assert found is not None
    assert [path for path, _ in found.weights["a.py"]] == ["b.py"]
    assert found.weights.keys() == {"a.py", "b.py"}


@needs_git
def test_an_older_commit_can_be_asked_for(root: Path) -> None:
    found = read_changes(root, head=git(root, "rev-parse", "HEAD~3"))
    assert found is not None
    assert found.weights.keys() == {"app/a.py", "app/b.py"}


@needs_git
@pytest.mark.parametrize("shape", ["packed", "detached", "worktree", "shallow", "sha256", "submodule"])
def test_every_shape_of_repository(root: Path, tmp_path: Path, shape: str) -> None:
    expected = git(root, "rev-parse", "HEAD")
    if shape == "packed":
        git(root, "gc", "-q")
        git(root, "pack-refs", "--all")
    elif shape == "detached":
        git(root, "checkout", "-q", "--detach")
    elif shape == "worktree":
        git(root, "worktree", "add", "-q", str(tmp_path / "linked"), "-b", "branch/of-mine")
        root = tmp_path / "linked"
    elif shape == "shallow":
        git(tmp_path, "clone", "-q", "--depth", "2", root.as_uri(), "shallow")
        root = tmp_path / "shallow"
        commit(root, "app/a.py", "app/b.py")
        expected = commit(root, "app/a.py", "app/b.py")
    elif shape == "sha256":
        root = tmp_path / "modern"
        root.mkdir()
        git(root, "init", "-q", "--object-format=sha256")
        commit(root, "app/a.py", "app/b.py")
        expected = commit(root, "app/a.py", "app/b.py")
    else:
        outer = tmp_path / "outer"
        outer.mkdir()
        git(outer, "init", "-q")
        git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(root), "inner")
        root = outer / "inner"
    folder = git_folder_of(root)
    assert folder is not None
    assert head_of(folder) == expected
    found = read_changes(root)
    assert found is not None
    assert [path for path, _ in found.weights["app/b.py"]] == ["app/a.py"]


@needs_git
@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for what a repository would start")
def test_no_setting_of_the_repository_is_carried_out(root: Path, tmp_path: Path) -> None:
    script, mark = tmp_path / "script", tmp_path / "it-ran"
    script.write_text(f"#!/bin/sh\ntouch '{mark}'\n")
    script.chmod(0o755)
    settings = ["core.fsmonitor", "core.pager", "pager.log", "gpg.program", "gpg.ssh.program", "diff.external"]
    settings += ["diff.own.command", "diff.own.textconv", "core.sshCommand", "core.alternateRefsCommand"]
    signed = git(root, "cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n\n", 1
    )
    place = tmp_path / "signed"
    place.write_text(signed + "\n")
    git(root, "update-ref", "HEAD", git(root, "hash-object", "-t", "commit", "-w", str(place)))
    for name in settings:
        git(root, "config", name, str(script))
    git(root, "config", "log.showSignature", "true")
    (root / ".git" / "info" / "attributes").write_text("* diff=own\n")
    git(root, "log", "--name-only")
    assert mark.exists(), "which is what git itself does here"
    mark.unlink()
    found = read_changes(root)
    assert found is not None
    assert "app/a.py" in found.weights
    assert not mark.exists()


@needs_git
@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for what a repository would start")
def test_what_a_partial_clone_lacks_is_not_fetched(root: Path, tmp_path: Path) -> None:
    script, mark = tmp_path / "script", tmp_path / "it-ran"
    script.write_text(f"#!/bin/sh\ntouch '{mark}'\n")
    script.chmod(0o755)
    git(root, "config", "core.repositoryFormatVersion", "1")
    git(root, "config", "extensions.partialClone", "origin")
    git(root, "config", "remote.origin.url", f"ext::{script}")
    git(root, "config", "remote.origin.promisor", "true")
    git(root, "config", "protocol.ext.allow", "always")
    tree = git(root, "rev-parse", "HEAD~2^{tree}")
    (root / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    subprocess.run(["git", "log", "--name-only"], cwd=root, capture_output=True, check=False)
    assert mark.exists(), "which is what git itself does here"
    mark.unlink()
    assert read_changes(root) is not None
    assert not mark.exists()


@needs_git
def test_what_cannot_be_read_is_nothing(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_changes(tmp_path) is None, "no repository"
    git(tmp_path, "init", "-q", "empty")
    assert read_changes(tmp_path / "empty") is None, "no commit"
    for head in ("ref: ../../../etc/passwd", "ref: refs/heads/../../x", "rubbish", "", "ref: refs/heads/nowhere"):
        (root / ".git" / "HEAD").write_text(head)
        assert read_changes(root) is None
    (root / ".git" / "HEAD").write_text("0" * 40)
    found = read_changes(root)
    assert found is not None
    assert found.weights == {}, "a commit that is not there"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert read_changes(root) is None, "no git"


@needs_git
@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for a git that hangs")
def test_a_git_that_hangs_is_ended(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "bin" / "git"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\nexec sleep 1000\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(changes_module, "_PATIENCE", 0.2)
    found = read_changes(root)
    assert found is not None
    assert found.weights == {}


@needs_git
def test_the_reader_works_beside_others_and_not_too_often(root: Path) -> None:
    reader = ChangeReader(root)
    assert reader.result() is None
    reader.begin("")
    reader.begin("")
    found = None
    while found is None:
        found = reader.result()
    assert "app/a.py" in found.weights
    commit(root, "app/a.py", "app/b.py")
    reader.begin(found.state)
    assert reader._thread is None, "it was read a moment ago"
    reader._began -= 10_000
    reader.begin(found.state)
    again = None
    while again is None:
        again = reader.result()
    assert again.state != found.state
