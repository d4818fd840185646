"""Whether a request has room: single decisions as data, and long runs in which no minute may hold too much."""

from __future__ import annotations

import random

import pytest

from foretype.scheduling.ledger import Account, LocalLedger, Settlement
from foretype.scheduling.spending import (
    LOOK_AGAIN,
    NEVER,
    RESERVE,
    WINDOW,
    Allowance,
    Gauge,
    Refusal,
    Situation,
    Spent,
    Wish,
    refusal,
)
from tests.unit.scheduling.turning import Turned

NOW = 1_000.0


def spent(*ages, lane="interactive", tokens=100, running=False):
    return [Spent(lane, NOW - age, tokens, running) for age in ages]


def gauge(**more):
    return Gauge(**{"remaining": 0, "limit": 60, "reset": 60, "at": NOW, "steady": True, **more})


CASES = [
    # lane, tokens, allowance, situation: seconds to wait, None for none
    ("interactive", 500, {}, {}, None),
    ("interactive", 500, {"requests_per_minute": 2}, {"spent": spent(1)}, None),
    ("interactive", 500, {"requests_per_minute": 2}, {"spent": spent(50, 1)}, 10),
    ("interactive", 500, {"requests_per_minute": 2}, {"spent": spent(60, 1)}, None),
    ("interactive", 500, {"tokens_per_minute": 1000}, {"spent": spent(50, 20, 1, tokens=300)}, 40),
    ("interactive", 900, {"tokens_per_minute": 1000}, {"spent": spent(50, 20, 1, tokens=300)}, 59),
    ("interactive", 1001, {"tokens_per_minute": 1000}, {}, NEVER),
    ("interactive", 1000, {"tokens_per_minute": 1000}, {}, None),
    # Both limits are kept, and the longer wait counts.
    ("interactive", 900, {"requests_per_minute": 2, "tokens_per_minute": 1000}, {"spent": spent(50, 1)}, 10),
    ("interactive", 950, {"requests_per_minute": 2, "tokens_per_minute": 1000}, {"spent": spent(50, 1)}, 59),
    # Lanes behind leave room for those before them.
    ("prefetch", 1, {"requests_per_minute": 4}, {"spent": spent(30, 20)}, None),
    ("prefetch", 1, {"requests_per_minute": 4}, {"spent": spent(30, 20, lane="prefetch")}, None),
    ("prefetch", 1, {"requests_per_minute": 4}, {"spent": spent(30, 20, 10, lane="prefetch")}, 30),
    ("bulk", 1, {"requests_per_minute": 4}, {"spent": spent(30, lane="bulk")}, None),
    ("bulk", 1, {"requests_per_minute": 4}, {"spent": spent(30, 20, lane="bulk")}, 30),
    ("bulk", 1, {"requests_per_minute": 4}, {"spent": spent(30, 20, lane="bulk"), "quiet": True}, None),
    ("interactive", 1, {"requests_per_minute": 4}, {"spent": spent(30, 20, 10, lane="bulk")}, None),
    # What comes free is first for those who were refused.
    (
        "bulk",
        1,
        {"requests_per_minute": 10},
        {"spent": spent(30, lane="bulk"), "missed": spent(5, 4, 3, 2, 1, 0)},
        None,
    ),
    ("bulk", 1, {"requests_per_minute": 10}, {"spent": spent(30, lane="bulk"), "missed": spent(*range(8))}, None),
    ("bulk", 1, {"requests_per_minute": 10}, {"spent": spent(30, lane="bulk"), "missed": spent(*range(9))}, 30),
    ("bulk", 1, {"requests_per_minute": 10}, {"missed": spent(*range(59))}, None),
    ("interactive", 1, {"requests_per_minute": 10}, {"missed": spent(*range(59))}, None),
    # What is larger than its lane's share gets its turn once its lane has nothing under way.
    ("bulk", 800, {"tokens_per_minute": 1000}, {}, None),
    ("bulk", 800, {"tokens_per_minute": 1000}, {"spent": spent(30, lane="bulk")}, 30),
    ("bulk", 800, {"tokens_per_minute": 1000}, {"spent": spent(10, tokens=300)}, 50),
    # At once.
    ("interactive", 1, {"concurrent": 2}, {"spent": spent(0, running=True)}, None),
    ("interactive", 1, {"concurrent": 2}, {"spent": spent(0, 0, running=True)}, LOOK_AGAIN),
    ("bulk", 1, {"concurrent": 2}, {"spent": spent(0, running=True)}, LOOK_AGAIN),
    ("bulk", 1, {"concurrent": 1}, {}, None),
    # The day.
    ("interactive", 100, {"tokens_per_day": 1000}, {"today": 900, "day_ends": 77}, None),
    ("interactive", 101, {"tokens_per_day": 1000}, {"today": 900, "day_ends": 77}, 77),
    ("bulk", 100, {"tokens_per_day": 1000}, {"today": 750, "day_ends": 77}, 77),
    # What the server said.
    ("interactive", 1, {}, {"paused_until": NOW + 12}, 12),
    ("interactive", 1, {}, {"paused_until": NOW - 12}, None),
    ("interactive", 1, {}, {"gauges": {"requests": gauge()}}, 1),
    ("interactive", 1, {}, {"gauges": {"requests": gauge(steady=False)}}, 60),
    ("interactive", 1, {}, {"gauges": {"requests": gauge(remaining=1)}}, None),
    ("interactive", 1, {}, {"gauges": {"requests": gauge(remaining=1, at=NOW - 0.5)}, "spent": spent(0.1)}, 0.517),
    ("interactive", 1, {}, {"gauges": {"requests": gauge(at=NOW - 61)}}, None),
    ("interactive", 1, {}, {"gauges": {"requests": gauge(at=NOW + 61)}}, None),
    ("interactive", 90, {}, {"gauges": {"tokens": gauge(remaining=30)}}, 60),
    ("bulk", 1, {}, {"gauges": {"requests": gauge(remaining=30)}}, 2),
]


