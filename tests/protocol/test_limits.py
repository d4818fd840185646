"""Limits and what goes wrong with them, as an editor meets it: said once, and typing goes on."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import pytest

from foretype.scheduling.usage_store import UsageStore
from tests.probe import Probe
from tests.protocol.test_inline_completion import METHOD, REST, URI, params
from tests.protocol.test_model import BY_HAND, connected, items, statuses
from tests.protocol.test_usage import ANSWER, usage
from tests.stub import Received, StubServer, replies

pytestmark = pytest.mark.asyncio
QUIET = {"completion": {"prefetch": "never", "alternatives": 1}}
OURS, THEIRS = [REST], ["_setting(model)"]


async def asked(probe: Probe) -> list[str]:
    return items(await probe.request(METHOD, params(context=BY_HAND)))


def logged(probe: Probe, words: str) -> int:
    messages = [m["params"]["message"] for m in probe.received if m.get("method") == "window/logMessage"]
    return sum(words in message for message in messages)


def popups(probe: Probe) -> list[dict]:
    return [m for m in probe.received if str(m.get("method", "")).startswith("window/showMessage")]


class Counting:
    """Answers slowly, and knows how many it answered at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def __call__(self, request: Received) -> replies.Reply:
        self.now += 1
        self.most = max(self.most, self.now)
        asyncio.get_running_loop().create_task(self._leave(request))
        return ANSWER.slowly(0.0, first=0.15)

    async def _leave(self, request: Received) -> None:
        while request.finished_at is None and request.closed_at is None:
            await asyncio.sleep(0.005)
        self.now -= 1


async def test_windows_share_the_requests_that_may_run_at_once(session):
    counting = Counting()
    async with StubServer(counting) as stub:
        windows = [await connected(session, stub, limits={"concurrent_requests": 1}, **QUIET) for _ in range(2)]
        found = await asyncio.gather(*(asked(window) for window in windows))
        assert counting.most == 1
        assert THEIRS in found
        assert all(one in (OURS, THEIRS) for one in found)
        # Who got no place is not told that anything is wrong.
        assert all(statuses(window)[-1]["kind"] == "Normal" for window in windows)
        await asyncio.sleep(0.3)
        assert [await asked(window) for window in windows] == [THEIRS, THEIRS]


def in_days(days: int) -> str:
    return format_datetime(datetime.now(timezone.utc) + timedelta(days=days), usegmt=True)


DATES = [pytest.param(in_days(days), id=f"a date in days: {days}") for days in (1, 400)]


@pytest.mark.parametrize("said", ["86400", "1e99", "inf", "nan", "-5", "", "soon", "12:30", "\x7f", "9" * 400, *DATES])
async def test_whatever_a_server_says_of_its_pause(session, said):
    """A day, garbage, or nothing: one request, the embedded engine meanwhile, one line in the log, no popup."""
    refusal = replies.error(429, "Rate limit reached", {"Retry-After": said}, code="rate_limit_exceeded")
    async with StubServer(refusal) as stub:
        probe = await connected(session, stub, **QUIET)
        for _ in range(5):
            assert await asked(probe) == OURS
        assert len(stub.asked) <= 2, "what says no pause is believed for a moment only"
        assert statuses(probe)[-1]["kind"] == "Warning"
        assert statuses(probe)[-1]["message"].startswith("Limited until ")
        assert logged(probe, "Limited until") == 1
        assert popups(probe) == []


async def test_the_key_that_waits_finds_out_that_the_server_is_well_again(session):
    """Not the key after it: where the embedded engine has nothing to show, a short rest is waited for."""
    failed = replies.error(500, "out of order")
    async with StubServer(failed, failed, ANSWER) as stub:
        probe = await connected(session, stub, **QUIET)
        probe.open("file:///new.py", "import os\nthing = os", version=1)
        there = params(textDocument={"uri": "file:///new.py"}, position={"line": 1, "character": 10}, context=BY_HAND)
        assert items(await probe.request(METHOD, there)) == []
        assert statuses(probe)[-1]["kind"] == "Warning"
        assert items(await probe.request(METHOD, there)) == THEIRS
        assert len(stub.asked) == 3
        assert statuses(probe)[-1]["kind"] == "Normal"


NAMES = ("limit", "remaining", "reset")


