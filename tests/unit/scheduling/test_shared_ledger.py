"""The ledger in a file: shared by processes, surviving those that crash, and never in the way when the file is bad."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from foretype.scheduling.ledger import LEASE, Account, Settlement
from foretype.scheduling.ledger_file import LOCAL_FOR, VERSION
from foretype.scheduling.shared_ledger import SharedLedger
from foretype.scheduling.spending import WINDOW, Allowance, Gauge, Refusal, Wish
from tests.unit.scheduling.turning import Turned

GHOST = Wish("interactive", 100)


@pytest.fixture
def turned():
    return Turned()


@pytest.fixture
def opened(tmp_path, turned):
    ledgers = []

    def another() -> SharedLedger:
        ledgers.append(SharedLedger(tmp_path / "limits.sqlite", turned.clock))
        return ledgers[-1]

    yield another
    for ledger in ledgers:
        ledger.close()


def account(**allowed):
    return Account("endpoint", Allowance(**allowed))


def admitted(ledger, known, wish=GHOST, times=100):
    found = [ledger.admit(known, wish) for _ in range(times)]
    return [one for one in found if isinstance(one, int)]


def test_windows_share_requests_tokens_and_the_day(opened):
    first, second = opened(), opened()
    for allowed in ({"requests_per_minute": 7}, {"tokens_per_minute": 700}, {"tokens_per_day": 700}):
        known = Account(str(allowed), Allowance(**allowed))
        assert len(admitted(first, known, times=4)) == 4
        assert len(admitted(second, known)) == 3
        assert first.last_minute(known) == second.last_minute(known) == (7, 700)


def test_endpoints_do_not_share(opened):
    ledger = opened()
    assert len(admitted(ledger, Account("a", Allowance(3)))) == 3
    assert len(admitted(ledger, Account("b", Allowance(3)))) == 3


def test_what_it_cost_replaces_what_it_might_have_cost(opened, turned):
    first, second = opened(), opened()
    known = account(tokens_per_minute=1000, tokens_per_day=1500)
    entry = first.admit(known, Wish("interactive", 1000))
    assert isinstance(second.admit(known, GHOST), Refusal)
    first.settle(known, entry, Settlement(300, opened=turned.seconds))
    assert len(admitted(second, known)) == 7
    turned.turn(WINDOW + 1)
    assert second.last_minute(known) == (7, 700), "those are still under way"
    entry = first.admit(known, Wish("interactive", 100))
    first.settle(known, entry, Settlement(0, sent=False))
    assert len(admitted(second, known)) == 3


def test_a_pause_and_what_the_server_says_is_left_are_shared(opened, turned):
    first, second, known = opened(), opened(), account()
    first.learn(known, {"requests": Gauge(2, 60, 60, turned.seconds, steady=True)})
    turned.turn(0.001)
    assert len(admitted(second, known)) == 2
    turned.turn(61)
    first.pause(known, 30)
    assert second.admit(known, GHOST).wait == pytest.approx(30)
    turned.turn(30)
    assert isinstance(second.admit(known, GHOST), int)


def test_what_a_server_said_earlier_replaces_nothing_newer(opened, turned):
    first, second, known = opened(), opened(), account()
    turned.seconds = 500_000.0
    second.learn(known, {"requests": Gauge(0, 60, 60, turned.seconds)})
    first.learn(known, {"requests": Gauge(50, 60, 60, turned.seconds - 5)})
    assert first.admit(known, GHOST).wait == pytest.approx(60)
    assert second.admit(known, GHOST).wait == pytest.approx(60)
    turned.seconds = 30.0  # the machine was started again
    after = opened()
    after.learn(known, {"requests": Gauge(0, 60, 60, turned.seconds)})
    assert opened().admit(known, GHOST).wait == pytest.approx(60)


@pytest.mark.parametrize("jump", [86_400.0, -86_400.0, 3_600.0])
def test_setting_the_time_of_day_changes_no_minute(opened, turned, jump):
    first, second, known = opened(), opened(), account(requests_per_minute=3)
    for entry in admitted(first, known):
        first.settle(known, entry, Settlement(1, opened=turned.seconds))
    turned.jump(jump)
    assert admitted(second, known) == []
    turned.turn(WINDOW + 0.1)
    assert len(admitted(second, known)) == 3


def test_a_pause_is_over_when_either_clock_says_so(opened, turned):
    """The clock of the minutes stands still while a laptop sleeps."""
    ledger, known = opened(), account()
    ledger.pause(known, 600)
    turned.jump(599)
    assert isinstance(ledger.admit(known, GHOST), Refusal)
    turned.jump(2)
    assert isinstance(ledger.admit(known, GHOST), int)


def test_a_shorter_pause_does_not_end_a_longer_one(opened, turned):
    first, second, third, known = opened(), opened(), opened(), account()
    first.pause(known, 60)
    turned.turn(1)
    second.pause(known, 2)
    assert third.admit(known, GHOST).wait == pytest.approx(59)
    second.pause(known, 90)
    assert third.admit(known, GHOST).wait == pytest.approx(90)


@pytest.mark.parametrize("seconds", [86_400.0, float("inf"), -5.0])
def test_no_pause_is_endless(opened, turned, seconds):
    ledger, known = opened(), account()
    ledger.pause(known, seconds)
    turned.turn(3_601)
    assert isinstance(ledger.admit(known, GHOST), int)


def test_entries_from_before_a_restart_of_the_machine_are_dropped(opened, turned):
    first, known = opened(), account(requests_per_minute=3)
    turned.seconds = 500_000.0
    admitted(first, known)
    first.pause(known, 3_000)
    turned.seconds = 30.0
    turned.jump(7_200)
    assert len(admitted(opened(), known)) == 3


def test_a_pause_from_before_a_restart_is_over_where_the_calendar_was_set_back_as_well(opened, turned):
    known = account()
    turned.seconds = 500_000.0
    opened().pause(known, 60)
    turned.seconds = 30.0
    turned.jump(-86_400)
    assert isinstance(opened().admit(known, GHOST), int)


def test_the_entries_of_a_window_that_crashed_end_with_their_lease(opened, turned):
    crashed, other, known = opened(), opened(), account(requests_per_minute=3, concurrent=3)
    assert len(admitted(crashed, known)) == 3
    turned.turn(LEASE - 1)
    assert admitted(other, known) == []
    turned.turn(WINDOW + 2)
    assert len(admitted(other, known)) == 3


def test_who_says_that_it_still_waits_keeps_its_place(opened, turned):
    first, other, known = opened(), opened(), account(concurrent=1)
    entry = first.admit(known, GHOST)
    for _ in range(9):
        turned.turn(LEASE - 1)
        first.renew(known, entry)
    assert other.admit(known, GHOST).crowded
    first.settle(known, entry, Settlement(5, opened=turned.seconds))
    first.renew(known, entry)  # too late to mean anything
    assert isinstance(other.admit(known, GHOST), int)


# Files that cannot be used


def refused_once(caplog):
    return len([record for record in caplog.records if "not shared" in record.message]) == 1


def test_a_locked_file_is_counted_without_and_tried_again(opened, turned, tmp_path, caplog):
    caplog.set_level(logging.INFO, "foretype")
    ledger, known = opened(), account(requests_per_minute=5)
    assert len(admitted(ledger, known, times=2)) == 2
    with sqlite3.connect(tmp_path / "limits.sqlite", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert len(admitted(ledger, known)) == 3, "what this window spent still counts"
        other.execute("ROLLBACK")
    other.close()
    turned.turn(LOCAL_FOR + 1)
    assert len(admitted(opened(), known)) == 3, "the three were counted alone"
    assert refused_once(caplog)


@pytest.mark.parametrize("content", [b"not a database at all" * 400, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_damaged_file_is_replaced(opened, tmp_path, caplog, content):
    caplog.set_level(logging.INFO, "foretype")
    (tmp_path / "limits.sqlite").write_bytes(content)
    first, second, known = opened(), opened(), account(requests_per_minute=5)
    assert len(admitted(first, known, times=3)) == 3
    assert len(admitted(second, known, times=9)) >= 2
    assert len(admitted(first, known, times=9)) <= 1
    assert refused_once(caplog)


def written(tmp_path, *statements):
    """The file as something else has left it."""
    with sqlite3.connect(tmp_path / "limits.sqlite", isolation_level=None) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def version_of(tmp_path):
    with sqlite3.connect(tmp_path / "limits.sqlite") as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return version


def begun_anew(caplog):
    return len([record for record in caplog.records if "begun anew" in record.message])


def test_the_file_says_which_version_it_is_of(opened, tmp_path, caplog):
    caplog.set_level(logging.INFO, "foretype")
    first, second, known = opened(), opened(), account(requests_per_minute=5)
    assert len(admitted(first, known, times=2)) == 2
    assert len(admitted(second, known)) == 3
    assert version_of(tmp_path) == VERSION
    assert not caplog.records, "there was nothing before it"


@pytest.mark.parametrize(
    "before",
    [
        ["CREATE TABLE spent (id INTEGER PRIMARY KEY, account TEXT, at REAL)", "CREATE INDEX by_time ON spent (at)"],
        ["CREATE TABLE days (account TEXT)", 'CREATE TABLE "a "" b" (x TEXT)', "PRAGMA user_version = -7"],
        ["CREATE TABLE missed (account TEXT, at REAL, tokens INTEGER)", f"PRAGMA user_version = {VERSION}"],
    ],
    ids=["no version", "nonsense", "half of this one"],
)
def test_what_an_older_version_left_is_begun_anew(opened, tmp_path, caplog, before):
    caplog.set_level(logging.INFO, "foretype")
    written(tmp_path, *before)
    first, second, known = opened(), opened(), account(requests_per_minute=5)
    assert len(admitted(first, known, times=2)) == 2
    assert len(admitted(second, known)) == 3, "and shared at once"
    assert version_of(tmp_path) == VERSION
    assert (begun_anew(caplog), refused_once(caplog)) == (1, False)


def test_what_a_newer_version_keeps_is_left_as_it_is(opened, turned, tmp_path, caplog):
    caplog.set_level(logging.INFO, "foretype")
    written(tmp_path, "CREATE TABLE spent (newer TEXT)", f"PRAGMA user_version = {VERSION + 1}")
    before = (tmp_path / "limits.sqlite").read_bytes()
    ledger, known = opened(), account(requests_per_minute=5)
    assert len(admitted(ledger, known)) == 5, "counted alone"
    turned.turn(LOCAL_FOR + 1)
    assert admitted(ledger, known) == []
    assert (tmp_path / "limits.sqlite").read_bytes() == before
    assert refused_once(caplog)


def test_a_newer_version_may_take_the_file_over_while_it_is_open(opened, tmp_path, caplog):
    caplog.set_level(logging.INFO, "foretype")
    ledger, known = opened(), account(requests_per_minute=5)
    assert len(admitted(ledger, known, times=2)) == 2
    written(tmp_path, "DELETE FROM spent", f"PRAGMA user_version = {VERSION + 1}")
    assert len(admitted(ledger, known)) == 3, "what this window spent still counts"
    with sqlite3.connect(tmp_path / "limits.sqlite") as connection:
        assert connection.execute("SELECT COUNT(*) FROM spent").fetchone() == (0,), "nothing was written to it"
    connection.close()
    assert refused_once(caplog)


def test_of_two_windows_that_find_a_damaged_file_only_one_replaces_it(opened, tmp_path, caplog):
    first, second, known = opened(), opened(), account(requests_per_minute=5)
    first.admit(known, GHOST)

    def finds_damage(_):
        for path in tmp_path.iterdir():
            path.unlink()  # so has the second, and was quicker
        assert len(admitted(second, known, times=3)) == 3
        raise sqlite3.DatabaseError("malformed")

    assert first._file.attempt(finds_damage) is None
    assert opened().last_minute(known)[0] == 3
    assert len(admitted(first, known)) == 2, "and the first is back at once"
    assert refused_once(caplog)


def test_a_file_that_another_window_replaced_is_opened_anew(opened, tmp_path):
    first, second, known = opened(), opened(), account(requests_per_minute=5)
    assert len(admitted(first, known, times=2)) == 2
    for path in tmp_path.iterdir():
        path.unlink()
    assert len(admitted(second, known, times=4)) == 4
    assert len(admitted(first, known)) == 1


def test_what_was_entered_in_a_file_that_is_gone_is_not_settled_in_the_next(opened, turned, tmp_path):
    """The numbers of another file are others' by now."""
    first, second, known = opened(), opened(), account(tokens_per_minute=1_000)
    entry = first.admit(known, Wish("interactive", 10))
    for path in tmp_path.iterdir():
        path.unlink()
    assert isinstance(second.admit(known, Wish("interactive", 900)), int)
    first.settle(known, entry, Settlement(10, opened=turned.seconds))
    assert isinstance(opened().admit(known, Wish("interactive", 900)), Refusal)
    assert second.last_minute(known) == (1, 900)


