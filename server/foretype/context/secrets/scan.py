"""All that a text gives away, line by line. Pure; the time is linear in the text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from foretype.context.secrets import blocks
from foretype.context.secrets.commands import command_secrets
from foretype.context.secrets.named import named_secrets
from foretype.context.secrets.runs import login_secrets, run_secrets
from foretype.context.secrets.values import NOTHING, Marks, Span


def scan(lines: Sequence[str], *, settings: bool = False) -> Marks:
    """Look at whole lines, with their ends. `settings`: values stand without quotes (YAML, INI, shell)."""
    text = "".join(lines)
    found = [
        *run_secrets(text),
        *named_secrets(text, settings=settings),
        *login_secrets(text),
        *command_secrets(text),
    ]
    marked = any(mark in text for mark in blocks.MARKS)
    if not found and not marked:
        return NOTHING
    starts = [0, *accumulate(map(len, lines))]
    by_line: dict[int, list[Span]] = {}
    for start, end, kind in found:
        for line in range(bisect_right(starts, start) - 1, bisect_right(starts, max(start, end - 1))):
            here = Span(max(0, start - starts[line]), min(end - starts[line], len(lines[line].rstrip("\r\n"))), kind)
            if here.start < here.end:
                by_line.setdefault(line, []).append(here)
    openers = tuple(n for n, each in enumerate(lines) if blocks.opens(each)) if marked else ()
    closers = tuple(n for n, each in enumerate(lines) if blocks.closes(each)) if marked else ()
    if marked:
        for number, each in enumerate(lines):
            if "BEGIN" in each or "END" in each:
                by_line.setdefault(number, []).extend(blocks.in_one_line(each))
    spans = {line: merged(found) for line, found in by_line.items() if found}
    runs = tuple(line for line in sorted(spans) if blocks.is_run(lines[line], spans[line]))
    return Marks(spans, openers, closers, runs)


def merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans of one line in order, those that overlap made one; the first one's kind counts."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.start, -each.end)):
        if found and span.start < found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end), found[-1].kind)
        else:
            found.append(span)
    return tuple(found)
