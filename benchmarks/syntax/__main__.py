"""Measure what syntax trees cost: parsing, reading definitions, other threads' waits, and loading a grammar.

    python -m benchmarks.syntax [--rounds 5]

The text is the standard library's larger modules. Baseline of the first table is reading definitions by layout,
without any grammar. `parse` is the whole text anew, `one key` the same after one more character in its middle, with
the tree that was there (what an incremental tree would cost at every key), `statement end` what is asked of the
grammar while a suggestion streams in: the lines that enclose the place and 40 lines written, whatever the file's
size. Processor times, medians.

The second table is how long a thread that wants to run every millisecond has to wait at most while another thread
parses the largest text that is parsed at all (1 MB): in one go, and as `syntax.tree.parse` does it, piece by piece.
The baseline is the same thread beside one that sleeps. The third table loads each grammar in a process of its own,
beside importing `json`.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from benchmarks.door.measure import stdlib_lines
from foretype.syntax import plain
from foretype.syntax.grammars import Grammar, grammar_for, installed
from foretype.syntax.source import Source
from foretype.syntax.statement_end import Written, reach
from foretype.syntax.tree import LARGEST, SyntaxTree, parse, parsed, parser_of

SIZES = (500, 5_000, 50_000)
LANGUAGE = "python"
WRITTEN = 40

_LOADING = """
import time
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4
from foretype.syntax.grammars import load
before, begun = resident(), time.perf_counter()
{statement}
print((time.perf_counter() - begun) * 1000, resident() - before)
"""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.syntax")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    grammar = grammar_for(LANGUAGE)
    if grammar is None:
        sys.exit("No grammar for Python is installed: pip install 'foretype[grammars]'")
    lines = stdlib_lines(max(SIZES))
    parsing(lines, grammar, rounds)
    waiting("".join(lines)[:LARGEST], grammar)
    loading()


def parsing(lines: list[str], grammar: Grammar, rounds: int) -> None:
    """Times by the size of a file."""
    print(f"{'lines':>6} {'what':<22} {'median ms':>10} {'times layout':>13}")
    for size in SIZES:
        text = "\n".join(line.rstrip("\n") for line in lines[:size])
        half = written(text)
        ways: dict[str, Callable[[], object]] = {
            "layout": lambda text=text: plain.definitions(text, LANGUAGE),  # type: ignore[misc]
            "parse": lambda text=text: read(text, grammar),  # type: ignore[misc]
            "parse and definitions": lambda text=text: read(text, grammar).found,  # type: ignore[misc]
            "one key": one_key(text, grammar),
            "statement end": lambda half=half: reach(half, LANGUAGE),  # type: ignore[misc]
        }
        base = measured(ways["layout"], rounds)
        for name, way in ways.items():
            median = measured(way, rounds)
            print(f"{size:>6} {name:<22} {median:>10.2f} {median / base:>13.2f}")


def read(text: str, grammar: Grammar) -> SyntaxTree:
    """What `syntax.tree.parse` does, for texts that it finds too large as well."""
    source = Source(text, grammar.name)
    tree = parsed(parser_of(grammar), source.data)
    assert tree is not None
    return SyntaxTree(tree, source, grammar)


def written(text: str) -> Written:
    """A statement of 40 lines below two that enclose it."""
    body = [f"    {line}" for line in text.split("\n")[60 : 60 + WRITTEN]]
    return Written("\n".join(("class A:", "  def f(self):", *body)), 2, "")


def one_key(text: str, grammar: Grammar) -> Callable[[], object]:
    """One more character in the middle of a text that has been parsed."""
    data = Source(text, grammar.name).data
    parser = parser_of(grammar)
    at = data.find(b"\n", len(data) // 2)
    row, column = data.count(b"\n", 0, at), at - data.rfind(b"\n", 0, at) - 1
    changed = data[:at] + b" " + data[at:]

    def again() -> object:
        tree = parser.parse(data)
        tree.edit(at, at, at + 1, (row, column), (row, column), (row, column + 1))
        begun = time.process_time()
        parser.parse(changed, tree)
        return time.process_time() - begun

    return again


def measured(way: Callable[[], object], rounds: int) -> float:
    """The median processor time in milliseconds; a way that measures itself says it in seconds."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        said = way()
        times.append(1000 * (said if isinstance(said, float) else time.process_time() - begun))
    return statistics.median(times)


def waiting(text: str, grammar: Grammar) -> None:
    """The longest wait of another thread."""
    data = Source(text, grammar.name).data
    ways: dict[str, Callable[[], object]] = {
        "asleep": lambda: time.sleep(0.3),
        "in one go": lambda: parser_of(grammar).parse(data),
        "piece by piece": lambda: parse(text, LANGUAGE),
    }
    print(f"\n{'parsing the largest':<22} {'took ms':>8} {'longest wait ms':>16} {'times asleep':>13}")
    base = 0.0
    for name, way in ways.items():
        took, longest = beside(way)
        base = base or longest
        print(f"{name:<22} {1000 * took:>8.0f} {1000 * longest:>16.1f} {longest / base:>13.1f}")


def beside(way: Callable[[], object]) -> tuple[float, float]:
    """How long it took, and the longest pause of a thread that wants to run every millisecond."""
    pauses: list[float] = []
    done = threading.Event()

    def tick() -> None:
        last = time.perf_counter()
        while not done.is_set():
            time.sleep(0.001)
            now = time.perf_counter()
            pauses.append(now - last)
            last = now

    thread = threading.Thread(target=tick)
    thread.start()
    time.sleep(0.05)
    begun = time.perf_counter()
    way()
    took = time.perf_counter() - begun
    done.set()
    thread.join()
    return took, max(pauses)


def loading() -> None:
    """Time and memory of each grammar's first use."""
    print(f"\n{'first use of':<14} {'ms':>8} {'kB':>8} {'times json':>11}")
    base = 0.0
    for name in ("json", *installed()):
        statement = "import json" if name == "json" else f"assert load({name!r})"
        output = subprocess.run(
            [sys.executable, "-c", _LOADING.format(statement=statement)], check=True, capture_output=True, text=True
        ).stdout.split()
        taken, memory = float(output[0]), int(output[1])
        base = base or taken
        print(f"{name:<14} {taken:>8.1f} {memory:>8} {taken / base:>11.1f}")


if __name__ == "__main__":
    main()
