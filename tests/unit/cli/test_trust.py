"""`foretype trust`: what it says and what is so afterwards."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from foretype.cli import trust
from foretype.settings.trust import read_trust


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "project" / "inner").mkdir(parents=True)
    return tmp_path


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    trust.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["trust", *arguments])
    code: int = args.run(args)
    return code


def trusted(home: Path, folder: Path) -> bool:
    return read_trust(home / "state" / "foretype" / "trusted.json").is_trusted(folder)


def test_trust_list_revoke(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = home / "project"
    assert run("--list") == 0
    assert capsys.readouterr().out == "No folder is trusted.\n"
    assert run(str(project)) == 0
    assert capsys.readouterr().out == f"{project} is trusted, and all below it.\n"
    assert trusted(home, project / "inner")
    assert run(str(project / "inner")) == 0
    assert "already trusted" in capsys.readouterr().out
    assert run("--list") == 0
    assert capsys.readouterr().out == f"{project}\n"
    assert run("--revoke", str(project / "inner")) == 1
    assert "Revoke that one" in capsys.readouterr().err
    assert run("--revoke", str(project)) == 0
    assert "no longer trusted" in capsys.readouterr().out
    assert run("--revoke", str(project)) == 0
    assert "is not trusted" in capsys.readouterr().out
    assert not trusted(home, project)


def test_a_relative_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home / "project")
    assert run(".") == 0
    assert trusted(home, home / "project")
    assert not trusted(home, home)


@pytest.mark.parametrize("folder", ["/", "missing", "nul\0byte"])
def test_what_cannot_be_trusted(home: Path, capsys: pytest.CaptureFixture[str], folder: str) -> None:
    assert run(folder) == 1
    assert capsys.readouterr().err.startswith("foretype trust: ")


def test_what_is_no_folder_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = home / "stats.py"
    file.write_text("")
    assert run(str(file)) == 1
    assert f"{file} is a file, not a folder." in capsys.readouterr().err
    assert run(str(home / "nope")) == 1
    assert f"There is no folder {home / 'nope'}." in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--list"], ["."], ["--revoke", "."]])
def test_a_damaged_list(home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    file = home / "state" / "foretype" / "trusted.json"
    file.parent.mkdir(parents=True)
    file.write_text("{")
    assert run(*arguments) == 1
    assert "cannot be read" in capsys.readouterr().err
    assert file.read_text() == "{"


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["a", "--list"], ["a", "--revoke", "b"]])
def test_usage(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert caught.value.code == 2
