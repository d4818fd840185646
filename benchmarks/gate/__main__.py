"""What the learned gate saves, and what it costs, for users with different habits.

    python -m benchmarks.gate [--asks 6000] [--seeds 5]

Real code is gone through line by line (this project's own, as of HEAD): at each line a request at its start, behind its
first word, behind an opener and in a word, as typing makes them. A user takes what is suggested there with a chance
that depends on the place, as the table says; "by the clock" takes what the person of `benchmarks/typing` takes: with
eight characters or more left of the line, in three lines of ten, if there was time to read. Every request is asked
three ways: by no gate; by Copilot's rule, the published weights and no request below a chance of 15%; and by the gate
as the server has it, which begins with nothing learned. What a user would have taken is known of withheld ones too, and
counts as lost.
"""

from __future__ import annotations

import argparse
import itertools
import math
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.embedded.git import Repository, code_files
from benchmarks.typing.person import ACCEPTS, REACTION, WORTH
from benchmarks.typing.tempo import Tempo
from foretype.scheduling.learned_gate import LearnedGate
from foretype.text.document import Document
from foretype.text.lines import Lines, line_body
from foretype.text.positions import Position

OWN: Final = Path(__file__).resolve().parents[2]
COPILOT_RULE: Final = 0.15
READ: Final = 0.6
"""Share of what is shown that is on the screen long enough to be read; the rest teaches nothing."""

LANGUAGES: Final = ("python", "go", "typescript")
"""What the files are called, in turn: the gate only sees the name."""

