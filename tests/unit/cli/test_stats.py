"""`foretype stats` as a process, over numbers that a session has left."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from foretype.scheduling.meters import USAGE_FILE
from foretype.scheduling.usage import UsageBook
from foretype.scheduling.usage_store import UsageStore
from tests.unit.cli.running import Home

pytestmark = pytest.mark.asyncio


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def leave(home, day):
    book = UsageBook(lambda: day)
    book.count("requests", 12, "coder")
    book.count("prompt_tokens", 3_400, "coder")
    book.count("accepted.model", 5)
    book.observe("first_token", 210, "coder")
    store = UsageStore(home.folder / "state" / "foretype" / USAGE_FILE)
    store.add(book.drain(), day)
    return store


async def test_without_any_numbers(home):
    ran = await home.run("stats")
    assert (ran.code, ran.err) == (0, "")
    assert "no requests to a model" in ran.out


async def test_the_numbers_in_all_forms(home):
    leave(home, date.today())  # noqa: DTZ011
    text, as_json, metrics = [await home.call("stats", *more) for more in ((), ("--json",), ("--openmetrics",))]
    assert "coder: 12 requests, 3,400 tokens in" in text.out
    assert "Accepted: 5 model" in text.out
    values = json.loads(as_json.out)
    assert values["models"]["coder"]["requests"] == 12
    assert values["latency"]["first_token"]["count"] == 1
    assert 'foretype_requests{model="coder"} 12' in metrics.out
    assert metrics.out.endswith("# EOF\n")
    assert [one.code for one in (text, as_json, metrics)] == [0, 0, 0]


async def test_the_days(home):
    leave(home, date.today() - timedelta(days=3))  # noqa: DTZ011
    for days, requests in (("3", 0), ("4", 12)):
        values = json.loads((await home.call("stats", "--json", "--days", days)).out)
        assert values["totals"]["requests"] == requests
    assert (await home.call("stats", "--days", "0")).code == 2
    assert (await home.call("stats", "--days", "x")).code == 2


async def test_a_damaged_file_is_said_and_left_as_it_is(home):
    store = leave(home, date.today())  # noqa: DTZ011
    store.path.write_bytes(b"nonsense " * 1_000)
    ran = await home.call("stats")
    assert ran.code == 1
    assert "damaged" in ran.err
    assert "Traceback" not in ran.err
    assert store.path.read_bytes().startswith(b"nonsense")
