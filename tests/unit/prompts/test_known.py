"""What is remembered from one text to the next gives the same counts as counting everything anew, whatever changes."""

from __future__ import annotations

import random
from functools import cache

import pytest

from foretype.prompts.known_pieces import KnownPieces
from foretype.prompts.pieces import longest_head, longest_tail
from foretype.prompts.running import RunningCount
from foretype.prompts.tokens import Counter, TokenCounter, load_encoding

LINES = [
    "def answer(question):\n",
    "    return question.text\n",
    "\n",
    "    \n",
    "// a comment\n",
    "  // one that is indented\n",
    "/\n",
    "\tx = [1, 2, 3]\n",
    "\r\n",
    "    größer = '日本語'\n",
    "}\n",
]
ROUNDS = 200


@cache
def counter() -> TokenCounter:
    found = TokenCounter("cl100k_base")
    found.use(load_encoding("cl100k_base"))
    return found


def changed(lines: list[str], chance: random.Random) -> list[str]:
    """The lines after an edit: at either end, as typing is, or anywhere; some lines, or half of one."""
    size = len(lines)
    start = chance.choice([0, 0, max(0, size - 1), chance.randrange(size + 1)])
    end = min(size, start + chance.choice([0, 0, 1, 1, 1, 3]))
    new = [chance.choice(LINES) for _ in range(chance.choice([0, 1, 1, 2, 14]))]
    if new and chance.random() < 0.5:
        new[-1] = new[-1][: chance.randrange(len(new[-1]) + 1)] + "typed\n"
    return [*lines[:start], *new, *lines[end:]]


@pytest.mark.parametrize("seed", range(5))
def test_pieces_of_changed_lines(seed: int) -> None:
    chance = random.Random(seed)
    after, before = KnownPieces(before=False), KnownPieces(before=True)
    lines = [chance.choice(LINES) for _ in range(80)]
    for _ in range(ROUNDS):
        lines = changed(lines, chance)
        for budget in (chance.randrange(-3, 40), chance.randrange(500), 10_000):
            assert after.longest(lines, budget, counter()) == longest_head(lines, budget, counter())
            assert before.longest(lines, budget, counter()) == longest_tail(lines, budget, counter())


@pytest.mark.parametrize("seed", range(5))
def test_counts_of_changed_texts(seed: int) -> None:
    chance, running = random.Random(seed), RunningCount()
    lines = [chance.choice(LINES) for _ in range(80)]
    for _ in range(ROUNDS):
        lines = changed(lines, chance)
        text = "".join(lines)
        text = text[: chance.choice([len(text), chance.randrange(len(text) + 1)])]
        assert running.of(text, counter()) == counter().count_lines(text)
        assert running.of(text, counter()) == counter().count(text)
        end = chance.randrange(len(text) + 1)
        assert running.within(end) <= counter().count_lines(text[:end])
    assert running.of("", counter()) == 0


def test_only_what_changed_is_counted() -> None:
    asked: list[str] = []

    class Watched(TokenCounter):
        def count_line(self, line: str) -> int:
            asked.append(line)
            return super().count_line(line)

    watched = Watched("cl100k_base")
    watched.use(load_encoding("cl100k_base"))
    above, below = [f"name_{n} = {n}\n" for n in range(500)], [f"other_{n} = {n}\n" for n in range(500)]
    after, before, running = KnownPieces(before=False), KnownPieces(before=True), RunningCount()

    def key(typed: str) -> None:
        before.longest([*above, f"typed = {typed}"], 3_000, watched)
        after.longest([")\n" if typed else "\n", *below], 3_000, watched)
        running.of("".join([*above, f"typed = {typed}", "\n", *below[:5]]), watched)

    key("")
    assert len(asked) > 1_000
    asked.clear()
    key("x")
    assert len(asked) < 15


def test_what_is_not_exact_is_not_remembered() -> None:
    loading: Counter = TokenCounter("cl100k_base")
    after, running = KnownPieces(before=False), RunningCount()
    lines = ["one line of text\n", "and another\n"]
    assert after.longest(lines, 20, loading).lines == 1
    assert running.of("".join(lines), loading) == len("".join(lines))
    assert isinstance(loading, TokenCounter)
    loading.use(load_encoding("cl100k_base"))
    assert after.longest(lines, 20, loading).lines == 2
    assert running.of("".join(lines), loading) == counter().count("".join(lines))
