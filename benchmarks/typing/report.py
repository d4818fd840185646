"""The figures as a table, beside the baseline of this run, the peers' figures, and the bars."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .causes import MISSES, WASTE
from .figures import Figures

WIDTH: Final = 52


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. Peers and bar are for the fast profile and the hosted one; the bar is kept at `least`
    or at `most` it, where it is one."""

    name: str
    value: Callable[[Figures], float]
    form: str
    tabby: tuple[float, float] | None = None
    llama: tuple[float, float] | None = None
    least: tuple[float, float] | None = None
    most: tuple[float, float] | None = None


PEERS: Final = (
    "tabby-agent 1.9 and llama.vim: constants, measured earlier the same way on a quiet machine, not in this run"
)

ROWS: Final = (
    Row("keys", lambda one: one.keys, "{:.0f}"),
    Row("keys per 100 characters", lambda one: one.keys_per_100, "{:.1f}"),
    Row("suggestions taken", lambda one: one.accepted, "{:.0f}"),
    Row("  % of the lines that had a right one", lambda one: 100 * one.accepted / max(1, one.chances), "{:.0f}"),
    Row("a suggestion on the screen, % of keys", lambda one: 100 * one.shown, "{:.1f}", None, (96, 91), (97, 93)),
    Row("a right one, % of keys", lambda one: 100 * one.right, "{:.1f}", (47, 30), (92, 90), (93, 92)),
    Row("  could be right (no typo in the way), %", lambda one: 100 * one.possible, "{:.1f}"),
    Row("  a right one, % of those", lambda one: 100 * one.right / one.possible, "{:.1f}", None, None, (93, 92)),
    *(
        Row(f"    {text}", lambda one, cause=cause: 100 * one.missed[cause], "{:.1f}")  # type: ignore[misc]
        for cause, text in MISSES.items()
    ),
    Row("model requests per 1,000 keys", lambda one: one.requests, "{:.0f}", (105, 500), (820, 369), None, (150, 150)),
    Row("  of these ahead of the caret", lambda one: one.ahead, "{:.0f}"),
    Row("tokens generated", lambda one: one.tokens, "{:.0f}"),
    Row("  never shown, %", lambda one: 100 * one.never_shown, "{:.1f}", (50, 52), (17, 18), None, (10, 10)),
    *(
        Row(f"    {text}", lambda one, cause=cause: 100 * one.waste.get(cause, 0.0), "{:.1f}")  # type: ignore[misc]
        for cause, text in WASTE.items()
    ),
    Row("typed through", lambda one: one.through_keys, "{:.0f}"),
    Row("  without the model, in time, %", lambda one: 100 * one.through, "{:.1f}", (5, 5), (94, 98), (99, 99)),
    Row("key to request, p50 ms", lambda one: one.key_to_request.p50, "{:.1f}"),
    Row("key to request, p95 ms", lambda one: one.key_to_request.p95, "{:.1f}", None, (300, 1600)),
    Row("added to the model's own time, p50 ms", lambda one: one.added.p50, "{:.1f}", (14, 13), (7, 7), None, (5, 5)),
    Row("added, p95 ms", lambda one: one.added.p95, "{:.1f}", (46, 81), (16, 13), None, (12, 12)),
    Row("  behind the first line, p50 ms", lambda one: one.behind_line.p50, "{:.1f}"),
    Row("  behind the first line, p95 ms", lambda one: one.behind_line.p95, "{:.1f}"),
    Row("  answers measured", lambda one: one.added.count, "{:.0f}"),
    Row("server's processor time a key, ms", lambda one: one.cpu, "{:.2f}", (8, 14), None, None, (5, 5)),
    Row("damaging edits", lambda one: one.damages, "{:.0f}", None, None, None, (0, 0)),
    Row("requests answered with an error", lambda one: one.errors, "{:.0f}", None, None, None, (0, 0)),
    Row("windows that popped up", lambda one: one.popups, "{:.0f}", None, None, None, (0, 0)),
)


def table(profile: str, ours: Figures, naive: Figures | None) -> list[str]:
    """The lines of a profile's table."""
    column = 1 if profile == "hosted" else 0
    head = f"{profile:{WIDTH}} {'ours':>8} {'naive':>8} {'ratio':>6} {'tabby':>7} {'llama.vim':>9}   bar"
    return [head, *(_line(row, column, ours, naive) for row in ROWS)]


def unmet(profile: str, ours: Figures) -> list[str]:
    """The names of the bars that are not kept."""
    column = 1 if profile == "hosted" else 0
    return [row.name.strip() for row in ROWS if _kept(row, column, row.value(ours)) is False]


def _line(row: Row, column: int, ours: Figures, naive: Figures | None) -> str:
    value = row.value(ours)
    base = row.value(naive) if naive else math.nan
    ratio = f"{value / base:.2f}" if base and not math.isnan(value / base) else ""
    tabby, llama = (f"{peer[column]:g}" if peer else "" for peer in (row.tabby, row.llama))
    kept = _kept(row, column, value)
    bar = "" if kept is None else f"{_bar(row, column)}: {'met' if kept else 'NOT MET'}"
    both = f"{_shown(row, value):>8} {_shown(row, base):>8}"
    return f"{row.name:{WIDTH}} {both} {ratio:>6} {tabby:>7} {llama:>9}   {bar}".rstrip()


def _shown(row: Row, value: float) -> str:
    return "" if math.isnan(value) else row.form.format(value)


def _bar(row: Row, column: int) -> str:
    return f"at least {row.least[column]:g}" if row.least else f"at most {row.most[column]:g}" if row.most else ""


def _kept(row: Row, column: int, value: float) -> bool | None:
    if row.least is not None:
        return value >= row.least[column]
    return value <= row.most[column] if row.most is not None else None
