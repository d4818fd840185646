"""`foretype batch` and `foretype commit-message`, against a scripted model: within this process where that will do."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.protocol.test_action_streams import asked_about, documented, git
from tests.protocol.test_code_actions import fenced
from tests.stub import StubServer, replies
from tests.unit.cli.running import called

pytestmark = pytest.mark.asyncio

MANY = "".join(f"def function_{n}(x):\n    return x + {n}\n\n\n" for n in range(20))


@dataclass(frozen=True)
class Ended:
    code: int
    out: bytes
    err: str


class Commands:
    """Runs the command in a folder of its own, which is a git repository."""

    def __init__(self, folder: Path, surroundings: dict[str, str]) -> None:
        self.folder = folder
        self._env = {**os.environ, **surroundings}
        folder.mkdir()
        git(folder, "init", "-q")

    async def start(self, stub: StubServer | None, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "foretype", *arguments),
            cwd=self.folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**self._env, **self._model(stub)},
        )

    async def run(self, stub: StubServer | None, *arguments: str) -> Ended:
        """As a process."""
        process = await self.start(stub, *arguments)
        out, err = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode is not None
        return Ended(process.returncode, out, err.decode())

    async def __call__(self, stub: StubServer | None, *arguments: str, given: str = "") -> Ended:
        """Within this process, which need not import a model's library anew."""
        ran = await called(arguments, self.folder, {**self._env, **self._model(stub)}, given)
        assert ran.code is not None
        return Ended(ran.code, ran.out.encode(), ran.err)

    @staticmethod
    def _model(stub: StubServer | None) -> dict[str, str]:
        return {"FORETYPE_BASE_URL": stub.url, "FORETYPE_MODEL": "stub"} if stub else {}


@pytest.fixture
def foretype(tmp_path: Path, surroundings: dict[str, str]) -> Commands:
    return Commands(tmp_path / "repository", surroundings)


def expected(text: str) -> str:
    for number in range(20):
        head = f"def function_{number}(x):\n"
        text = text.replace(head, f'{head}    """Add {number}."""\n')
    return text


async def test_a_diff_that_git_applies(foretype: Commands):
    files = {
        "plain.py": MANY,
        "windows.py": MANY.replace("\n", "\r\n"),
        "no end.py": MANY.rstrip("\n"),
        "sub/größe.py": "# größe\n\n" + MANY,
    }
    for name, text in files.items():
        path = foretype.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
    async with StubServer(documented) as stub:
        ended = await foretype.run(stub, "batch", "document", ".", "--diff", "--concurrency", "20")
    assert ended.code == 0, ended.err
    assert "80 of 80" in ended.err
    for name, text in files.items():
        assert (foretype.folder / name).read_bytes() == text.encode()
    subprocess.run(["git", "apply", "-"], cwd=foretype.folder, input=ended.out, check=True)
    for name, text in files.items():
        after = (foretype.folder / name).read_bytes().decode()
        assert after.replace("\r\n", "\n") == expected(text.replace("\r\n", "\n")), name
        assert after.count("\r\n") == (after.count("\n") if name == "windows.py" else 0)


async def test_files_are_written_and_what_fails_is_listed(foretype: Commands):
    def answer(request: Any) -> replies.Reply:
        return fenced("no idea") if "function_7(" in asked_about(request) else documented(request)

    (foretype.folder / "a.py").write_text(MANY)
    (foretype.folder / "a.py").chmod(0o755)
    (foretype.folder / ".env").write_text("def function_1(x):\n    return 1\n")
    async with StubServer(answer) as stub:
        ended = await foretype(stub, "batch", "document", "a.py", ".env")
        assert ended.code == 1
        assert "function_7: The answer holds no documentation" in ended.err
        missing = '    """Add 7."""\n'
        assert (foretype.folder / "a.py").read_text() == expected(MANY).replace(missing, "")
        assert (foretype.folder / "a.py").stat().st_mode & 0o777 == 0o755
        # Everything but the one that failed is documented now: only that is asked for again.
        asked = len(stub.asked)
        assert (await foretype(stub, "batch", "document", "a.py")).code == 1
        assert len(stub.asked) - asked == 2


