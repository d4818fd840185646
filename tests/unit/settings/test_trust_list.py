"""The list of trusted folders: links, nesting, damage, and who may write it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from foretype.errors import ConfigurationError
from foretype.settings import trust as module
from foretype.settings.trust import Trust, add_folder, read_trust, revoke_folder

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX modes, links and owners")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "foretype" / "trusted.json"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "inner").mkdir(parents=True)
    return folder


def test_nothing_is_trusted_at_first(file: Path, project: Path) -> None:
    trust = read_trust(file)
    assert trust == Trust(file)
    assert not trust.is_trusted(project)
    assert not file.parent.exists()


def test_trust_and_revoke(file: Path, project: Path) -> None:
    add_folder(read_trust(file), project)
    trust = read_trust(file)
    assert trust.problems == ()
    assert trust.is_trusted(project)
    assert trust.is_trusted(project / "inner")
    assert trust.is_trusted(project / "inner" / ".." / "not-there-yet")
    assert not trust.is_trusted(project.parent)
    assert not trust.is_trusted(project.parent / "project2")
    assert not trust.is_trusted(project / "..")
    assert not trust.is_trusted(Path("nul\0byte"))
    assert add_folder(trust, project / "inner") is trust
    revoke_folder(trust, project)
    assert read_trust(file).folders == ()
    assert revoke_folder(read_trust(file), project).folders == ()


def test_revoking_takes_out_what_is_below(file: Path, project: Path) -> None:
    trust = add_folder(add_folder(read_trust(file), project / "inner"), project)
    assert len(trust.folders) == 2
    assert revoke_folder(trust, project.parent).folders == ()


def test_revoking_below_a_trusted_folder_is_refused(file: Path, project: Path) -> None:
    trust = add_folder(read_trust(file), project)
    with pytest.raises(ConfigurationError, match="because"):
        revoke_folder(trust, project / "inner")
    assert read_trust(file).is_trusted(project / "inner")


def test_a_folder_that_is_gone_can_be_revoked(file: Path, project: Path) -> None:
    trust = add_folder(read_trust(file), project / "inner")
    (project / "inner").rmdir()
    assert revoke_folder(trust, project / "inner").folders == ()


@posix
def test_links_are_followed_both_ways(file: Path, project: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(project)
    trust = add_folder(read_trust(file), link)
    assert trust.folders == (project.resolve(),)
    assert trust.is_trusted(link)
    outside = tmp_path / "outside"
    outside.mkdir()
    (project / "escape").symlink_to(outside)
    assert not trust.is_trusted(project / "escape")


@posix
def test_a_list_is_for_its_owner_only(file: Path, project: Path) -> None:
    add_folder(read_trust(file), project)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["trusted.json"]


@posix
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_list_that_others_may_write_is_not_believed(file: Path, project: Path, mode: int) -> None:
    add_folder(read_trust(file), project)
    file.chmod(mode)
    trust = read_trust(file)
    assert not trust.is_trusted(project)
    assert "Others may write" in trust.problems[0].message
    with pytest.raises(ConfigurationError):
        add_folder(trust, project)


@posix
def test_a_list_of_someone_else_is_not_believed(file: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_folder(read_trust(file), project)
    os.chown(file, 12345, -1) if os.getuid() == 0 else monkeypatch.setattr(module.os, "getuid", lambda: 12345)
    assert not read_trust(file).is_trusted(project)


DAMAGED = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"{}",
    b'{"folders": "/"}',
    b'{"folders": {"/": 1}}',
    b'{"folders": [3]}',
    b'{"folders": [null, "/"]}',
    b"\xff\xfe",
    b"[" * 100_000,
    b" " * 1_000_001,
]


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_list_trusts_nothing_and_is_kept(file: Path, project: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    file.chmod(0o600)
    trust = read_trust(file)
    assert trust.folders == ()
    assert not trust.is_trusted(Path("/"))
    assert len(trust.problems) == 1
    assert trust.problems[0].remedy
    with pytest.raises(ConfigurationError):
        add_folder(trust, project)
    assert file.read_bytes() == content


def test_relative_entries_mean_nothing(file: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"folders": ["", ".", "inner"]}))
    file.chmod(0o600)
    monkeypatch.chdir(project)
    assert not read_trust(file).is_trusted(project)
    assert not read_trust(file).is_trusted(project / "inner")


def test_what_cannot_be_trusted(file: Path, project: Path) -> None:
    (project / "file").touch()
    for folder in (project / "missing", project / "file", Path(project.anchor)):
        with pytest.raises(ConfigurationError):
            add_folder(read_trust(file), folder)
    assert not file.exists()


def test_a_list_that_cannot_be_written(file: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_folder(read_trust(file), project / "inner")
    before = file.read_bytes()

    def refuse(*_: object) -> None:
        raise PermissionError(13, "refused")

    monkeypatch.setattr(module.os, "replace", refuse)
    with pytest.raises(ConfigurationError, match="cannot be written"):
        add_folder(read_trust(file), project)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["trusted.json"]