@pytest.mark.parametrize(
    "values", [("-1", "-1", "-1s"), ("abc", "x", ""), ("0", "", "never"), ("", "5", ""), ("nan", "inf", "1e400")]
)
@pytest.mark.parametrize("kind", ["requests", "tokens"])
async def test_headers_that_make_no_sense_limit_nothing(session, kind, values):
    headers = {f"x-ratelimit-{name}-{kind}": value for name, value in zip(NAMES, values, strict=True)}
    whole = replies.chat(["_setting(model)"])
    answer = replies.Reply(headers={**whole.headers, **headers}, steps=whole.steps)
    async with StubServer(answer) as stub:
        probe = await connected(session, stub, **QUIET)
        for number in range(3):
            probe.insert(URI, number + 2, 0, 0, "#")
            assert await asked(probe) == THEIRS
        assert len(stub.asked) == 3
        assert statuses(probe)[-1]["kind"] == "Normal"


JUMPING = """
import itertools, sys
from datetime import datetime, timedelta
import foretype.scheduling.ledger as ledger
days = itertools.cycle([0, 400, -400, 30_000, -1])
class Jumping(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(days=next(days))
ledger.datetime = Jumping
from foretype.cli.main import main
sys.exit(main(["--stdio"]))
"""


async def test_a_clock_that_jumps_changes_no_limit_of_a_minute_and_stops_nothing(start, tmp_path):
    async def session(*arguments, **more):
        probe = await start("-c", JUMPING, command=(sys.executable,), env={"XDG_STATE_HOME": str(tmp_path)})
        await probe.initialize(*arguments, **more)
        return probe

    async with StubServer(ANSWER) as stub:
        probe = await connected(session, stub, limits={"requests_per_minute": 2, "tokens_per_day": 10**9}, **QUIET)
        found = []
        for number in range(5):
            probe.insert(URI, number + 2, 0, 0, "#")
            found.append(await asked(probe))
        assert found == [THEIRS, THEIRS, OURS, OURS, OURS]
        assert len(stub.asked) == 2
        assert (await usage(probe))["totals"]["requests"] >= 0
        assert await probe.close() == 0
        assert b"Traceback" not in bytes(probe.errors)


def in_the_way(state: Path) -> None:
    state.write_text("a file where the folder should be")


def damaged(state: Path) -> None:
    state.mkdir()
    for name in ("usage.sqlite", "limits.sqlite"):
        (state / name).write_bytes(b"damaged " * 1_000)


def half_damaged(state: Path) -> None:
    """A header that is right, and pages that are not."""
    state.mkdir()
    for name in ("usage.sqlite", "limits.sqlite"):
        with sqlite3.connect(state / name) as connection:
            connection.execute("CREATE TABLE other (x)")
            connection.executemany("INSERT INTO other VALUES (?)", [("x" * 500,)] * 200)
        connection.close()
        data = bytearray((state / name).read_bytes())
        data[100:] = b"\xff" * (len(data) - 100)
        (state / name).write_bytes(data)


def folders(state: Path) -> None:
    for name in ("usage.sqlite", "limits.sqlite"):
        (state / name).mkdir(parents=True)


def of_the_future(state: Path) -> None:
    UsageStore(state / "usage.sqlite").add(_one(), datetime.now(timezone.utc).date())
    with sqlite3.connect(state / "usage.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def _one():
    from foretype.scheduling.usage import Totals

    return Totals({("2026-01-01", "m", "requests"): 1.0})


def read_only(state: Path) -> None:
    state.mkdir()
    UsageStore(state / "usage.sqlite").add(_one(), datetime.now(timezone.utc).date())
    (state / "usage.sqlite").chmod(0o400)
    state.chmod(0o500)


@pytest.mark.parametrize("harm", [in_the_way, damaged, half_damaged, folders, of_the_future, read_only])
async def test_typing_goes_on_whatever_the_files_are_like(start, tmp_path, harm):
    harm(tmp_path / "foretype")

    async def session(*arguments, **more):
        probe = await start("--stdio", env={"XDG_STATE_HOME": str(tmp_path)})
        await probe.initialize(*arguments, **more)
        return probe

    async with StubServer(ANSWER) as stub:
        probe = await connected(session, stub, limits={"requests_per_minute": 3}, **QUIET)
        found = []
        for number in range(5):
            probe.insert(URI, number + 2, 0, 0, "#")
            found.append(await asked(probe))
        assert found == [THEIRS] * 3 + [OURS] * 2, "limits hold, for this window at least"
        assert (await usage(probe))["totals"]["requests"] == 3
        assert await probe.close() == 0
        assert logged(probe, "Usage stays") <= 1
        assert logged(probe, "not shared") <= 1
        if harm is folders:
            assert logged(probe, "Usage stays") + logged(probe, "not shared") == 2
        assert popups(probe) == []
        assert b"Traceback" not in bytes(probe.errors)
    (tmp_path / "foretype").chmod(0o700)