async def test_a_limit_in_the_middle_loses_nothing(foretype: Commands):
    count = 0

    def answer(request: Any) -> replies.Reply:
        nonlocal count
        count += 1
        return replies.rate_limited("0.2") if count in (7, 8, 9) else documented(request)

    (foretype.folder / "a.py").write_text(MANY)
    async with StubServer(answer) as stub:
        ended = await foretype(stub, "batch", "document", "a.py", "--concurrency", "4")
    assert ended.code == 0, ended.err
    assert (foretype.folder / "a.py").read_text() == expected(MANY)


async def test_a_limit_is_said_while_it_is_waited_for_and_given_up_in_the_end(
    foretype: Commands, monkeypatch: pytest.MonkeyPatch
):
    def answer(request: Any) -> replies.Reply:
        return documented(request) if "function_3(" in asked_about(request) else replies.rate_limited("0.2")

    monkeypatch.setattr("foretype.scheduling.bulk.MOST_REFUSALS", 2)
    (foretype.folder / "a.py").write_text(MANY)
    async with StubServer(answer) as stub:
        ended = await foretype(stub, "batch", "document", "a.py", "--concurrency", "2")
        asked = len(stub.asked)
    assert ended.code == 1
    assert "0 of 20; waiting 1 s: the provider takes no more just now" in ended.err
    assert "Given up after 2 refusals in a row: The provider takes no more requests or tokens" in ended.err
    assert asked <= 6


async def test_a_killed_run_is_continued(foretype: Commands):
    seen: list[str] = []

    def answer(request: Any) -> replies.Reply:
        name = asked_about(request).split("(")[0]
        seen.append(name)
        return documented(request).slowly(0.02)

    (foretype.folder / "a.py").write_text(MANY)
    async with StubServer(answer) as stub:
        process = await foretype.start(stub, "batch", "document", "a.py", "--concurrency", "2")
        while len([each for each in stub.asked if each.finished_at]) < 9:
            await asyncio.sleep(0.02)
        process.kill()
        await process.communicate()
        assert (foretype.folder / "a.py").read_text() == MANY
        before = len(seen)
        ended = await foretype(stub, "batch", "document", "a.py", "--concurrency", "2")
        assert ended.code == 0, ended.err
        assert "used from the run before: " in ended.err
        assert (foretype.folder / "a.py").read_text() == expected(MANY)
        assert len(seen) - before <= 20 - 7
        again = await foretype(stub, "batch", "document", "a.py")
        assert again.code == 0
        assert "nothing to do" in again.err


async def test_who_stops_a_run_is_told_what_is_kept(foretype: Commands):
    (foretype.folder / "a.py").write_text(MANY)
    async with StubServer(lambda request: documented(request).slowly(0.05)) as stub:
        process = await foretype.start(stub, "batch", "document", "a.py", "--concurrency", "1")
        while len([each for each in stub.asked if each.finished_at]) < 3:
            await asyncio.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 130, err
    told = re.search(r"^Stopped. No file was changed; ([0-9]+) answers are kept for the next run.$", err.decode(), re.M)
    assert told is not None, err
    assert int(told[1]) >= 2
    assert (foretype.folder / "a.py").read_text() == MANY


async def test_problems_of_a_linter_are_fixed(foretype: Commands):
    (foretype.folder / "a.py").write_text("def f():\n    return x\n\n\ndef g():\n    return 1\n")
    async with StubServer(fenced("def f():\n    return 0")) as stub:
        said = "a.py:2:12: F821 undefined name 'x'\nFound 1 error.\nother.py:1:1: not asked for\n"
        ended = await foretype(stub, "batch", "fix", "a.py", "--problems", "-", given=said)
        assert ended.code == 0, ended.err
        assert (foretype.folder / "a.py").read_text() == "def f():\n    return 0\n\n\ndef g():\n    return 1\n"
        assert "undefined name 'x'" in str(stub.asked[0].body)
        assert "skipped, since no place is named: 1 line of standard input." in ended.err
        assert len(stub.asked) == 1


