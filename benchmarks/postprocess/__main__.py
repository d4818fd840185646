"""Measure the processor time of fitting a suggestion to the buffer, beside cheaper and dearer ways.

    python -m benchmarks.postprocess [--rounds 20]

Suggestions are real code (the standard library's larger modules) with their own lines around them: 200 lines at a
place, as after a long generation, and the 10 lines and 1 line that are usual. Each text is fitted as at every key
that types through it, and no text twice in a row, so nothing is answered from a cache of the text before. `stream`
is what watching the same text costs while it comes in, in pieces of four characters, up to where it is ended.

The second table is about streams that are never ended: 200 lines as the body of a function that goes on, in pieces
of four characters, with a grammar and without; and 200 lines of C in which every other is a label at the margin, so
that the grammar is asked as often as it ever is.

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
from unittest.mock import patch

from benchmarks.door.measure import quantile, stdlib_lines
from foretype.postprocess.pipeline import fit
from foretype.postprocess.streaming import by_tree
from foretype.postprocess.streaming.watch import Watch
from foretype.postprocess.surroundings import LINES_ABOVE, Surroundings
from foretype.syntax.statement_end import reach

BAR_MS = 2.0
"""CPU median for a suggestion of 200 lines."""

PIECE_MS = 0.1
"""CPU mean for a piece of a stream."""

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
    endless(rounds)


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


def endless(rounds: int) -> None:
    """What a piece of a stream costs that is not ended."""
    places = [(place.around.above, place.text) for place in places_of(200)]
    python = [deepened(above, text) for above, text in places]
    labels = "".join(f"        step({number});\nlabel_{number}:\n" for number in range(100))
    c = [Place("\n" + labels, Surroundings("    if (a) {", "", (), 1_000, ("void f(void)", "{"), "c"))]
    print(f"\n{'whole stream':<14} {'way':<8} {'ms a piece':>11} {'longest ms':>11} {'times layout':>13}")
    for name, streams in (("python", python), ("c, labels", c)):
        base = 0.0
        for way in ("layout", "grammar"):
            with patch.object(by_tree, "reach", reach if way == "grammar" else lambda *_: None):
                costs = [cost for _ in range(max(1, rounds // 5)) for place in streams for cost in pieces(place)]
            mean = statistics.mean(costs)
            base = base or mean
            print(f"{name:<14} {way:<8} {mean:>11.4f} {max(costs):>11.2f} {mean / base:>13.1f}   bar {PIECE_MS} ms")


def deepened(above: tuple[str, ...], text: str) -> Place:
    """The text as the body of a function, with no two blank lines and nothing that would end it."""
    lines = [f"        {line.strip() and line}" for line in text.split("\n") if line.strip()]
    around = Surroundings("    def body(self):", "", (), 1_000, (*above, "class Whole:"), "python")
    return Place("\n" + "\n".join(lines), around)


def pieces(place: Place) -> list[float]:
    """Processor milliseconds of each look at a stream in pieces of four characters."""
    watch = Watch(place.around, "statement")
    costs = []
    for end in range(4, len(place.text), 4):
        begun = time.process_time_ns()
        useful = watch(place.text[:end])
        costs.append((time.process_time_ns() - begun) / 1e6)
        if useful is not None:
            break
    return costs


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
