"""`foretype config`: values with their sources, problems with their remedies, and never a secret."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from foretype.cli import config
from foretype.settings.model import Settings
from foretype.settings.schema import walk

SECRET = "sk-live-0123456789abcdef"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user file full of secrets, a project in `project`, and no environment of our own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("FORETYPE_BASE_URL", "FORETYPE_MODEL", "FORETYPE_MODE", "FORETYPE_LOG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FORETYPE_API_KEY", SECRET)
    (tmp_path / "config" / "foretype").mkdir(parents=True)
    (tmp_path / "config" / "foretype" / "config.toml").write_text(
        f"""
        [model]
        base_url = "http://me:{SECRET}@localhost:1/v1"
        api_key_command = "echo {SECRET}"
        api_key_env = "{SECRET.replace("-", "_")}"
        headers = {{ X-Key = "{SECRET}" }}
        prices."gpt-4.1" = {{ input = 2, output = 8.5 }}
        proxy = "http://me:{SECRET}@proxy.lan:3128"
        extra_body.options = {{ top_k = 4 }}
        families.mine = {{ template = "<p>{{prefix}}<s>{{suffix}}", stop = ["\\n"], context = 4096 }}
        """
    )
    (tmp_path / "project").mkdir()
    return tmp_path


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    config.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["config", *arguments])
    code: int = args.run(args)
    return code


def test_text(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORETYPE_MODEL", "coder")
    assert run("--workspace", str(home / "project"), "--set", "enable.go=false") == 0
    out, err = capsys.readouterr()
    assert err == ""
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in out.splitlines() if line}
    assert rows["Workspace:"] == f"{home / 'project'} (not trusted)"
    user_file = home / "config" / "foretype" / "config.toml"
    assert rows["model.base_url"] == f'"http://***@localhost:1/v1" {user_file}'
    assert rows["model.headers.X-Key"] == f"(hidden) {user_file}"
    assert rows["model.api_key_command"] == f"(hidden) {user_file}"
    assert rows["model.api_key_env"] == f"(hidden) {user_file}"
    assert rows["model.prices.gpt-4.1"] == f"input 2, output 8.5 {user_file}"
    assert rows["model.proxy"] == f'"http://***@proxy.lan:3128" {user_file}'
    assert rows["model.extra_body.options"] == f'{{"top_k": 4}} {user_file}'
    assert rows["model.families.mine"] == (
        f'template "<p>{{prefix}}<s>{{suffix}}", stop ["\\n"], context 4096 {user_file}'
    )
    assert rows["model.name"] == '"coder" environment variable FORETYPE_MODEL'
    assert rows["enable.go"] == "false --set enable.go"
    assert rows["enable.markdown"] == "false default"
    assert rows["limits.tokens_per_day"] == "- default"
    assert rows["exclude"] == "- default"
    assert "0123456789" not in out


def test_every_option_is_shown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--workspace", str(home), "--json")
    shown = json.loads(capsys.readouterr().out)["values"]
    for found in walk(Settings):
        assert any(key == found.key or key.startswith(found.key + ".") for key in shown)


def test_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--workspace", str(home / "project"), "--json", "--log-level", "Debug") == 1
    out = capsys.readouterr().out
    assert "0123456789" not in out
    content = json.loads(out)
    assert content["trusted"] is False
    assert content["values"]["completion.threshold"] == {"value": Settings().completion.threshold, "source": "default"}
    assert content["values"]["model.prices.gpt-4.1"]["value"] == {"input": 2.0, "output": 8.5, "cached": None}
    assert content["values"]["exclude"]["value"] == []
    (problem,) = content["problems"]
    assert problem["origin"] == "--log-level"
    assert problem["remedy"] == "Write 'debug'."


@pytest.mark.parametrize(
    ("project", "code", "expected"),
    [
        ("", 0, ""),
        ('model.name = "x"', 0, "notice: A project file may not set model.name"),
        ("completion.max_lines = 2", 0, "notice: This workspace is not trusted"),
        ("completion.max_lnes = 2", 0, "warning: There is no option 'completion.max_lnes'"),
        ('completion.trigger = "never"', 1, "error: completion.trigger is 'never'"),
        ("not toml", 1, "error: foretype.toml is not valid TOML"),
    ],
)
def test_problems_and_exit_code(
    home: Path, capsys: pytest.CaptureFixture[str], project: str, code: int, expected: str
) -> None:
    (home / "project" / "foretype.toml").write_text(project)
    assert run("--workspace", str(home / "project")) == code
    assert expected in capsys.readouterr().out


def test_a_secret_in_a_hostile_or_mistaken_place_is_not_shown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "project" / "foretype.toml").write_text(
        f'api_key = "{SECRET}"\n"\\u001b[2J{"x" * 99}" = 1\n[model]\nheaders = "{SECRET}"\nkey = "{SECRET}"\n'
    )
    for arguments in ([], ["--json"], ["--set", SECRET], ["--set", f"model.headers={SECRET}"]):
        run("--workspace", str(home / "project"), *arguments)
        out, err = capsys.readouterr()
        assert SECRET not in out + err
        assert "\x1b" not in out + err
        assert "problems" in out or "Remove it: a key is never read from settings" in out


def test_this_folder_is_the_default(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "project" / "foretype.toml").write_text('exclude = ["x"]')
    monkeypatch.chdir(home / "project")
    assert run() == 0
    assert str(home / "project" / "foretype.toml") in capsys.readouterr().out


def test_no_such_workspace(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--workspace", str(home / "nowhere")) == 2
    assert "not a folder" in capsys.readouterr().err


def test_printable() -> None:
    assert config.printable("a\x1b[31m\nb\u202e") == "a\\x1b[31m\\nb\\u202e"
    assert config.printable("plain é") == "plain é"