async def test_problems_of_a_text_that_is_gone_stop_nothing(foretype: Commands):
    """A line behind the end, and an empty file, as linters name them: the rest is done."""
    (foretype.folder / "a.py").write_text("def f():\n    return x\n")
    (foretype.folder / "__init__.py").write_text("")
    (foretype.folder / "short.py").write_text("y = 1\n")
    said = "__init__.py:1:1: D104 no docstring\nshort.py:900:1: W391 blank\na.py:2:12: F821 undefined\n"

    def answer(request: Any) -> Any:
        return fenced("def f():\n    return 0" if "F821" in str(request.body) else "y = 2")

    async with StubServer(answer) as stub:
        ended = await foretype(stub, "batch", "fix", ".", "__init__.py", "--problems", "-", given=said)
        assert ended.code == 1
        assert "__init__.py: The file is empty." in ended.err
        assert "short.py: line 900: short.py has no line 900." in ended.err
        assert (foretype.folder / "a.py").read_text() == "def f():\n    return 0\n"
        assert (foretype.folder / "short.py").read_text() == "y = 1\n"
        assert not any("W391" in str(each.body) for each in stub.asked)


@pytest.mark.parametrize("line", [1, 4, 7, 10])
async def test_a_fix_that_would_ruin_the_file_is_refused(foretype: Commands, line: int):
    """A function's body without its head, for whichever place: neither an import nor the function makes way for it."""
    text = "import os\n\n\ndef mean(values):\n    return sum(values) / len(values)\n\n\nx = 1\n\n"
    (foretype.folder / "s.py").write_text(text)
    async with StubServer(fenced("total = sum(values)\nreturn total / len(values)")) as stub:
        ended = await foretype(stub, "batch", "fix", "s.py", "--problems", "-", given=f"s.py:{line}:1: problem\n")
    assert ended.code == 1, ended.err
    assert "1 could not be done:" in ended.err
    assert (foretype.folder / "s.py").read_text() == text


async def test_a_folder_that_is_named_by_a_link(foretype: Commands, tmp_path: Path):
    (tmp_path / "link").symlink_to(foretype.folder)
    (tmp_path / "outside.py").write_text("def f(x):\n    return x\n")
    for name in ("a.py", "b.py"):
        (foretype.folder / name).write_text("def function_1(x):\n    return x\n")
    (foretype.folder / "out.py").symlink_to(tmp_path / "outside.py")
    async with StubServer(documented) as stub:
        ended = await foretype(stub, "batch", "document", str(tmp_path / "link" / "a.py"), "b.py")
        assert ended.code == 0, ended.err
        assert "2 files changed." in ended.err
        asked = len(stub.asked)
        ended = await foretype(stub, "batch", "document", str(tmp_path / "link" / "out.py"))
        assert (ended.code, len(stub.asked)) == (2, asked)
        assert (tmp_path / "outside.py").read_text() == "def f(x):\n    return x\n"


async def test_what_all_have_met_is_said_once_with_its_remedy(foretype: Commands):
    (foretype.folder / "a.py").write_text(MANY)
    (foretype.folder / "b.py").write_text("def f(x):\n    return x\n")
    async with StubServer(replies.error(401, "Incorrect API key provided")) as stub:
        ended = await foretype(stub, "batch", "document", ".")
    assert ended.code == 1
    listed = ended.err[ended.err.index("21 could not be done:") :].splitlines()
    assert len(listed) == 4
    assert "key" in listed[1]
    assert listed[1].count(".") >= 2, "the remedy"
    assert listed[2].startswith("    a.py: function_0, function_1, ")
    assert listed[3] == "    b.py: f"


async def test_problems_come_through_a_pipe(foretype: Commands, tmp_path: Path):
    """As a shell's <(...) hands them over."""
    (foretype.folder / "a.py").write_text("def f():\n    return x\n")
    (foretype.folder / "empty.py").write_text("")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    async with StubServer(fenced("def f():\n    return 0")) as stub:
        writing = asyncio.ensure_future(asyncio.to_thread(pipe.write_text, "a.py:2:12: F821 undefined name\n"))
        ended = await foretype(stub, "batch", "fix", ".", "--problems", str(pipe))
        await writing
    assert ended.code == 0, ended.err
    assert (foretype.folder / "a.py").read_text() == "def f():\n    return 0\n"


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ("", 2, "There is nothing to fix. Name a linter's output with --problems FILE."),
        ("All is well.\nFound 0.\n", 2, "No line of standard input names a place. Give lines of path:line:column: "),
        ("/usr/lib/x.py:1:1: bad\n", 2, "What standard input names is outside of "),
        ("b.py:1:1: bad\n", 0, "none of the problems is in these files."),
        (f"a.py:{'9' * 5000}:{'9' * 20}: bad\n", 1, "a.py: "),
    ],
)
async def test_problems_that_are_none(foretype: Commands, given: str, code: int, said: str):
    (foretype.folder / "a.py").write_text("x = 1\n")
    async with StubServer(replies.chat([""])) as stub:
        ended = await foretype(stub, "batch", "fix", "a.py", "--problems", "-", given=given)
    assert ended.code == code, ended.err
    assert said in ended.err
    assert "Traceback" not in ended.err


