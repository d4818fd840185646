"""The key: which source wins, what a command may do wrong, and that no key gets into a message."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from foretype.errors import ConfigurationError
from foretype.settings import keys as module
from foretype.settings.key_command import read_key
from foretype.settings.keys import Key, KeyFinder
from foretype.settings.layers import Layer
from foretype.settings.model import Settings
from foretype.settings.resolve import resolve

SECRET = "sk-live-0123456789abcdef"
posix = pytest.mark.skipif(os.name == "nt", reason="uses the POSIX shell and process groups")


def settings(**model: object) -> Settings:
    resolved = resolve([Layer("user", "u", {"model": model})], trusted=True)
    assert resolved.problems == ()
    return resolved.settings


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def environment(**more: str) -> dict[str, str]:
    kept = ("PATH", "HOME", "SYSTEMROOT", "TEMP")
    return {**{name: os.environ[name] for name in kept if name in os.environ}, **more}


def find(given: Settings, client_key: str = "", timeout: float = 20.0, **environ: str) -> Key | None:
    return asyncio.run(KeyFinder(environment(**environ), timeout).find_key(given, client_key))


# --- order ------------------------------------------------------------------------------------------------

ENVIRON = {"FORETYPE_API_KEY": "sk-ours", "MINE": "sk-mine", "OPENAI_API_KEY": "sk-openai"}
COMMAND = python("print('sk-command')")
URL = "http://localhost:1/v1"

ORDER: list[tuple[dict[str, object], str, set[str], str | None]] = [
    ({}, "", set(), None),
    ({}, "sk-client", {"FORETYPE_API_KEY"}, "sk-client"),
    ({}, "  ", {"FORETYPE_API_KEY"}, "sk-ours"),
    ({"api_key_env": "MINE", "api_key_command": COMMAND}, "", {"FORETYPE_API_KEY", "MINE"}, "sk-ours"),
    ({"api_key_env": "MINE", "api_key_command": COMMAND}, "", {"MINE"}, "sk-mine"),
    ({"api_key_env": "MINE", "api_key_command": COMMAND}, "", set(), "sk-command"),
    ({"api_key_command": COMMAND, "base_url": URL}, "", {"OPENAI_API_KEY"}, "sk-command"),
    ({"base_url": URL}, "", {"OPENAI_API_KEY"}, "sk-openai"),
    ({"base_url": URL}, "", set(), None),
    ({}, "", {"OPENAI_API_KEY"}, None),
    ({"name": "gpt-5"}, "", {"OPENAI_API_KEY"}, None),
]


@pytest.mark.parametrize(("model", "client_key", "variables", "expected"), ORDER)
def test_order(model: dict[str, object], client_key: str, variables: set[str], expected: str | None) -> None:
    key = find(settings(**model), client_key, **{name: ENVIRON[name] for name in variables})
    assert (key and key.value) == expected


def test_a_chosen_source_that_fails_does_not_fall_back_to_another_servers_key() -> None:
    for model in ({"api_key_env": "MINE"}, {"api_key_command": python("raise SystemExit(3)")}):
        with pytest.raises(ConfigurationError) as caught:
            find(settings(base_url=URL, **model), OPENAI_API_KEY=SECRET)
        assert caught.value.remedy


def test_a_pasted_key_is_not_repeated() -> None:
    with pytest.raises(ConfigurationError) as caught:
        find(settings(api_key_env="gsk_0123456789abcdef"))
    assert "gsk" not in str(caught.value)


@pytest.mark.parametrize("value", [f"{SECRET}\nX: y", f"{SECRET} x", f"{SECRET}é", f"{SECRET}\x00"])
def test_an_unusable_key(value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        asyncio.run(KeyFinder({"FORETYPE_API_KEY": value}).find_key(Settings()))
    assert SECRET not in str(caught.value)
    assert "FORETYPE_API_KEY" in caught.value.message


# --- the command ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        f"print('{SECRET}')",
        f"print('  {SECRET}  ')",
        f"print('\\n{SECRET}\\nsecond line\\n')",
        f"print('{SECRET}', end='')",
        f"import sys; sys.stdout.buffer.write(b'{SECRET}\\r\\n')",
        f"import sys; print('{SECRET}'); print('a warning', file=sys.stderr)",
        f"print('{SECRET}'); print('x' * 5_000_000)",
        f"import os, pathlib; assert os.getcwd() == str(pathlib.Path.home().resolve()); print('{SECRET}')",
    ],
)
def test_a_command_that_answers(code: str) -> None:
    key = find(settings(api_key_command=python(code)))
    assert key == Key(SECRET, "model.api_key_command")


def test_a_command_cannot_read_what_the_editor_sends() -> None:
    reader, writer = os.pipe()
    kept = os.dup(0)
    try:
        os.write(writer, b"Content-Length: 2")
        os.close(writer)
        os.dup2(reader, 0)
        key = find(settings(api_key_command=python("import os; print(f'read-{len(os.read(0, 9))}-bytes')")))
        assert key is not None
        assert key.value == "read-0-bytes"
    finally:
        os.dup2(kept, 0)
        os.close(kept)
        os.close(reader)


def test_a_command_as_one_string_is_split_without_a_shell() -> None:
    quoted = f'"{sys.executable}" -c "import sys; print(sys.argv[1])" "$HOME;echo"'
    key = find(settings(api_key_command=quoted))
    assert key is not None
    assert key.value == "$HOME;echo"


BAD_COMMANDS = [
    (python(f"print('{SECRET}'); raise SystemExit(3)"), "exit code 3"),
    (python("pass"), "printed nothing"),
    (python("print('  \\n ')"), "printed nothing"),
    (python("import sys; sys.stdout.buffer.write(b'\\xff\\xfe')"), "not text"),
    (python(f"print('{SECRET} and more')"), "characters that no key has"),
    (f"no-such-program-{SECRET}", "not found"),
    ([str(Path(sys.executable).parent / SECRET)], "not found"),
    ("./key.sh", "relative path"),
    (["sub/key.sh"], "relative path"),
    ("echo 'open", "quote that is not closed"),
    ("   ", "is empty"),
    (["", "x"], "is empty"),
]


@pytest.mark.parametrize(("command", "message"), BAD_COMMANDS, ids=[message for _, message in BAD_COMMANDS])
def test_a_command_that_fails(command: Any, message: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ConfigurationError) as caught:
        find(settings(api_key_command=command))
    assert message in str(caught.value)
    assert caught.value.remedy
    assert SECRET not in str(caught.value) + repr(caught.value) + caplog.text


@posix
def test_a_program_of_the_workspace_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pass"
    program.write_text("#!/bin/sh\necho stolen\n")
    program.chmod(0o700)
    monkeypatch.chdir(tmp_path)
    for path in ("", ".", os.pathsep, "relative"):
        with pytest.raises(ConfigurationError, match="not found"):
            find(settings(api_key_command="pass show x"), PATH=path)


@posix
def test_a_program_that_is_not_one(tmp_path: Path) -> None:
    program = tmp_path / "broken"
    program.write_text("no program at all")
    program.chmod(0o700)
    with pytest.raises(ConfigurationError, match="could not be started"):
        find(settings(api_key_command=[str(program)]))


def alive(pid_file: Path) -> bool:
    """Whether the process whose number the file holds still runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{int(pid_file.read_text())}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):  # gone before it was opened, or while it was read
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.005)


