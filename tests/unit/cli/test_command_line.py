"""What all commands have in common: numbers, problems of the settings, a terminal instead of an editor."""

from __future__ import annotations

import argparse
import contextlib
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from foretype.cli.main import COMMANDS, main
from foretype.cli.numbers import number, whole_number
from tests.unit.cli.running import COMMAND, Home

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are POSIX's")

if sys.platform != "win32":
    from tests.unit.cli.terminal import Terminal


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.chdir(tmp_path)


def test_numbers_within_their_bounds() -> None:
    assert [whole_number(1, 400)(text) for text in ("1", "400")] == [1, 400]
    assert [number(0.5, 200)(text) for text in ("0.5", "200")] == [0.5, 200.0]


@pytest.mark.parametrize("text", ["0", "401", "x", "", "1.5"])
def test_no_whole_number(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"is not a whole number from 1 to 400$"):
        whole_number(1, 400)(text)


@pytest.mark.parametrize("text", ["0", "201", "x", "nan", "inf"])
def test_no_number(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"is not a number from 0.5 to 200$"):
        number(0.5, 200)(text)


@pytest.mark.parametrize(
    "arguments",
    [("stats", "--days"), ("complete", "a.py:1:1", "--count"), ("batch", "document", ".", "--concurrency")],
)
def test_no_option_names_a_function_of_ours(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "many"])
    assert ended.value.code == 2
    assert "'many' is not a whole number from 1 to" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [("complete", "a.py:1:1"), ("check", "--explain", "a.py:1:1"), ("stats",), ("index",)]
)
def test_bad_settings_are_said(tmp_path: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text("\n")
    (tmp_path / "XDG_CONFIG_HOME" / "foretype").mkdir(parents=True)
    (tmp_path / "XDG_CONFIG_HOME" / "foretype" / "config.toml").write_text("[completion]\nmax_line = 5\n")
    main([*arguments, "--set", "completion.max_lines=many"])
    said = capsys.readouterr().err
    lines = [line for line in said.splitlines() if line.startswith(f"foretype {arguments[0]}: ")]
    assert any("config.toml" in line and "completion.max_lines" in line for line in lines), said
    assert any("(--set completion.max_lines)" in line and "whole number" in line for line in lines), said


def test_good_settings_are_no_words_worth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text("\n")
    main(["index", "--set", "completion.max_lines=5"])
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_that_names_it(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert out.startswith(f"usage: foretype {command} ")
    assert not re.search(r"%\(|None", out)


def test_ctrl_c_is_no_error_while_a_command_is_still_imported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("foretype.cli.main.importlib.import_module", interrupted)
    assert main(["stats"]) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with open("/dev/full", "w", buffering=1) as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(["config"]) == 1
        monkeypatch.undo()
        with contextlib.suppress(OSError):
            full.close()
    assert capsys.readouterr().err == "foretype: No space left on device.\n"


def test_where_the_server_listens(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--tcp", "--port", "65536"])
    assert ended.value.code == 2
    assert "'65536' is not a whole number from 0 to 65,535" in capsys.readouterr().err


def test_a_port_without_tcp_is_said_to_do_nothing(tmp_path: Path) -> None:
    command = [*COMMAND, "--port", "5000"]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=Home(tmp_path).environ())
    assert ran.stderr.splitlines() == [b"foretype: --host and --port have no effect without --tcp."]


@on_posix
@pytest.mark.asyncio
async def test_on_a_terminal_it_says_what_it_waits_for_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    terminal = Terminal(80, 24)
    # As in a real terminal: a run of the tests in a shell's background has Ctrl-C ignored, and so would its children.
    heeding = (
        "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    )
    terminal.start(
        [sys.executable, "-I", "-S", "-c", heeding, *COMMAND], Home(tmp_path).environ(TERM="xterm"), tmp_path
    )
    try:
        await terminal.until("foretype --help")
        assert "waits for an editor" in terminal.written
        assert "foretype demo" in terminal.written
        terminal.process.send_signal(signal.SIGINT)
        assert await terminal.ended() == 130
        assert "Traceback" not in terminal.written
    finally:
        terminal.close()


def test_without_a_terminal_nothing_is_said(tmp_path: Path) -> None:
    ran = subprocess.run([*COMMAND], stdin=subprocess.DEVNULL, capture_output=True, env=Home(tmp_path).environ())
    assert (ran.stdout, ran.stderr) == (b"", b"")
