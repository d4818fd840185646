"""20,000 didChange notifications: how much the server's memory grows; beside bare pygls.

python -m benchmarks.door.memory
"""

from __future__ import annotations

import asyncio

from benchmarks.door.measure import BARE, OURS, resident, stdlib_lines
from tests.probe import Probe

KEYS = 20_000
WARM_UP = 4_000
BAR = 1.0  # MB


async def grown(command: tuple[str, ...]) -> float:
    """MB of private memory that the server has more after the keys than before, warmed up first.

    The keys type and delete a word on one line, so that the document itself ends as it was.
    """
    probe = await Probe.start(command=command)
    await probe.initialize()
    uri = "file:///m.py"
    probe.open(uri, "".join(stdlib_lines(500)))

    async def keys(count: int, version: int) -> int:
        for number in range(count):
            version += 1
            step = number % 20
            column = step if step < 10 else 20 - step
            start, end = (column, column) if step < 10 else (column - 1, column)
            change = {
                "range": {"start": {"line": 9, "character": start}, "end": {"line": 9, "character": end}},
                "text": "x" if step < 10 else "",
            }
            identity = {"uri": uri, "version": version}
            probe.notify("textDocument/didChange", {"textDocument": identity, "contentChanges": [change]})
            if number % 200 == 199:
                await probe.inline(uri, 9, 0)
        await probe.inline(uri, 9, 0)
        return version

    version = await keys(WARM_UP, 1)
    before = resident(probe.process.pid, "RssAnon")
    await keys(KEYS, version)
    after = resident(probe.process.pid, "RssAnon")
    await probe.close()
    return after - before


async def main() -> None:
    """Print both."""
    bare = await grown(BARE)
    ours = await grown(OURS)
    print(f"private memory after {KEYS:,} didChange (and a suggestion asked for at every 200th)")
    print(f"  bare pygls  {bare:+7.2f} MB")
    print(f"  foretype    {ours:+7.2f} MB")
    print(f"  bar: less than {BAR} MB: {'met' if ours < BAR else 'NOT MET'}")


if __name__ == "__main__":
    asyncio.run(main())
