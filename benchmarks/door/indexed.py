"""The server's memory with the index of a large workspace in use.

    python -m benchmarks.door.indexed [FOLDER]

FOLDER defaults to the standard library. Waits until the index is complete, asks for suggestions at many places, and
reports resident memory: in all (mapped files that are shared with the system's cache included), and private.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.door.measure import resident, stdlib_lines
from tests.probe import Probe

BAR = 200  # MB, at about a million tokens
ASKED = 400


async def measure(folder: Path | None) -> tuple[float, float, int, float]:
    """Resident MB, private MB, tokens indexed and MB of the index's files."""
    from foretype.repository.index import WorkspaceIndex

    with tempfile.TemporaryDirectory() as place:
        tokens, size = 0, 0.0
        if folder is not None:
            index = WorkspaceIndex(folder, Path(place) / "foretype")
            await index.start()
            status = await index.settled()
            tokens, size = status.tokens, status.size / 2**20
            await index.close()
        environment = {f"XDG_{kind}_HOME": place for kind in ("CONFIG", "CACHE", "STATE")}
        probe = await Probe.start(env=environment)
        folders = [{"uri": folder.as_uri(), "name": "w"}] if folder else None
        await probe.initialize(workspaceFolders=folders)
        await asyncio.sleep(5)
        lines = stdlib_lines(2_000)
        probe.open("file:///elsewhere/x.py", "".join(lines))
        for number in range(ASKED):
            line = 1 + number * 4
            await probe.inline("file:///elsewhere/x.py", line, len(lines[line]) // 2)
        found = resident(probe.process.pid), resident(probe.process.pid, "RssAnon")
        await probe.close()
        return (*found, tokens, size)


async def main(folder: Path) -> None:
    """Print with and without the index."""
    bare = await measure(None)
    full = await measure(folder)
    print(f"memory after {ASKED} requests, MB")
    print(f"  no index                       resident {bare[0]:6.1f}   private {bare[1]:6.1f}")
    print(
        f"  {full[2]:>9,} tokens indexed      resident {full[0]:6.1f}   private {full[1]:6.1f}   (files {full[3]:.1f})"
    )
    print(f"  private bytes a token          {(full[1] - bare[1]) * 2**20 / max(1, full[2]):.1f}")
    print(f"  bar: at most {BAR} MB: {'met' if full[0] <= BAR else 'NOT MET'} ({full[0]:.1f})")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.__file__)).resolve()))