def hangs(pid_file: Path) -> list[str]:
    """A shell that starts a child which holds the output open, writes down its number, and never ends."""
    return ["/bin/sh", "-c", f"sleep 600 & echo $! > {pid_file}.new; mv {pid_file}.new {pid_file}; wait"]


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@linux
def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    with pytest.raises(ConfigurationError, match=r"did not answer within 0.5 seconds"):
        find(settings(api_key_command=hangs(pid_file)), timeout=0.5)
    asyncio.run(until(lambda: not alive(pid_file)))


@linux
def test_closing_ends_the_command(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"

    async def main() -> None:
        finder = KeyFinder(environment(), 60)
        waiting = asyncio.ensure_future(finder.find_key(settings(api_key_command=hangs(pid_file))))
        await until(pid_file.exists)
        assert alive(pid_file)
        await finder.close()
        await until(lambda: not alive(pid_file))
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(main())


@linux
def test_closing_while_the_command_is_just_being_started_ends_it_with_its_children(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"

    async def main() -> None:
        reading = asyncio.ensure_future(read_key(tuple(hangs(pid_file)), 60, environment()))
        for _ in range(2):
            await asyncio.sleep(0)
        deadline = time.monotonic() + 20
        while not pid_file.exists():  # a loop that is busy elsewhere: it has not seen yet that the command runs
            assert time.monotonic() < deadline
            time.sleep(0.005)
        reading.cancel()
        try:
            await asyncio.wait([reading], timeout=20)
            assert reading.cancelled()
            await until(lambda: not alive(pid_file))
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid_file.read_text()), 9)  # or the loop would wait for it

    asyncio.run(main())