async def test_a_file_of_problems_that_cannot_be_read(foretype: Commands):
    (foretype.folder / "a.py").write_text("x = 1\n")
    async with StubServer() as stub:
        for name, reason in (("nowhere", "No such file"), (".", "Is a directory")):
            ended = await foretype(stub, "batch", "fix", "a.py", "--problems", name)
            assert ended.code == 2
            assert f"{name} cannot be read: {reason}" in ended.err


async def test_a_withheld_file_is_named_once(foretype: Commands):
    (foretype.folder / ".env").write_text("A=1\n")
    (foretype.folder / "a.py").write_text("x = 1\n")
    (foretype.folder / "foretype.toml").write_text('exclude = ["a.py"]\n')
    async with StubServer() as stub:
        ended = await foretype(stub, "batch", "summarise", ".env", "a.py")
        assert ended.err.splitlines() == [
            "foretype batch: .env is left alone: .env may hold secrets, so no model is shown it.",
            "foretype batch: a.py is left alone: The file is excluded by the settings.",
            "foretype batch: there is nothing to do.",
        ]
        ended = await foretype(stub, "complete", "a.py:1:1")
        assert ended.err.count("excluded by the settings") == 1
        assert stub.asked == []


async def test_files_are_summarised(foretype: Commands):
    (foretype.folder / "a.py").write_text("x = 1\n")
    (foretype.folder / "b.py").write_text("y = 1\n")
    (foretype.folder / "empty.py").write_text("\n")
    async with StubServer(replies.chat(["It sets ", "a variable."])) as stub:
        ended = await foretype(stub, "batch", "summarise", ".")
    assert ended.out.decode() == "## a.py\n\nIt sets a variable.\n\n## b.py\n\nIt sets a variable.\n\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("document", "missing.py"), 2, "There is no "),
        (("document", "/etc"), 2, ""),
        (("fix", "."), 2, "There is nothing to fix."),
        (("document", "."), 0, "nothing to do"),
    ],
)
async def test_what_cannot_be_done_is_said(foretype: Commands, arguments, code, said):
    (foretype.folder / "a.txt").write_text("text\n")
    async with StubServer(documented) as stub:
        ended = await foretype(stub, "batch", *arguments, "a.txt")
        assert (ended.code, stub.asked) == (code, [])
        assert said in ended.err
        assert "Traceback" not in ended.err


async def test_without_a_model(foretype: Commands):
    for command in (("batch", "document", "."), ("commit-message",)):
        ended = await foretype(None, *command)
        assert ended.code == 2
        assert "No model is configured" in ended.err


async def test_a_commit_message_of_what_is_no_folder(foretype: Commands):
    ended = await foretype(None, "commit-message", "/nope")
    assert (ended.code, ended.err) == (2, "foretype commit-message: /nope is not a folder.\n")


async def test_the_message_of_a_commit(foretype: Commands):
    (foretype.folder / "a.py").write_text("x = 1\n")
    (foretype.folder / "big.py").write_text("y = 2\n" * 20_000)
    async with StubServer(replies.chat(["Add x"])) as stub:
        ended = await foretype(stub, "commit-message")
        assert (ended.code, ended.err) == (1, "foretype commit-message: Nothing is staged.\n")
        git(foretype.folder, "add", ".")
        ended = await foretype(stub, "commit-message")
        assert (ended.code, ended.out) == (0, b"Add x\n")
        question = str(stub.asked[0].body)
        assert "+x = 1" in question
        assert len(question) < 60_000  # within the budget
