"""What the gate learns from acceptances, when it begins to withhold, and that it never trusts what it has read."""

from __future__ import annotations

import math
import random

import pytest

from foretype.scheduling.learned_gate import EXPLORED, LearnedGate
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

OPENER, WORD = "call(", "    value = inde"


def at(line, language="python"):
    document = Document("file:///a", language, 1, Lines(f"import os\n\n{line}\n"))
    return document, Position(2, len(line))


def live(gate, rounds, chances, now=0.0, seed=7):
    """A user who takes what is suggested behind these lines with these chances; returns the judgements."""
    dice, judged = random.Random(seed), []
    for number in range(rounds):
        now += 3.0
        line = list(chances)[number % len(chances)]
        judgement = gate.judge(*at(line), now)
        judged.append((line, judgement))
        if judgement.passes:
            gate.learn(judgement, dice.random() < chances[line], now)
    return judged


HABIT = {OPENER: 0.6, WORD: 0.0}


def withheld(judged, line):
    return [judgement.passes for found, judgement in judged if found == line].count(False)


def test_it_withholds_nothing_before_the_evidence_bears_it():
    gate = LearnedGate()
    judged = live(gate, 1_000, HABIT)
    first = next(number for number, (_, judgement) in enumerate(judged) if not judgement.passes)
    assert first > 2 * 46 / 0.6 * 0.9, "46 acceptances are the least that proves anything"


def test_then_it_withholds_where_nothing_is_taken_and_not_elsewhere():
    gate = LearnedGate()
    live(gate, 1_000, HABIT)
    judged = live(gate, 400, HABIT, now=10_000.0)
    assert withheld(judged, OPENER) <= 8
    assert withheld(judged, WORD) >= 150


@pytest.mark.parametrize("chances", [{OPENER: 0.3, WORD: 0.3}, {OPENER: 0.0, WORD: 0.0}, {OPENER: 1.0, WORD: 1.0}])
def test_where_there_is_nothing_to_learn_it_stays_out_of_the_way(chances):
    gate = LearnedGate()
    judged = live(gate, 1_500, chances)
    assert withheld(judged, OPENER) + withheld(judged, WORD) <= 0.03 * len(judged)


def test_some_of_what_would_be_withheld_is_asked_nevertheless_and_counts_for_all():
    gate = LearnedGate()
    live(gate, 1_000, HABIT)
    judged = [gate.judge(*at(WORD), 20_000.0) for _ in range(4 * EXPLORED)]
    assert [judgement.passes for judgement in judged].count(True) == 4
    assert {judgement.counts_for for judgement in judged if judgement.passes} == {float(EXPLORED)}


def test_a_user_who_changes_is_heard():
    gate = LearnedGate()
    live(gate, 1_000, HABIT)
    assert gate.threshold is not None
    changed = {OPENER: 0.05, WORD: 0.7}
    live(gate, 2_500, changed, now=10_000.0)
    assert withheld(live(gate, 200, changed, now=30_000.0), WORD) <= 10


def test_what_it_knows_can_be_kept_and_added_up():
    gate, kept = LearnedGate(), {}
    for _ in range(4):
        live(gate, 250, HABIT)
        for name, value in gate.drain().items():
            kept[name] = kept.get(name, 0.0) + value
    assert gate.drain() == {}
    again = LearnedGate()
    again.load(kept)
    assert again.threshold == pytest.approx(gate.threshold)
    judged, also = gate.judge(*at(WORD), 9e3), again.judge(*at(WORD), 9e3)
    assert judged.passes == also.passes


@pytest.mark.parametrize(
    "kept",
    [
        {"w one": math.nan, "w label": math.inf, "g one": -math.inf, "taken 3": 1e300},
        {"w one": 1e5, "g one": -5.0, "declined 2": -40.0},
        {"": 1.0, "w ": 3.0, "taken x": 2.0, "nonsense": 5.0},
    ],
)
def test_numbers_that_make_no_sense_do_no_harm(kept):
    gate = LearnedGate()
    gate.load(kept)
    judgement = gate.judge(*at(OPENER), 1.0)
    assert judgement.passes
    gate.learn(judgement, accepted=True, now=2.0)
    assert all(map(math.isfinite, gate.numbers.values()))
    assert math.isfinite(gate.judge(*at(WORD), 3.0).score)


@pytest.mark.parametrize(
    "line",
    ["", "    ", "x" * 100_000, "\t漢字", "a\u2028b", "é("],
    ids=["empty", "blank", "long", "wide", "odd", "accent"],
)
def test_every_place_can_be_judged(line):
    gate = LearnedGate()
    judgement = gate.judge(*at(line, language="x" * 500), now=-5.0)
    assert len(judgement.features) == 12, "eleven, and one that is always there"
    assert all(map(math.isfinite, judgement.features.values()))
    assert max(map(len, judgement.features)) < 40, "nothing of a text or of an odd name is kept"