@linux
def test_a_child_that_keeps_the_output_open_does_not_hold_up_the_key(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    command = ["/bin/sh", "-c", f"sleep 600 & echo $! > {pid_file}; echo {SECRET}"]
    try:
        key = find(settings(api_key_command=command), timeout=5)
        assert key is not None
        assert key.value == SECRET
        assert alive(pid_file)
    finally:
        os.kill(int(pid_file.read_text()), 9)


# --- once per session -------------------------------------------------------------------------------------


class Commands:
    """Stands in for `read_key`: counts runs, answers when told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runs: list[object] = []
        self.gate = asyncio.Event()
        self.error: Exception | None = None
        monkeypatch.setattr(module, "read_key", self.read)

    async def read(self, command: object, timeout: float, environ: object) -> str:
        self.runs.append(command)
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return f"sk-{len(self.runs)}"


async def values(*finding: Awaitable[Key | None]) -> list[str | None]:
    return [key and key.value for key in await asyncio.gather(*finding)]


@pytest.mark.asyncio
async def test_one_run_serves_all_and_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    commands, finder, given = Commands(monkeypatch), KeyFinder({}), settings(api_key_command="a")
    commands.gate.set()
    assert await values(*(finder.find_key(given) for _ in range(5))) == ["sk-1"] * 5
    assert await values(finder.find_key(given)) == ["sk-1"]
    finder.forget()
    assert await values(finder.find_key(given)) == ["sk-2"]
    assert await values(finder.find_key(settings(api_key_command="b"))) == ["sk-3"]
    assert commands.runs == ["a", "a", "b"]


@pytest.mark.asyncio
async def test_a_cancelled_request_does_not_end_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    commands, finder, given = Commands(monkeypatch), KeyFinder({}), settings(api_key_command="a")
    for _ in range(3):
        request = asyncio.ensure_future(finder.find_key(given))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
    commands.gate.set()
    assert await values(finder.find_key(given)) == ["sk-1"]
    assert commands.runs == ["a"]


@pytest.mark.asyncio
async def test_those_who_wait_get_their_answer_when_it_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    commands, finder, given = Commands(monkeypatch), KeyFinder({}), settings(api_key_command="a")
    request = asyncio.ensure_future(finder.find_key(given))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    finder.forget()
    commands.gate.set()
    assert (await values(request))[0] is not None
    await finder.close()


@pytest.mark.asyncio
async def test_a_failure_rests_before_the_next_try(monkeypatch: pytest.MonkeyPatch) -> None:
    commands, finder, given = Commands(monkeypatch), KeyFinder({}), settings(api_key_command="a")
    commands.gate.set()
    commands.error = ConfigurationError("failed")
    for _ in range(3):
        with pytest.raises(ConfigurationError):
            await finder.find_key(given)
    assert len(commands.runs) == 1
    commands.error = None
    now = time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now + 61)
    assert await values(finder.find_key(given)) == ["sk-2"]


@pytest.mark.asyncio
async def test_a_failure_that_nobody_waits_for_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    commands, finder = Commands(monkeypatch), KeyFinder({})
    commands.error = ConfigurationError("failed")
    request = asyncio.ensure_future(finder.find_key(settings(api_key_command="a")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    request.cancel()
    commands.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await request
    await finder.close()
    del request, finder
    await asyncio.sleep(0)
    assert reported == []


# --- masking ----------------------------------------------------------------------------------------------


def test_a_key_prints_without_its_value() -> None:
    key = Key(SECRET, "the editor")
    for text in (repr(key), str(key), f"{key}", f"{key!r}", f"{[key]}", "%s" % (key,)):  # noqa: UP031
        assert SECRET not in text
        assert "the editor" in text
    assert SECRET not in repr(KeyFinder({"FORETYPE_API_KEY": SECRET}))
