"""What the measurements share: processes' memory and processor time, quantiles, a file to work on."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

BARE = (sys.executable, "-m", "benchmarks.door.bare")
OURS = (sys.executable, "-m", "foretype")


def resident(pid: int, field: str = "VmRSS") -> float:
    """Resident memory of a process in MB (`RssAnon`: its own, without mapped files; `VmHWM`: the peak)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise ValueError(field)


def processor_time(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float]) -> str:
    """Median, 95th and 99th percentile."""
    return (
        f"p50 {statistics.median(values):.3f}  p95 {quantile(values, 0.95):.3f}  "
        f"p99 {quantile(values, 0.99):.3f}  max {max(values):.3f}"
    )


def stdlib_lines(count: int) -> list[str]:
    """Real code to edit: the standard library's larger modules, one after the other, `count` lines of them."""
    lines: list[str] = []
    folder = Path(os.__file__).parent
    names = ("typing", "argparse", "inspect", "tarfile", "subprocess", "doctest", "pydoc", "ast", "enum", "zipfile")
    while len(lines) < count:
        for name in names:
            lines += (folder / f"{name}.py").read_text(encoding="utf-8").splitlines(keepends=True)
    return lines[:count]
