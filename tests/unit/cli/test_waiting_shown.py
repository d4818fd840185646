"""A terminal says what a command waits for, and nothing of it gets into what the command prints."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stub import Reply, StubServer, replies
from tests.unit.cli.running import COMMAND, Home

pytestmark = [pytest.mark.asyncio, pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")]


def staged(folder: Path) -> Home:
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    (folder / "a.py").write_text("x = 1\n")
    subprocess.run(["git", "add", "a.py"], cwd=folder, check=True)
    return Home(folder)


@pytest.mark.parametrize("interrupted", [True, False])
async def test_a_terminal_says_what_is_waited_for(tmp_path: Path, interrupted: bool) -> None:
    from tests.unit.cli.terminal import Terminal

    home = staged(tmp_path)
    terminal = Terminal(90, 24)
    reply: Reply = replies.hang() if interrupted else replies.chat(["Add x"]).slowly(0.0, first=2.5)
    async with StubServer(reply) as stub:
        environ = home.environ(FORETYPE_BASE_URL=stub.url, FORETYPE_MODEL="stub", TERM="xterm")
        terminal.start([*COMMAND, "commit-message"], environ, tmp_path)
        try:
            await terminal.until("waiting for stub; ")
            if interrupted:
                terminal.process.send_signal(signal.SIGINT)
            assert await terminal.ended() == (130 if interrupted else 0)
        finally:
            terminal.close()
    assert " s (Ctrl-C ends it)" in terminal.written
    assert "Traceback" not in terminal.written
    end = terminal.written.rpartition("\r\x1b[K")[2]
    assert end == ("" if interrupted else "Add x\r\n")


async def test_a_server_that_hangs_is_asked_once_and_waited_for_once(tmp_path: Path) -> None:
    home = staged(tmp_path)
    async with StubServer(replies.hang()) as stub:
        ran = await home.call(
            *("commit-message", "--set", "actions.timeout=1"), FORETYPE_BASE_URL=stub.url, FORETYPE_MODEL="stub"
        )
        assert len(stub.asked) == 1
    assert (ran.code, ran.out) == (2, "")
    assert "did not begin to answer within 1 s" in ran.err
    assert "waiting for" not in ran.err, "no terminal, no line"
