"""`foretype demo` as users run it: the real server, a real file, a terminal that is left as it was found."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stub import StubServer
from tests.stub.truth import Truth
from tests.unit.cli.running import COMMAND, Home, repetitive

pytestmark = pytest.mark.asyncio

# How sure the engine is belongs to its own tests; here it only has to say something.
EAGER = ("--set", "completion.threshold=0.05")

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals and signals are POSIX")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "form.py").write_text(repetitive(), encoding="utf-8")
    return Home(tmp_path)


def counted(out: str) -> dict[str, int]:
    """The figures of the report."""
    out = re.sub(r"(\d),(\d{3})", r"\1\2", out)
    words = re.search(r"(\d+) typed, (\d+) accepted .*, (\d+) indented by the editor; (\d+) keys?", out)
    whole = re.search(r"lines (\d+)-(\d+) typed again: (\d+) characters", out)
    assert words, out
    assert whole, out
    names = ("typed", "accepted", "indented", "keys", "first", "last", "characters")
    return dict(zip(names, map(int, (*words.groups(), *whole.groups())), strict=True))


async def test_a_repetitive_file_is_largely_suggested_and_never_written(home: Home) -> None:
    file = home.folder / "form.py"
    os.utime(file, (1, 1))
    before = file.read_bytes()
    ran = await home.run("demo", "form.py", "--fast", *EAGER)
    assert ran.code == 0, ran.err + ran.out
    figures = counted(ran.out)
    assert figures["accepted"] > 300
    assert figures["accepted"] > figures["characters"] * 0.4
    assert figures["typed"] + figures["accepted"] + figures["indented"] == figures["characters"]
    removed = repetitive().splitlines()[figures["first"] - 1 : figures["last"]]
    assert figures["characters"] == len("\n".join(removed))
    assert "No model was asked" in ran.out
    assert "request to answer: p50 " in ran.out
    assert ran.out.count("⟦") > 5
    assert "The lines were chosen: " in ran.out
    assert "\x1b" not in ran.out
    assert ran.err == ""
    assert file.read_bytes() == before
    assert file.stat().st_mtime == 1


@pytest.mark.parametrize(
    "text",
    [
        repetitive().replace("\n", "\r\n"),
        repetitive().replace("\n", "\r"),
        "\ufeff" + repetitive().replace("name", "nämé_😀"),
        repetitive().replace("    ", "\t").rstrip("\n"),
        repetitive().replace("\n", "\n\n   \n"),
        repetitive().replace("source", "so\x0curce\u2028"),
    ],
    ids=["crlf", "cr", "unicode", "tabs, no last line end", "blank lines", "form feeds"],
)
async def test_any_text_comes_out_as_it_was(home: Home, text: str) -> None:
    file = home.folder / "odd.py"
    file.write_bytes(text.encode())
    ran = await home.run("demo", "odd.py", "--fast", "--lines", "20-24")
    # The command itself compares what was typed with the file, by the same rules as the server's.
    assert (ran.code, ran.err) == (0, "")
    assert counted(ran.out)["characters"] > 0
    assert file.read_bytes() == text.encode()


async def test_the_lines_that_are_typed_can_be_chosen(home: Home) -> None:
    ran = await home.run("demo", "form.py", "--fast", *EAGER, "--lines", "6-6")
    figures = counted(ran.out)
    assert (figures["first"], figures["last"]) == (6, 6)
    assert figures["characters"] == len(repetitive().splitlines()[5])


async def test_without_a_file_one_is_played_that_shows_much_and_it_is_said_why(home: Home) -> None:
    # Nobody watches, so nothing is waited for though --fast is not said; the lines are the same as in a terminal.
    ran = await home.run("demo")
    assert ran.code == 0, ran.err
    figures = counted(ran.out)
    assert figures["accepted"] > figures["characters"] * 0.3
    assert "The file is httpx2's, chosen because it repeats itself" in ran.out
    assert "time was up" not in ran.out
    assert "How does it do in a file of yours? foretype demo FILE" in ran.out
    assert ran.out.splitlines()[0] == "⟦suggested and accepted⟧; everything else was typed."
    typed = [int(line[:5]) for line in ran.out.splitlines() if re.match(r" *\d+(  |$)", line)]
    assert typed == list(range(figures["first"], figures["last"] + 1))
    ran = await home.run("demo", "form.py", "--lines", "10-11")
    assert "chosen because" not in ran.out


async def test_without_a_file_a_model_gets_one_of_our_own(home: Home) -> None:
    address = ("--set", "model.base_url=http://127.0.0.1:9/v1", "--set", "model.name=gone")
    ran = await home.run("demo", "--fast", "--lines", "30-33", *address)
    assert ran.code == 0, ran.err
    assert re.search(r"^(tests/protocol/test_documents|models/provider)\.py, lines 30-33 typed", ran.out, re.MULTILINE)
    assert "chosen because" not in ran.out
    assert "lines were chosen" not in ran.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing.py",), "There is no file"),
        ((".",), "is a folder"),
        (("form.py", "--lines", "40-4000"), "There are no lines 40-4000: the file has 45"),
        (("form.py", "--lines", "9-3"), "There are no lines 9-3"),
        (("form.py", "--lines", "many"), "'many' is no range of lines"),
        (("form.py", "--lines", "3"), "There is nothing to type"),
        (("empty.py",), "There is nothing to type"),
        (("binary.py",), "is not UTF-8 text"),
        (("form.py", "--speed", "0"), "is not a number from 0.5 to 200"),
    ],
)
async def test_what_cannot_be_played(home: Home, arguments: tuple[str, ...], words: str) -> None:
    (home.folder / "empty.py").touch()
    (home.folder / "binary.py").write_bytes(b"\xff\xfe\x00\x01")
    ran = await home.run("demo", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert "Traceback" not in ran.err


async def test_where_nothing_comes_it_is_said_that_this_is_usual_and_what_to_try(home: Home) -> None:
    threshold = ("--set", "completion.threshold=1")
    ran = await home.run("demo", "form.py", "--make", "--lines", "10-11", *threshold)
    assert ran.code == 0
    assert "no suggestion was shown" in ran.out
    assert "That is usual: in code never seen before it shows something at 16% of cursors" in ran.out
    assert "Other lines of the file: make demo ARGS='--lines A-B' FILE=form.py" in ran.out


async def test_silence_is_explained(home: Home) -> None:
    (home.folder / "notes.md").write_text(repetitive())
    ran = await home.run("demo", "notes.md", "--fast", "--lines", "10-11")
    assert ran.code == 0
    assert counted(ran.out)["accepted"] == 0
    assert "no suggestion was shown" in ran.out
    assert "The server said: Suggestions are switched off for markdown." in ran.out
    assert "That is usual" not in ran.out


async def test_a_model_streams_and_is_named(home: Home) -> None:
    file = home.folder / "form.py"
    async with StubServer(Truth(file.read_text(), 3, 0.05, 0.01)) as stub:
        stub.model_names = ("truth",)
        ran = await home.run(
            *("demo", "form.py", "--fast", *EAGER, "--lines", "10-20"),
            FORETYPE_BASE_URL=stub.url,
            FORETYPE_MODEL="truth",
        )
        assert stub.asked
    assert ran.code == 0, ran.err
    figures = counted(ran.out)
    assert figures["accepted"] > figures["characters"] * 0.5
    assert f"Suggested by truth at 127.0.0.1:{stub.port}" in ran.out
    assert "embedded engine's" not in ran.out or "%" in ran.out
    assert not list(home.folder.rglob("usage.sqlite")), "a show must not count as use"
    assert list(home.folder.rglob("limits.sqlite")), "but it counts for the limits"


async def test_a_model_that_is_not_there_is_said(home: Home) -> None:
    environ = {"FORETYPE_BASE_URL": "http://127.0.0.1:9/v1", "FORETYPE_MODEL": "gone"}
    ran = await home.run("demo", "form.py", "--fast", *EAGER, "--lines", "10-11", **environ)
    assert ran.code == 0, ran.err
    assert "The server said: " in ran.out
    assert "Nothing answers at 127.0.0.1:9" in ran.out
    assert "gone at 127.0.0.1:9 has suggested nothing: what was shown is the embedded engine's" in ran.out


async def test_a_picture_is_recorded(home: Home) -> None:
    ran = await home.run("demo", "form.py", "--fast", *EAGER, "--record", "demo.svg")
    assert ran.code == 0, ran.err
    root = ElementTree.fromstring((home.folder / "demo.svg").read_bytes())
    texts = ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert any("embedded engine" in text for text in texts)
    assert any("form.py" in text for text in texts)
    slanted = [e for e in root.iter("{http://www.w3.org/2000/svg}text") if e.get("font-style") == "italic"]
    assert any(text in repetitive() for text in ("".join(e.itertext()) for e in slanted))
    assert "http" not in (home.folder / "demo.svg").read_text().replace("http://www.w3.org/2000/svg", "")


async def test_a_picture_that_cannot_be_written_is_said(home: Home) -> None:
    ran = await home.run("demo", "form.py", "--fast", *EAGER, "--lines", "10-14", "--record", "nowhere/demo.svg")
    assert ran.code == 1
    assert "demo.svg cannot be written" in ran.err


async def test_a_server_that_dies_is_reported_with_its_last_words(home: Home) -> None:
    # Python runs this module at its start; in the server's process it breaks the import of the server.
    (home.folder / "breaking").mkdir()
    code = "import os, sys\nif 'serve' in sys.orig_argv:\n    os.write(2, b'no more tape\\n')\n    os._exit(7)\n"
    (home.folder / "breaking" / "sitecustomize.py").write_text(code)
    ran = await home.run("demo", "form.py", "--fast", *EAGER, PYTHONPATH=str(home.folder / "breaking"))
    assert ran.code == 1
    assert "The server has ended unexpectedly (exit code 7)" in ran.err
    assert "no more tape" in ran.err
    assert "Traceback" not in ran.err


# In a terminal


if sys.platform != "win32":
    from tests.unit.cli.terminal import ESCAPES, Terminal, children_of


@contextlib.contextmanager
def playing(home: Home, size: tuple[int, int], *arguments: str, **environ: str) -> Iterator[Terminal]:
    """A demo that runs in a terminal of this size."""
    terminal = Terminal(*size)
    command = [*COMMAND, "demo", "form.py", *EAGER, *arguments]
    terminal.start(command, home.environ(TERM="xterm-256color", **environ), home.folder)
    try:
        yield terminal
    finally:
        terminal.close()


@on_posix
async def test_in_a_terminal_ghost_text_is_drawn_and_the_terminal_put_back(home: Home) -> None:
    terminal = Terminal(90, 24)
    before = terminal.modes
    command = [*COMMAND, "demo", "form.py", "--speed", "60", "--lines", "10-14", *EAGER]
    terminal.start(command, home.environ(TERM="xterm-256color"), home.folder)
    try:
        await terminal.until("\x1b[0;2;3m")
        assert not terminal.echoes
        assert await terminal.ended() == 0
        assert terminal.modes == before
    finally:
        terminal.close()
    written = terminal.written
    assert written.startswith("\x1b[?1049h")
    drawing, _, after = written.partition("\x1b[?1049l")
    assert "\x1b[0;32m" in drawing
    assert "\x1b[0;7m Tab " in drawing
    assert "embedded engine: repeats patterns of this folder" in drawing
    assert drawing.endswith("\x1b[?25h")
    assert "\x1b" not in after
    assert counted(after.replace("\r\n", "\n"))["accepted"] > 0


@on_posix
async def test_without_colours_ghost_text_stands_in_brackets(home: Home) -> None:
    with playing(home, (100, 24), "--speed", "60", "--lines", "10-14", NO_COLOR="1") as terminal:
        assert await terminal.ended() == 0
        assert "⟦" in terminal.written
        assert "\x1b[0;32m" not in terminal.written
        assert "\x1b[0;2" not in terminal.written


@on_posix
async def test_a_dumb_terminal_gets_plain_lines(home: Home) -> None:
    terminal = Terminal(80, 24)
    terminal.start([*COMMAND, "demo", "form.py", "--fast", *EAGER], home.environ(TERM="dumb"), home.folder)
    try:
        assert await terminal.ended() == 0
    finally:
        terminal.close()
    assert "\x1b" not in terminal.written
    assert "⟦" in terminal.written


@on_posix
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (12, 4), (30, 6), (300, 90)])
async def test_any_size_of_terminal(home: Home, size: tuple[int, int]) -> None:
    with playing(home, size, "--speed", "100", "--lines", "10-12") as terminal:
        assert await terminal.ended() == 0
        drawing = terminal.written.partition("\x1b[?1049l")[0]
    for row, rest in re.findall(r"\x1b\[(\d+);1H((?:[^\x1b]|\x1b\[[\d;]*m)*)", drawing):
        assert int(row) <= size[1]
        assert len(ESCAPES.sub("", rest)) <= size[0]


@on_posix
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGHUP, 130)], ids=["int", "term", "hup"]
)
async def test_a_signal_ends_it_and_puts_the_terminal_back(home: Home, number: int, code: int) -> None:
    with playing(home, (90, 24)) as terminal:
        await terminal.until("\x1b[0;1m")
        servers = children_of(terminal.process.pid)
        os.kill(terminal.process.pid, number)
        assert await terminal.ended() == code
        assert terminal.echoes
        after = terminal.written.partition("\x1b[?1049l")[2]
        assert "Ended before its end." in after
        assert "typed again" in after
        assert "Traceback" not in after
    assert servers
    for server in servers:
        with pytest.raises(ProcessLookupError):
            os.kill(server, 0)


@on_posix
async def test_a_server_that_is_killed_does_not_leave_the_terminal_behind(home: Home) -> None:
    with playing(home, (90, 24)) as terminal:
        await terminal.until("\x1b[0;1m")
        (server,) = children_of(terminal.process.pid)
        os.kill(server, signal.SIGKILL)
        assert await terminal.ended() == 1
        assert terminal.echoes
        after = terminal.written.partition("\x1b[?1049l")[2]
    assert "The server has ended unexpectedly (exit code -9)" in after


@on_posix
@pytest.mark.slow
async def test_at_human_speed_it_ends_in_time(home: Home) -> None:
    # The lines are chosen so that it does; this is the promise of the README, not a measure of speed.
    started = time.monotonic()
    with playing(home, (90, 24), "--record", "demo.svg") as terminal:
        assert await terminal.ended() == 0
    assert time.monotonic() - started < 60
