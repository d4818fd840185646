"""The ledger that all windows of a user share: a small SQLite file, one short transaction for each request.

It may block for `BUSY` seconds, so it is used from a thread of its own. Where the file cannot be used (locked, damaged,
read-only), this process counts for itself for a while, and says so once.

The clock of all entries is the system's monotonic one, which all processes of a machine share. After a restart of the
machine it begins anew: entries from the future are from before, and are dropped.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foretype.scheduling.ledger import LEASE, LONGEST_PAUSE, Account, Clock, Entry, LocalLedger, Settlement
from foretype.scheduling.ledger_file import LedgerFile
from foretype.scheduling.spending import (
    QUIET_AFTER,
    RANKS,
    WINDOW,
    Gauge,
    Lane,
    Refusal,
    Resource,
    Situation,
    Spent,
    Wish,
    refusal,
)

if TYPE_CHECKING:
    import sqlite3

_SLACK: Final = 1.0
"""Seconds by which an entry may lie ahead of this process's clock; more, and it is from before a restart."""

_DAYS_KEPT: Final = 3
_LANES: Final[tuple[Lane, ...]] = tuple(sorted(RANKS, key=lambda lane: RANKS[lane]))
_LEARN: Final = """INSERT INTO gauges VALUES (?1,?2,?3,?4,?5,?6,?7) ON CONFLICT (account, resource) DO UPDATE SET
    remaining = ?3, most = ?4, reset = ?5, at = ?6, steady = ?7 WHERE at <= ?6 OR at > ?8"""


