"""Numbers in memory and on disk: nothing lost, nothing counted twice, whatever the file is like."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import sqlite3
import stat
from collections import Counter
from datetime import date, timedelta

import pytest

from foretype.errors import UnknownFormatError
from foretype.scheduling.learned_gate import LearnedGate
from foretype.scheduling.meters import USAGE_FILE, Meters
from foretype.scheduling.usage import MOST_MODELS, OTHER, Totals, UsageBook, percentile, step_of
from foretype.scheduling.usage_report import openmetrics_lines, report, text_lines
from foretype.scheduling.usage_store import DAYS_KEPT, LATENCY_DAYS_KEPT, UsageStore, UsageStoreError
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position
from tests.unit.scheduling.openmetrics import NotOpenMetrics, parse
from tests.unit.scheduling.turning import Turned

TODAY = date(2026, 11, 22)


def totals(requests=1.0, day=TODAY, model="m"):
    return Totals(
        {(day.isoformat(), model, "requests"): requests}, {(day.isoformat(), model, "total"): Counter({9: 2})}
    )


@pytest.mark.parametrize("scale", [0.5, 30.0, 4_000.0])
def test_percentiles_are_less_than_five_percent_off(scale):
    dice = random.Random(5)
    values = sorted(dice.lognormvariate(0, 1) * scale for _ in range(5_000))
    steps = Counter(map(step_of, values))
    for share in (0.5, 0.95, 0.99):
        assert percentile(steps, share) == pytest.approx(values[int(share * 5_000)], rel=0.05)


@pytest.mark.parametrize("odd", [0.0, 1e-9, 1e12, float("nan"), float("inf"), -1.0])
def test_odd_durations_are_bounded_or_left_out(odd):
    book = UsageBook(lambda: TODAY)
    book.observe("total", odd)
    found = percentile(book.pending().steps("total"), 0.5)
    assert found is None or 0 < found < 1e8


def test_percentile_of_nothing():
    assert percentile({}, 0.5) is None


def test_a_server_cannot_fill_the_memory_with_names_of_models():
    book = UsageBook(lambda: TODAY)
    for number in range(5_000):
        book.count("requests", model=f"model-{number}" * 50)
    models = book.pending().models()
    assert len(models) == MOST_MODELS + 1
    assert OTHER in models
    assert book.pending().sum("requests") == 5_000


def test_what_could_not_be_written_is_put_back():
    book = UsageBook(lambda: TODAY)
    book.count("requests", 2, "m")
    drained = book.drain()
    book.count("requests", 3, "m")
    assert not book.pending().sum("failed")
    book.restore(drained)
    assert book.pending().sum("requests") == 5


# On disk


def test_windows_add_up(tmp_path):
    first, second = UsageStore(tmp_path / "u.sqlite"), UsageStore(tmp_path / "u.sqlite")
    first.add(totals(2), TODAY)
    second.add(totals(3), TODAY)
    second.add(totals(5, model="other"), TODAY)
    found = first.read(TODAY)
    assert found.sum("requests", "m") == 5
    assert found.sum("requests") == 10
    assert found.steps("total") == {9: 6}
    assert stat.S_IMODE(os.stat(first.path).st_mode) == 0o600 or os.name == "nt"


def test_old_days_are_dropped_and_future_ones_kept(tmp_path):
    """A calendar that was wrong for a while must not cost the numbers of the right days."""
    store = UsageStore(tmp_path / "u.sqlite")
    for days in (-DAYS_KEPT - 1, -DAYS_KEPT, -LATENCY_DAYS_KEPT - 1, 0, 500):
        store.add(totals(1, TODAY + timedelta(days=days)), TODAY)
    found = store.read(TODAY - timedelta(days=2_000))
    assert found.sum("requests") == 4
    assert sum(found.steps("total").values()) == 4
    assert store.read(TODAY).sum("requests") == 2


def test_a_file_that_is_not_there_holds_nothing(tmp_path):
    assert not UsageStore(tmp_path / "none" / "u.sqlite").read(TODAY)


def test_a_file_that_is_just_being_made_holds_nothing(tmp_path):
    store = UsageStore(tmp_path / "u.sqlite")
    store.path.touch()
    assert not store.read(TODAY)


def test_a_file_of_the_version_before_is_read_and_written(tmp_path):
    store = UsageStore(tmp_path / "u.sqlite")
    store.add(totals(2), TODAY)
    with sqlite3.connect(store.path) as connection:
        connection.execute("DROP TABLE learned")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    assert store.read(TODAY).sum("requests") == 2
    store.add(Totals(learned={"w one": 0.5}), TODAY)
    store.add(Totals(learned={"w one": 0.25}), TODAY)
    found = store.read(TODAY)
    assert (found.learned, found.sum("requests")) == ({"w one": 0.75}, 2)


@pytest.mark.parametrize("content", [b"words, words, words " * 400, b"SQLite format 3\0" + b"\xff" * 8_000])
def test_a_damaged_file_is_put_aside_and_a_new_one_begun(tmp_path, content):
    store = UsageStore(tmp_path / "u.sqlite")
    store.path.write_bytes(content)
    with pytest.raises(UnknownFormatError):
        store.read(TODAY)
    with pytest.raises(UnknownFormatError):
        store.add(totals(4), TODAY)
    assert store.read(TODAY).sum("requests") == 4
    assert (tmp_path / "u.sqlite.damaged").read_bytes() == content


def test_a_file_of_a_newer_version_is_left_alone(tmp_path):
    store = UsageStore(tmp_path / "u.sqlite")
    store.add(totals(1), TODAY)
    with sqlite3.connect(store.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(UsageStoreError):
        store.add(totals(1), TODAY)
    with pytest.raises(UsageStoreError):
        store.read(TODAY)


@pytest.mark.parametrize("odd", [None, "text", b"\xff", float("inf")])
def test_what_is_no_number_in_the_file_is_left_out(tmp_path, odd):
    store = UsageStore(tmp_path / "u.sqlite")
    for model in ("m", "n"):
        store.add(totals(3, model=model), TODAY)
    store.add(Totals(learned={"w one": 0.5, "w two": 1.5}), TODAY)
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE counters SET value = ? WHERE model = 'm'", (odd,))
        connection.execute("UPDATE latencies SET count = ? WHERE model = 'm'", (odd,))
        connection.execute("UPDATE learned SET value = ? WHERE name = 'w one'", (odd,))
    connection.close()
    found = store.read(TODAY)
    assert report(found, 1)["totals"]["requests"] == 3
    assert found.learned == {"w two": 1.5}


@pytest.mark.asyncio
async def test_names_with_halves_of_characters_are_written(tmp_path):
    """A client may send any text for a language, a settings file any for a model."""
    meters = Meters(tmp_path, Turned().clock)
    meters.book.count("requests", 3, "m\ud800")
    gate = LearnedGate()
    gate.learn(gate.judge(Document("untitled:a", "l\ud800", 1, Lines("x")), Position(0, 1), 0.0), True, 1.0)
    meters.book.learn(gate.drain())
    await meters.close()
    found = UsageStore(tmp_path / USAGE_FILE).read(TODAY)
    assert found.sum("requests") == 3
    assert "w language l?" in found.learned


def test_a_locked_file(tmp_path, monkeypatch):
    monkeypatch.setattr("foretype.scheduling.usage_store._BUSY", 0.01)
    store = UsageStore(tmp_path / "u.sqlite")
    store.add(totals(1), TODAY)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(UsageStoreError):
        store.add(totals(1), TODAY)
    other.close()
    store.add(totals(1), TODAY)
    assert store.read(TODAY).sum("requests") == 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="modes do not bind this user")
def test_a_read_only_file(tmp_path):
    store = UsageStore(tmp_path / "u.sqlite")
    store.add(totals(1), TODAY)
    store.path.chmod(0o400)
    with pytest.raises(UsageStoreError):
        store.add(totals(1), TODAY)
    assert store.read(TODAY).sum("requests") == 1


def test_a_folder_in_the_files_place(tmp_path):
    store = UsageStore(tmp_path / "u.sqlite")
    store.path.mkdir()
    for use in (lambda: store.add(totals(1), TODAY), lambda: store.read(TODAY)):
        with pytest.raises(UsageStoreError):
            use()


# A session's meters


def told(caplog):
    return [record.message for record in caplog.records if "Usage stays" in record.message]


@pytest.mark.asyncio
async def test_a_session_writes_its_numbers_at_its_end(tmp_path):
    meters = Meters(tmp_path, Turned().clock)
    meters.book.count("requests", 3, "m")
    assert (await meters.totals(1)).sum("requests") == 3
    await meters.close()
    assert UsageStore(tmp_path / USAGE_FILE).read(TODAY).sum("requests") == 3


@pytest.mark.asyncio
async def test_a_session_writes_its_numbers_in_a_while(tmp_path, monkeypatch):
    monkeypatch.setattr("foretype.scheduling.meters.FLUSH_AFTER", 0.001)
    meters = Meters(tmp_path, Turned().clock)
    meters.book.count("requests", 3, "m")
    store = UsageStore(tmp_path / USAGE_FILE)
    for _ in range(500):
        await asyncio.sleep(0.01)
        if store.path.exists() and store.read(TODAY):
            break
    assert store.read(TODAY).sum("requests") == 3
    await meters.close()


@pytest.mark.asyncio
async def test_where_nothing_can_be_written_the_numbers_stay_and_the_log_says_so_once(tmp_path, caplog):
    caplog.set_level(logging.INFO, "foretype")
    (tmp_path / "file").write_text("in the way")
    meters = Meters(tmp_path / "file", Turned().clock)
    for _ in range(4):
        meters.book.count("requests", 1, "m")
        await meters.flush()
    assert (await meters.totals(1)).sum("requests") == 4
    await meters.close()
    assert len(told(caplog)) == 1


@pytest.mark.asyncio
async def test_what_nobody_foresaw_costs_no_numbers(tmp_path, caplog, monkeypatch):
    meters = Meters(tmp_path, Turned().clock)
    meters.book.count("requests", 1, "m")
    with monkeypatch.context() as patched:
        patched.setattr(UsageStore, "add", lambda *_: {}["nobody foresaw this"])
        await meters.flush()
    assert len(told(caplog)) == 1
    await meters.close()
    assert UsageStore(tmp_path / USAGE_FILE).read(TODAY).sum("requests") == 1


@pytest.mark.asyncio
async def test_a_damaged_file_is_told_once_and_written_anew(tmp_path, caplog):
    caplog.set_level(logging.INFO, "foretype")
    (tmp_path / USAGE_FILE).write_bytes(b"no database " * 500)
    meters = Meters(tmp_path, Turned().clock)
    meters.book.count("requests", 1, "m")
    await meters.flush()
    meters.book.count("requests", 1, "m")
    await meters.close()
    assert UsageStore(tmp_path / USAGE_FILE).read(TODAY).sum("requests") == 2
    assert len(told(caplog)) == 1


@pytest.mark.asyncio
async def test_without_a_folder_all_stays_in_memory(tmp_path):
    meters = Meters(None, Turned().clock)
    meters.book.count("requests", 1, "m")
    await meters.flush()
    assert (await meters.totals(1)).sum("requests") == 1
    await meters.close()


# Reports


def counted():
    book = UsageBook(lambda: TODAY)
    book.count("requests", 3, 'a "model"')
    book.count("prompt_tokens", 900, 'a "model"')
    book.count("cost", 0.0123, 'a "model"')
    book.count("shown.embedded", 4)
    book.count("hits.typed-through", 7)
    book.observe("first_token", 120, 'a "model"')
    return book.pending()


def test_the_report_is_json_and_complete():
    values = json.loads(json.dumps(report(counted(), 7, (2, 1_234))))
    assert values["totals"]["requests"] == 3
    assert values["totals"]["cost"] == pytest.approx(0.0123)
    assert values["models"]['a "model"']["promptTokens"] == 900
    assert values["lastMinute"] == {"requests": 2, "tokens": 1_234}
    assert values["shown"] == {"embedded": 4}
    assert values["hits"] == {"typed-through": 7}
    assert values["latency"]["first_token"]["p95"] == pytest.approx(120, rel=0.05)
    assert report(Totals(), 1)["totals"]["cost"] is None


def test_days_and_windows_are_added_up():
    found = Totals()
    for ago in range(3):
        found.add(totals(2, TODAY - timedelta(days=ago)))
        found.add(totals(1, TODAY - timedelta(days=ago), model="n"))
    values = report(found, 3)
    assert (values["totals"]["requests"], values["models"]["m"]["requests"]) == (9, 6)
    assert values["latency"]["total"]["count"] == 12
    assert found.over_days().models() == ["m", "n"]


def test_the_lines_say_it_too():
    text = "\n".join(text_lines(report(counted(), 7)))
    assert "The last 7 days:" in text
    assert "3 requests, 900 tokens in" in text
    assert "cost 0.0123" in text
    assert list(text_lines(report(Totals(), 1)))[:2] == ["Today:", "  no requests to a model"]


HOSTILE = ['a "model"', "back\\slash", "two\nlines", "ünïcode 漢", "", "x" * 300, "{}=,# EOF", "\\n"]


def test_openmetrics_text_keeps_its_grammar():
    book = UsageBook(lambda: TODAY)
    for number, model in enumerate(HOSTILE):
        book.count("requests", number + 1, model)
        book.count("cost", 1e-9 * 10**number, model)
        book.observe("first_token", 10.0**number, model)
        book.count(f"gated.{model or 'x'}")
    for name in ("hits", "shown", "partial", "accepted", "kept"):
        book.count(f"{name}.typed-through", 12_345_678_901)
    text = "".join(f"{line}\n" for line in openmetrics_lines(report(book.pending(), 7, (3, 4_000))))
    families = parse(text)
    named = [model[:100] for model in HOSTILE if model]
    assert [dict(key)["model"] for key in families["foretype_requests"].samples] == sorted(named)
    assert families["foretype_requests"].samples[(("model", "two\nlines"),)] == 3
    assert families["foretype_hits"].samples[(("source", "typed-through"),)] == 12_345_678_901
    assert families["foretype_last_minute_tokens"].samples[()] == 4_000
    assert families["foretype_latency_milliseconds"].unit == "milliseconds"
    assert all(family.help and family.type == "gauge" for family in families.values())


def test_openmetrics_of_nothing():
    assert all(
        not family.samples or name.startswith("foretype_last_minute")
        for name, family in parse("".join(f"{line}\n" for line in openmetrics_lines(report(Totals(), 1)))).items()
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# TYPE a gauge\na 1\n",
        "# EOF",
        "# TYPE a gauge\na 1\n# EOF\n# EOF\n",
        "# TYPE a gauge\n\na 1\n# EOF\n",
        "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\n# EOF\n",
        '# TYPE a gauge\na{x="1"} 1\na{x="1"} 2\n# EOF\n',
        '# TYPE a gauge\na{x="1",x="2"} 1\n# EOF\n',
        '# TYPE a gauge\na{x="1} 1\n# EOF\n',
        "# TYPE a gauge\na{x=1} 1\n# EOF\n",
        "# TYPE a gauge\na one\n# EOF\n",
        "# TYPE a gauge\na 1_000\n# EOF\n",
        "# TYPE a gage\na 1\n# EOF\n",
        "# TYPE a gauge\n# TYPE a gauge\na 1\n# EOF\n",
        "# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n",
        "# TYPE a gauge\na 1\n# HELP a late\n# EOF\n",
        "# type a gauge\na 1\n# EOF\n",
        "# TYPE 1a gauge\n1a 1\n# EOF\n",
    ],
)
def test_the_parser_refuses_what_monitoring_refuses(text):
    with pytest.raises(NotOpenMetrics):
        parse(text)