def test_a_folder_that_cannot_be_made_is_done_without(turned, tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    ledger, known = SharedLedger(tmp_path / "file" / "limits.sqlite", turned.clock), account(requests_per_minute=5)
    assert len(admitted(ledger, known)) == 5
    assert refused_once(caplog)


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files are POSIX's")
def test_the_file_is_for_the_users_eyes_only(opened, tmp_path):
    ledger = opened()
    ledger.admit(account(), GHOST)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


# Processes

SPENDER = """
import sys
import time
from pathlib import Path
from foretype.scheduling.ledger import Account, Settlement
from foretype.scheduling.shared_ledger import SharedLedger
from foretype.scheduling.spending import Allowance, Wish
ledger = SharedLedger(Path(sys.argv[1]))
known = Account("endpoint", Allowance(requests_per_minute=40, tokens_per_minute=100_000))
print("ready", flush=True)
sys.stdin.readline()
count = 0
for _ in range(60):
    time.sleep(0.002)
    entry = ledger.admit(known, Wish("interactive", 10))
    if isinstance(entry, int):
        count += 1
        if sys.argv[2] == "settles":
            ledger.settle(known, entry, Settlement(10))
print(count, flush=True)
sys.stdin.readline()
"""


def test_processes_together_get_no_more_than_allowed_and_a_crash_gives_nothing_back(tmp_path: Path):
    path = tmp_path / "limits.sqlite"
    commands = [[sys.executable, "-c", SPENDER, str(path), how] for how in ("settles", "settles", "crashes")]
    together = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for command in commands
    ]
    try:
        assert all(process.stdout.readline() == "ready\n" for process in together)
        for process in together:
            process.stdin.write("go\n")
            process.stdin.flush()
        counts = [int(process.stdout.readline()) for process in together]
        together[2].kill()
        assert sum(counts) == 40
        known = Account("endpoint", Allowance(requests_per_minute=40))
        ledger = SharedLedger(path)
        assert isinstance(ledger.admit(known, GHOST), Refusal)
        assert ledger.last_minute(known) == (40, 400)
        ledger.close()
    finally:
        for process in together:
            process.kill()
            process.communicate()