class SharedLedger:
    """A ledger in a file. Every call is safe to make at any time; none raises for what the file is like."""

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._local = LocalLedger(self._clock)
        self._file = LedgerFile(path, self._clock.now)
        # The file's number of an entry, by the local one, which callers hold.
        self._numbers: dict[int, int] = {}

    def admit(self, account: Account, wish: Wish) -> int | Refusal:
        """See `Ledger.admit`."""
        # What was counted here while the file could not be used is not in it, and counts all the same.
        own = self._local.refuses(account, wish)
        answer = self._file.attempt(lambda connection: self._admit(connection, account, wish, own))
        if answer is None:
            return self._local.admit(account, wish)
        if isinstance(answer, Refusal):
            return answer
        number = self._local.enter(account, wish)
        self._numbers[number] = answer
        return number

    def renew(self, account: Account, entry: int) -> None:
        """See `Ledger.renew`."""
        self._local.renew(account, entry)
        row = (self._clock.now(), self._numbers.get(entry))
        query = "UPDATE spent SET at = ? WHERE id = ? AND running"
        self._file.attempt(lambda connection: connection.execute(query, row))

    def settle(self, account: Account, entry: int, settlement: Settlement) -> None:
        """See `Ledger.settle`."""
        self._local.settle(account, entry, settlement)
        number = self._numbers.pop(entry, None)
        if number is not None:
            self._file.attempt(lambda connection: self._settle(connection, account, number, settlement))

    def learn(self, account: Account, gauges: Mapping[Resource, Gauge]) -> None:
        """See `Ledger.learn`."""
        self._local.learn(account, gauges)
        ahead = self._clock.now() + _SLACK  # what is from before a restart is never the newer
        rows = [
            (account.key, name, one.remaining, one.limit, one.reset, one.at, one.steady, ahead)
            for name, one in gauges.items()
        ]
        self._file.attempt(lambda connection: connection.executemany(_LEARN, rows))

    def pause(self, account: Account, seconds: float) -> None:
        """See `Ledger.pause`."""
        self._local.pause(account, seconds)
        self._file.attempt(lambda connection: self._pause(connection, account, min(LONGEST_PAUSE, max(0.0, seconds))))

    def last_minute(self, account: Account) -> tuple[int, int]:
        """See `Ledger.last_minute`."""
        spent = self._file.attempt(lambda connection: self._recent(connection, account, self._clock.now()))
        if spent is None:
            return self._local.last_minute(account)
        return sum(one.requests for one in spent), sum(one.tokens for one in spent)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    # Transactions

    def _admit(
        self, connection: sqlite3.Connection, account: Account, wish: Wish, own: Refusal | None
    ) -> int | Refusal:
        now = self._clock.now()
        self._forget(connection, now)
        today = connection.execute(
            "SELECT tokens FROM days WHERE account = ? AND day = ?", (account.key, self._clock.day)
        ).fetchone()
        typing = connection.execute("SELECT 1 FROM spent WHERE account = ? AND lane = 0 LIMIT 1", (account.key,))
        situation = Situation(
            now,
            self._recent(connection, account, now),
            today[0] if today else 0,
            self._clock.day_ends,
            now + self._pause_left(connection, account, now),
            self._gauges(connection, account, now),
            quiet=typing.fetchone() is None,
            missed=self._missed(connection, account, now),
        )
        refused = refusal(wish, account.allowance, situation) or own
        if refused is not None:
            if wish.lane == "interactive":
                connection.execute("INSERT INTO missed VALUES (?,?,?)", (account.key, now, wish.tokens))
            return refused
        self._add_today(connection, account, wish.tokens)
        # By lot, so that it is nobody else's either in a file that has taken this one's place until it is settled.
        number = random.getrandbits(62)
        row = (number, account.key, RANKS[wish.lane], now, wish.tokens)
        connection.execute("INSERT INTO spent VALUES (?,?,?,?,?,1)", row)
        return number

    def _settle(self, connection: sqlite3.Connection, account: Account, number: int, settlement: Settlement) -> None:
        row = connection.execute("SELECT tokens FROM spent WHERE id = ?", (number,)).fetchone()
        tokens = settlement.tokens if settlement.sent else 0
        self._add_today(connection, account, tokens - (row[0] if row else 0))
        if not settlement.sent:
            connection.execute("DELETE FROM spent WHERE id = ?", (number,))
            return
        at = self._clock.now() if settlement.opened is None else settlement.opened
        connection.execute("UPDATE spent SET at = ?, tokens = ?, running = 0 WHERE id = ?", (at, tokens, number))

    def _forget(self, connection: sqlite3.Connection, now: float) -> None:
        connection.execute(
            "DELETE FROM spent WHERE at + running * ? < ? OR at > ?", (LEASE, now - QUIET_AFTER, now + _SLACK)
        )
        connection.execute("DELETE FROM missed WHERE at < ? OR at > ?", (now - WINDOW, now + _SLACK))

    def _recent(self, connection: sqlite3.Connection, account: Account, now: float) -> list[Spent]:
        """The last minute's requests, those of one lane and one quarter of a second in one, as of the last of them."""
        # So that deciding takes no longer where thousands of requests a minute are allowed.
        rows = connection.execute(
            "SELECT lane, MAX(at), SUM(tokens), running, COUNT(*) FROM spent "
            "WHERE account = ? AND at > ? AND at < ? GROUP BY lane, running, CAST(at * 4 AS INTEGER)",
            (account.key, now - WINDOW - LEASE, now + _SLACK),
        )
        spent = (
            Entry(_LANES[lane], at, tokens, bool(running)).spent(now, requests)
            for lane, at, tokens, running, requests in rows
        )
        return [one for one in spent if one.at > now - WINDOW]

    def _missed(self, connection: sqlite3.Connection, account: Account, now: float) -> list[Spent]:
        query = "SELECT COUNT(*), SUM(tokens) FROM missed WHERE account = ? AND at > ?"
        requests, tokens = connection.execute(query, (account.key, now - WINDOW)).fetchone()
        return [Spent("interactive", now, tokens, requests=requests)] if requests else []

    def _pause(self, connection: sqlite3.Connection, account: Account, seconds: float) -> None:
        """A shorter one does not end what another window was told."""
        now = self._clock.now()
        if seconds >= self._pause_left(connection, account, now):
            row = (account.key, now, self._clock.wall, seconds)
            connection.execute("REPLACE INTO pauses VALUES (?,?,?,?)", row)

    def _pause_left(self, connection: sqlite3.Connection, account: Account, now: float) -> float:
        """Seconds. The clock stands still while a machine sleeps and begins anew when it starts: the calendar helps.

        Where by both clocks it has not even begun, one of them was set back as well, and nothing is known.
        """
        query = "SELECT at, wall, seconds FROM pauses WHERE account = ?"
        at, wall, seconds = connection.execute(query, (account.key,)).fetchone() or (now, 0.0, 0.0)
        passed = max(now - at, self._clock.wall - wall)
        return float(seconds) - passed if passed >= 0 else 0.0

    def _gauges(self, connection: sqlite3.Connection, account: Account, now: float) -> dict[Resource, Gauge]:
        rows = connection.execute(
            "SELECT resource, remaining, most, reset, at, steady FROM gauges WHERE account = ? AND at <= ?",
            (account.key, now + _SLACK),
        )
        return {name: Gauge(left, most, reset, at, bool(steady)) for name, left, most, reset, at, steady in rows}

    def _add_today(self, connection: sqlite3.Connection, account: Account, tokens: int) -> None:
        if not connection.execute(
            "UPDATE days SET tokens = MAX(0, tokens + ?) WHERE account = ? AND day = ?",
            (tokens, account.key, self._clock.day),
        ).rowcount:
            row = (account.key, self._clock.day, max(0, tokens))
            connection.execute("INSERT INTO days VALUES (?,?,?)", row)
            connection.execute(
                "DELETE FROM days WHERE account = ? AND day NOT IN "
                "(SELECT day FROM days WHERE account = ? ORDER BY day DESC LIMIT ?)",
                (account.key, account.key, _DAYS_KEPT),
            )
