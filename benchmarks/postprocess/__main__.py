"""Measure the processor time of fitting a suggestion to the buffer, beside cheaper and dearer ways.

    python -m benchmarks.postprocess [--rounds 20]

Suggestions are real code (the standard library's larger modules) with their own lines around them: 200 lines at a
place, as after a long generation, and the 10 lines and 1 line that are usual. Each text is fitted as at every key
that types through it, and no text twice in a row, so nothing is answered from a cache of the text before. `stream`
is what watching the same text costs while it comes in, in pieces of four characters, for the whole of it.

Baselines: `rstrip` takes white space off and no more; `difflib` looks for a repetition of the lines below with
`SequenceMatcher` on each line, as its documentation suggests for near matches, and does nothing else.
"""

from __future__ import annotations

import argparse
import difflib
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.door.measure import quantile, stdlib_lines
from foretype.postprocess.pipeline import fit
from foretype.postprocess.streaming.watch import Watch
from foretype.postprocess.surroundings import LINES_ABOVE, Surroundings

BAR_MS = 2.0
"""CPU median for a suggestion of 200 lines."""

PLACES = 25
_NEAR = 0.95


@dataclass(frozen=True, slots=True)
class Place:
    """A suggestion and where it goes; `text` changes a little from round to round."""

    text: str
    around: Surroundings


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.postprocess")
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    print(f"{'lines':>6} {'way':<8} {'median ms':>10} {'p95 ms':>8} {'times rstrip':>13}")
    for lines in (200, 10, 1):
        places = list(places_of(lines))
        base = statistics.median(measured(strip_only, places, rounds))
        ways = {"rstrip": strip_only, "difflib": difflib_only, "fit": fit_one, "stream": watch_one}
        for name, way in ways.items():
            times = measured(way, places, rounds if name != "difflib" else max(1, rounds // 10))
            median = statistics.median(times)
            bar = f"   bar {BAR_MS} ms" if name == "fit" and lines == 200 else ""
            print(f"{lines:>6} {name:<8} {median:>10.4f} {quantile(times, 0.95):>8.4f} {median / base:>13.1f}{bar}")


def places_of(size: int) -> Iterator[Place]:
    """Places in real code where the next `size` lines are the suggestion, followed by what follows them."""
    lines = [line.rstrip("\n") for line in stdlib_lines(20_000)]
    step = (len(lines) - 1000) // PLACES
    for first in range(LINES_ABOVE, LINES_ABOVE + PLACES * step, step):
        start = next(number for number in range(first, len(lines)) if lines[number].strip())
        margin = lines[start][: len(lines[start]) - len(lines[start].lstrip())]
        below = tuple(lines[start + size : start + 3 * size + 1])
        above = tuple(lines[start - LINES_ABOVE : start])
        text = "\n".join(lines[start : start + size])[len(margin) :]
        yield Place(text, Surroundings(margin, "", below, size, above, "python"))


def measured(way: Callable[[Place], object], places: list[Place], rounds: int) -> list[float]:
    """Processor times in milliseconds."""
    times = []
    for number in range(rounds):
        for place in places:
            text = f"{place.text} + {number}\n"  # another text, so that it is read anew
            changed = Place(text, place.around)
            begun = time.process_time_ns()
            way(changed)
            times.append((time.process_time_ns() - begun) / 1e6)
    return times


def fit_one(place: Place) -> object:
    """All filters."""
    return fit(place.text, place.around)


def watch_one(place: Place) -> object:
    """The watch over the whole stream."""
    watch = Watch(place.around, "block")
    for end in range(4, len(place.text), 4):
        if watch(place.text[:end]) is not None:
            return end
    return None


def strip_only(place: Place) -> object:
    """White space at the ends."""
    return "\n".join(line.rstrip() for line in place.text.split("\n")).rstrip()


def difflib_only(place: Place) -> object:
    """Whether a line is nearly the first one below."""
    first = next((line.strip() for line in place.around.below if line.strip()), "")
    matcher = difflib.SequenceMatcher(b=first, autojunk=False)
    for line in place.text.split("\n"):
        matcher.set_seq1(line.strip())
        if matcher.real_quick_ratio() >= _NEAR and matcher.quick_ratio() >= _NEAR and matcher.ratio() >= _NEAR:
            return line
    return None


if __name__ == "__main__":
    main()
