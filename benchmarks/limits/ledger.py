"""What counting in a file that all windows share adds to a request.

    python -m benchmarks.limits.ledger [--requests 400]

A request waits for one transaction before it is sent; another one, after its answer, is waited for by nobody. Measured
in one window alone, and while two other windows ask ten times a second
each; beside it the same in this process's memory, which three windows could not share.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from foretype.scheduling.ledger import Account, Ledger, LocalLedger, Settlement
from foretype.scheduling.ledger_thread import LedgerThread
from foretype.scheduling.meters import LEDGER_FILE
from foretype.scheduling.shared_ledger import SharedLedger
from foretype.scheduling.spending import Allowance, Wish

ACCOUNT: Final = Account("benchmark", Allowance(1_000_000, 1_000_000_000, 10**12, 1_000_000))
WISH: Final = Wish("interactive", 1_500)
EVERY: Final = 0.1
"""Seconds between two requests, as in typing."""


async def measure(ledger: Ledger, requests: int, every: float) -> tuple[list[float], list[float]]:
    """Milliseconds of each admission as its asker waits for it, and of each settlement in the ledger's thread."""
    thread, admissions, settlements = LedgerThread(ledger), [], []
    for _ in range(requests):
        began = time.perf_counter()
        entry = await thread.admit(ACCOUNT, WISH)
        admissions.append(1000 * (time.perf_counter() - began))
        if not isinstance(entry, int):
            raise SystemExit(f"refused: {entry.reason}")
        began = time.perf_counter()
        thread.settle(ACCOUNT, entry, Settlement(900, time.monotonic()))
        await thread.last_minute(ACCOUNT)  # one thread: when this is answered, that is written
        settlements.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(every)
    await thread.close()
    return admissions, settlements


@asynccontextmanager
async def others(folder: Path, count: int) -> AsyncIterator[None]:
    """Other windows that ask all the time."""
    command = (sys.executable, "-m", "benchmarks.limits.ledger", "--window", str(folder))
    windows = [await asyncio.create_subprocess_exec(*command) for _ in range(count)]
    try:
        await asyncio.sleep(1.0)
        yield
    finally:
        for window in windows:
            window.kill()
            await window.wait()


async def main(requests: int) -> None:
    """Print the table."""
    print(f"{'milliseconds':44}{'p50':>8}{'p95':>8}{'max':>8}")
    _print("in memory: admission", (await measure(LocalLedger(), requests, 0.01))[0])
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / LEDGER_FILE
        admissions, settlements = await measure(SharedLedger(path), requests, 0.01)
        _print("shared file, one window: admission", admissions)
        _print("  settlement and a reading, unwaited", settlements)
        async with others(Path(place), 2):
            _print("shared file, three windows: admission", (await measure(SharedLedger(path), requests, 0.03))[0])


async def window(folder: Path) -> None:
    """Ask until killed."""
    await measure(SharedLedger(folder / LEDGER_FILE), 1_000_000, EVERY)


def _print(name: str, found: list[float]) -> None:
    ordered = sorted(found)
    print(f"{name:44}{ordered[len(ordered) // 2]:8.2f}{ordered[int(0.95 * len(ordered))]:8.2f}{ordered[-1]:8.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--window", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    asyncio.run(window(options.window) if options.window else main(options.requests))