def test_thousands_a_minute_are_counted_one_by_one(opened, turned):
    ledger, known = opened(), account(requests_per_minute=1000, tokens_per_minute=50_000)
    entries = admitted(ledger, known, Wish("interactive", 50), times=1005)
    assert len(entries) == 1000
    assert ledger.last_minute(known) == (1000, 50_000)
    for entry in entries[:10]:
        ledger.settle(known, entry, Settlement(40, opened=turned.seconds))
    assert ledger.last_minute(known) == (1000, 49_900)


def test_no_transaction_is_left_open_for_others_to_wait_for(opened):
    ledger, known = opened(), account(requests_per_minute=10**6)
    ledger.admit(known, GHOST)
    assert not ledger._file._connection.in_transaction
    ledger.settle(known, 999, Settlement(1))
    assert not ledger._file._connection.in_transaction


@pytest.mark.parametrize("harm", ["damaged", "replaced"])
def test_what_was_counted_without_the_file_counts_when_it_is_back(opened, turned, tmp_path, harm):
    ledger, known = opened(), account(requests_per_minute=3)
    assert len(admitted(ledger, known, GHOST, times=2)) == 2
    ledger.close()
    for file in tmp_path.glob("*.sqlite*"):
        file.write_bytes(b"no database " * 500) if harm == "damaged" else file.unlink()
    turned.turn(1)
    assert len(admitted(ledger, known, GHOST, times=3)) == 1
    turned.turn(160)  # nobody has told what became of them: they count until their lease ends
    assert len(admitted(ledger, known, GHOST, times=4)) == 3