@pytest.mark.parametrize(("lane", "tokens", "allowed", "known", "wait"), CASES)
def test_a_decision(lane, tokens, allowed, known, wait):
    refused = refusal(Wish(lane, tokens), Allowance(**allowed), Situation(NOW, **known))
    assert (refused and refused.wait) == (wait if wait is None else pytest.approx(wait, abs=0.01))


def test_reasons_are_sentences_without_numbers_of_the_clock():
    refused = refusal(Wish("interactive", 1), Allowance(requests_per_minute=1), Situation(NOW, spent(1)))
    assert refused.reason == "The limit of 1 requests a minute is used up."


@pytest.mark.parametrize("seed", range(4))
def test_no_minute_holds_more_than_allowed_wherever_it_begins(seed):
    """Any mix of lanes, costs that turn out smaller, answers that begin late, requests that never end."""
    dice, turned = random.Random(seed), Turned()
    ledger, account = LocalLedger(turned.clock), Account("a", Allowance(30, 20_000))
    arrived, running = [], []
    while turned.seconds < 1_400:
        turned.turn(dice.expovariate(3))
        for entry, at, tokens in list(running):
            if dice.random() < 0.3:
                running.remove((entry, at, tokens))
                ledger.settle(account, entry, Settlement(tokens, opened=turned.seconds))
        wish = Wish(dice.choice(["interactive", "prefetch", "bulk"]), dice.randint(100, 2_500))
        entry = ledger.admit(account, wish)
        if isinstance(entry, Refusal):
            continue
        # It costs at most what was estimated, and arrives at some time before its answer begins: at once, here.
        tokens = dice.randint(50, wish.tokens)
        arrived.append((turned.seconds, tokens, wish.lane))
        if dice.random() < 0.95:
            running.append((entry, turned.seconds, tokens))
    for start, _, _ in arrived:
        within = [tokens for at, tokens, _ in arrived if start <= at < start + WINDOW]
        assert len(within) <= 30
        assert sum(within) <= 20_000
    assert len(arrived) > 100, "the limit is to be used, not only kept"


def test_a_request_without_an_answer_counts_as_if_it_had_just_arrived():
    """It may be under way to the server for long; its minute begins when it must have arrived."""
    turned = Turned()
    ledger, account = LocalLedger(turned.clock), Account("a", Allowance(1))
    entry = ledger.admit(account, Wish("interactive", 1))
    turned.turn(40)
    ledger.settle(account, entry, Settlement(1, opened=turned.seconds))
    turned.turn(59)
    assert isinstance(ledger.admit(account, Wish("interactive", 1)), Refusal)
    turned.turn(1.1)
    assert isinstance(ledger.admit(account, Wish("interactive", 1)), int)


def test_bulk_work_waits_so_that_whoever_types_does_not():
    turned = Turned()
    ledger, account = LocalLedger(turned.clock), Account("a", Allowance(20))
    assert isinstance(ledger.admit(account, Wish("interactive", 1)), int)
    admitted = sum(isinstance(ledger.admit(account, Wish("bulk", 1)), int) for _ in range(40))
    assert admitted == 20 * (1 - RESERVE[2])
    assert all(isinstance(ledger.admit(account, Wish("interactive", 1)), int) for _ in range(9))
    assert isinstance(ledger.admit(account, Wish("interactive", 1)), Refusal)


def test_what_was_never_sent_costs_nothing():
    ledger, account = LocalLedger(Turned().clock), Account("a", Allowance(1, 100, 100))
    for _ in range(3):
        entry = ledger.admit(account, Wish("interactive", 100))
        assert isinstance(entry, int)
        ledger.settle(account, entry, Settlement(0, sent=False))
    assert ledger.last_minute(account) == (0, 0)


def test_the_budget_of_a_day_comes_back_at_midnight_and_a_jump_of_the_calendar_breaks_nothing():
    turned = Turned()
    ledger, account = LocalLedger(turned.clock), Account("a", Allowance(tokens_per_day=100))
    entry = ledger.admit(account, Wish("interactive", 100))
    ledger.settle(account, entry, Settlement(80, opened=turned.seconds))
    refused = ledger.admit(account, Wish("interactive", 21))
    assert refused.wait == pytest.approx(10 * 3600)
    turned.turn(10 * 3600 + 1)
    assert isinstance(ledger.admit(account, Wish("interactive", 100)), int)
    turned.jump(-3 * 86_400)
    assert isinstance(ledger.admit(account, Wish("interactive", 100)), int)