_OPENER = re.compile(r"[(\[{=.:]")
_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: where, what kind of place that is, and how much of the line is left there."""

    document: Document
    position: Position
    kind: str
    left: int


Chance = Callable[[Ask, float, random.Random], float]
"""The chance that the user takes a suggestion, given the request and how far the run is (0 to 1)."""


def everywhere(_: Ask, __: float, ___: random.Random) -> float:
    """Three of ten, wherever it is: nothing can be learned."""
    return 0.3


def line_starts(ask: Ask, _: float, __: random.Random) -> float:
    """Whole lines, and what follows an opener; hardly ever the rest of a word."""
    return {"start": 0.5, "opener": 0.35, "word": 0.02, "inside": 0.02}[ask.kind]


def one_language(ask: Ask, _: float, __: random.Random) -> float:
    """In Python; the rest is written by hand."""
    return 0.4 if ask.document.language_id == "python" else 0.01


def changes(ask: Ask, done: float, dice: random.Random) -> float:
    """Line starts at first; from the middle on, the rest of words."""
    if done < 0.5:
        return line_starts(ask, done, dice)
    return {"start": 0.02, "opener": 0.05, "word": 0.4, "inside": 0.4}[ask.kind]


def never(_: Ask, __: float, ___: random.Random) -> float:
    """Takes nothing, ever."""
    return 0.0


class ByTheClock:
    """The person of the typing benchmark."""

    def __init__(self) -> None:
        self._tempo = Tempo("gate")

    def __call__(self, ask: Ask, _: float, dice: random.Random) -> float:
        before = {"start": "\n", "opener": "(", "word": " ", "inside": "a"}[ask.kind]
        needed = dice.lognormvariate(math.log(REACTION[0]), REACTION[1])
        in_time = self._tempo.pause(before, "a") >= needed
        return ACCEPTS if ask.left >= WORTH and in_time else 0.0


USERS: Final[dict[str, Callable[[], Chance]]] = {
    "takes at line starts and openers": lambda: line_starts,
    "takes in Python only": lambda: one_language,
    "by the clock": ByTheClock,
    "changes her mind half way": lambda: changes,
    "takes anywhere": lambda: everywhere,
    "takes nothing": lambda: never,
}


def asks(count: int, seed: int) -> list[Ask]:
    """Places in the project's files, a whole file after another, the files in an order of the seed's."""
    files = list(code_files(Repository(OWN), "HEAD"))
    dice = random.Random(f"{seed} files")
    dice.shuffle(files)
    # No file more than a fifteenth of it all, so that there are as many files, and several languages, in each run.
    most = count // 15
    found = (ask for _, text in files for ask in itertools.islice(_asks_in(text, dice.choice(LANGUAGES)), most))
    return list(itertools.islice(found, count))


def _asks_in(text: str, language: str) -> Iterator[Ask]:
    whole = Lines(text)
    for number in range(len(whole)):
        line = line_body(whole[number])
        if not line.strip():
            continue
        for kind, column in sorted(_places(line).items(), key=lambda item: item[1]):
            # As it is while the line is typed: nothing is right of the cursor, and what comes below stands there.
            lines = whole.replace(Position(number, column), Position(number, len(line)), "")
            yield Ask(Document("", language, 1, lines), Position(number, column), kind, len(line) - column)


def _places(line: str) -> dict[str, int]:
    start = len(line) - len(line.lstrip())
    places = {"start": start}
    if first := re.match(r"\s*\w+ ", line):
        places["word"] = first.end()
    if opener := _OPENER.search(line, start):
        places["opener"] = opener.end()
    if inside := _WORD.search(line, len(line) // 2):
        places["inside"] = inside.start() + 2
    return places


@dataclass(frozen=True, slots=True)
class Result:
    """Shares of the requests saved and of the acceptances lost; `began` is the request at which it first withheld."""

    saved: float
    lost: float
    began: int | None
    took: float


def play(places: list[Ask], chance: Chance, seed: int) -> tuple[Result, Result]:
    """Copilot's rule and ours for one user."""
    dice = random.Random(seed)
    gate, rule = LearnedGate(), LearnedGate()
    now, began, spent = 0.0, None, 0.0
    taken = saved = lost = rule_saved = rule_lost = 0
    floor = math.log(COPILOT_RULE / (1 - COPILOT_RULE))
    for number, ask in enumerate(places):
        now += dice.lognormvariate(0.7, 0.8)
        takes = dice.random() < chance(ask, number / len(places), dice)
        taken += takes
        started = time.perf_counter()
        judged = gate.judge(ask.document, ask.position, now)
        spent += time.perf_counter() - started
        fixed = rule.judge(ask.document, ask.position, now)
        if fixed.score < floor:
            rule_saved, rule_lost = rule_saved + 1, rule_lost + takes
        elif takes or dice.random() < READ:
            rule._label, rule._labelled_at = float(takes), now
        if not judged.passes:
            began = number if began is None else began
            saved, lost = saved + 1, lost + takes
        elif takes or dice.random() < READ:
            gate.learn(judged, takes, now)
    count, took = len(places), spent / len(places)
    return (
        Result(rule_saved / count, rule_lost / max(1, taken), None, 0.0),
        Result(saved / count, lost / max(1, taken), began, took),
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--asks", type=int, default=6_000)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    print(f"{options.asks} places in this project's code for each user and seed, {options.seeds} seeds\n")
    runs = [asks(options.asks, seed) for seed in range(options.seeds)]
    print(f"{'':34} {'Copilot rule, not learning':>28}   {'learned gate':^40}")
    print(f"{'user':34} {'saved':>14} {'lost':>13}   {'saved':>8} {'lost':>8} {'worst lost':>11} {'from request':>13}")
    took = []
    for name, user in USERS.items():
        results = [play(places, user(), seed) for seed, places in enumerate(runs)]
        rule, ours = [one for one, _ in results], [one for _, one in results]
        begun = [one.began for one in ours if one.began is not None]
        took += [one.took for one in ours]
        print(
            f"{name:34} {_mean(rule, 'saved'):>13.1f}% {_mean(rule, 'lost'):>12.1f}%   {_mean(ours, 'saved'):>7.1f}% "
            f"{_mean(ours, 'lost'):>7.1f}% {100 * max(one.lost for one in ours):>10.1f}% "
            f"{statistics.median(begun) if begun else 'never':>13}"
        )
    print(f"\nto judge one place: {1e6 * statistics.mean(took):.0f} microseconds")


def _mean(results: list[Result], name: str) -> float:
    values: list[float] = [getattr(one, name) for one in results]
    return 100 * statistics.mean(values)


if __name__ == "__main__":
    main()
