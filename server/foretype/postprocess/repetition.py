"""Cut what a model repeats because it turns in circles: the same lines again and again, or the same few characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from foretype.postprocess.layout import is_telling
from foretype.postprocess.surroundings import Surroundings

SAME_RUNS: Final = 3
"""So often a run of lines must stand in a row to be a loop: twice may be meant, as with two equal test cases."""

LONGEST_RUN: Final = 8
"""Lines. Loops of small models are short; a longer run that comes back is rather a pattern of the file."""

LOOK_BACK: Final = 160
"""Characters at the end of a line in which a period is looked for."""

_LEAST_REPEATED: Final = 36
"""Characters that the repetitions in a line must cover. Shorter ones are words that a line may well repeat."""

_LEAST_TIMES: Final = 5

_SAMPLE: Final = _LEAST_REPEATED // _LEAST_TIMES
"""The longest period that the shortest repetition can have."""


def cut_repetition(text: str, around: Surroundings) -> str:
    """Keep the first of lines that come again and again; drop a line, and what follows, that ends in a circle."""
    lines = text.split("\n")
    loop = LineLoop()
    at = 0
    for number, line in enumerate(lines):
        if (useful := loop.take(line if number else around.typed + line, at)) is not None:
            return text[:useful].rstrip("\n")
        if len(line) >= _LEAST_REPEATED and runs_in_circles(line[-LOOK_BACK:]):
            return "\n".join(lines[:number])
        at += len(line) + 1
    return text


class LineLoop:
    """Takes lines one by one and notices when the last of them are one run, several times."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._starts: list[int] = []
        self._seen: set[str] = set()

    def take(self, line: str, start: int) -> int | None:
        """Take the line that begins at `start`; where the repetition begins, once there is one."""
        if not line.strip():
            return None
        line = line.rstrip()
        lines = self._lines
        lines.append(line)
        self._starts.append(start)
        if line not in self._seen:
            self._seen.add(line)
            return None
        for size in range(1, min(LONGEST_RUN, len(lines) // SAME_RUNS) + 1):
            if lines[-1] != lines[-1 - size] or lines[-1] != lines[-1 - 2 * size]:
                continue
            run = lines[-size:]
            rounds = SAME_RUNS if _is_sentence(run) else 4 * SAME_RUNS
            if len(lines) >= rounds * size and all(
                lines[-size * (back + 1) : len(lines) - size * back] == run for back in range(1, rounds)
            ):
                return self._starts[len(lines) - size * (rounds - 1)]
        return None


def runs_in_circles(tail: str) -> bool:
    """Whether the end of a line is the same few characters over and over.

    The smallest period is found by the failure function of Knuth, Morris and Pratt (SIAM J. Comput. 6, 1977) on the
    reversed tail; GitHub Copilot uses the same on its last tokens. A period without letters does not count: rulers
    and tables of numbers are made of such.
    """
    if len(tail) < _LEAST_REPEATED or tail.count(tail[-_SAMPLE:]) < 2:
        return False  # nearly every line: its end stands in it once
    backwards = tail[::-1]
    failure = [0] * len(backwards)
    matched = 0
    for at in range(1, len(backwards)):
        while matched and backwards[at] != backwards[matched]:
            matched = failure[matched - 1]
        matched += backwards[at] == backwards[matched]
        failure[at] = matched
        length, period = at + 1, at + 1 - matched
        if length >= _LEAST_REPEATED and length >= _LEAST_TIMES * period:
            return any(map(str.isalpha, backwards[:period]))
    return False


def _is_sentence(run: Sequence[str]) -> bool:
    """Whether the run says something; rows of numbers and closers may repeat more often before they are a loop."""
    return any(is_telling(line) and any(map(str.isalpha, line)) for line in run)
