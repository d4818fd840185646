"""Measure what reading text for secrets costs, beside the plain copy of the same text.

    python -m benchmarks.secrets

`redact` is what a snippet costs that was not seen before; `copy` splits the same text into lines and joins them.
`key` is what a document of 5,000 lines costs at each key (processor time), beside the edit itself; one of them holds
a secret every 100 lines. `step` is the longest that the event loop is held while such a document is read after its
opening. `hostile` texts are made to be slow: the time for twice the length must be about twice as long.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.door.measure import quantile, stdlib_lines
from foretype.context.secrets import redact
from foretype.context.secrets.document import DocumentScan
from foretype.text.document import Change, Document
from foretype.text.lines import Lines, split_lines
from foretype.text.positions import Position

LINES, KEYS = 5_000, 1_000
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def main() -> None:
    """Print the tables."""
    texts = ["".join(run) for run in _runs(40_000, 60)]
    size = sum(map(len, texts))
    copied = _seconds(lambda: [("".join(split_lines(text))) for text in texts])
    read = _seconds(lambda: [redact(text, f"{number}.py") for number, text in enumerate(texts)])
    print(f"{'copy':<24}{size / copied / 1e6:>9.1f} MB/s")
    print(f"{'redact':<24}{size / read / 1e6:>9.1f} MB/s {read / copied:>8.1f} times the copy")
    print(f"\n{'document':<24}{'edit µs':>9}{'key p50':>9}{'p95':>9}{'p99':>9}{'step ms':>9}{'first ms':>10}")
    for name, lines in (("5,000 lines", _ordinary()), ("with 50 secrets", _with_secrets())):
        print(f"{name:<24}{_keys(lines)}")
    print(f"\n{'hostile':<24}{'MB/s':>9}{'twice as long':>15}")
    for name, text in _hostile():
        once, twice = (_seconds(partial(redact, each)) for each in (text, text * 2))
        print(f"{name:<24}{len(text) / once / 1e6:>9.1f}{twice / once:>14.1f} times")


def _seconds(work: Callable[[], object]) -> float:
    from foretype.context.secrets import redaction

    best = float("inf")
    for _ in range(3):
        redaction._redacted.cache_clear()
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return max(best, 1e-6)


def _runs(lines: int, size: int) -> Iterator[list[str]]:
    found = stdlib_lines(lines)
    for start in range(0, len(found), size):
        yield found[start : start + size]


def _ordinary() -> list[str]:
    return stdlib_lines(LINES)[:LINES]


def _with_secrets() -> list[str]:
    dice = random.Random(1)
    lines = _ordinary()
    for number in range(0, LINES, 100):
        lines[number] = f'PASSWORD = "{"".join(dice.choice(LETTERS) for _ in range(24))}"\n'
    return lines


def _keys(lines: list[str]) -> str:
    document = Document("file:///a.py", "python", 1, Lines("".join(lines)))
    scan = DocumentScan()
    began = time.process_time()
    scan.shown(document, Position(LINES // 2, 0))
    first = time.process_time() - began
    steps, at = [], time.process_time()
    for _ in DocumentScan().prepare(document):
        now = time.process_time()
        steps.append(now - at)
        at = now
    for _ in scan.prepare(document):
        pass
    scan.shown(document, Position(LINES // 2, 0))
    edits, keys = [], []
    for number in range(KEYS):
        place = Position(LINES // 2 + number // 40, number % 40)
        text = "\n" if place.column == 0 else "abcdef ghij"[number % 11]
        place = Position(place.line, 0 if text == "\n" else min(place.column, len(document.line(place.line))))
        began = time.process_time_ns()
        document = document.apply([Change(place, place, text)], number, "utf-32")
        edited = time.process_time_ns()
        scan.shown(document, place)
        keys.append((time.process_time_ns() - edited) / 1000)
        edits.append((edited - began) / 1000)
    figures = [quantile(edits, 0.5), *(quantile(keys, share) for share in (0.5, 0.95, 0.99))]
    return "".join(f"{figure:>9.0f}" for figure in figures) + f"{max(steps) * 1000:>9.1f}{first * 1000:>10.1f}"


def _hostile() -> Iterator[tuple[str, str]]:
    dice = random.Random(2)
    drawn = "".join(dice.choice(LETTERS) for _ in range(300_000))
    begin = "-----BEG" + "IN RSA PRIVATE KEY-----\n"
    yield "one long word", "a" * 300_000
    yield "random in one line", drawn
    yield "names only", "password" * 40_000
    yield "names and signs", "password=" * 35_000
    yield "open quotes", 'secret = "' * 30_000
    yield "addresses", "a://b:" * 50_000
    yield "beginnings of keys", begin * 9_000
    yield "bodies", (drawn[:64] + "\n") * 4_600
    yield "dots", ("a" * 15 + ".") * 18_000
    yield "beginnings of tokens", ("gh" + "p_ ") * 60_000
    yield "name= and blanks", "token" + " " * 300_000
    yield "backslashes", "secret=" + "\\" * 300_000
    yield "names and blanks", ("token" + " " * 60) * 4_600
    yield "a long literal", 'x = secret("' + "secret=" * 43_000
    yield "brackets", "password(((((" * 23_000


if __name__ == "__main__":
    main()
