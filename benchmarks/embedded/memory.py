"""What an index costs the server's own memory: a fresh process maps the segments, uses them, and looks."""

from __future__ import annotations

import json
import mmap
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from foretype.embedded import OpenFile, Query, Segment, complete

__all__ = ["private_bytes_per_token"]


def private_bytes_per_token(segments: Sequence[Segment]) -> float:
    """Growth of a process's private memory from mapping and asking these segments, in bytes for each token."""
    with tempfile.TemporaryDirectory() as folder:
        for number, segment in enumerate(segments):
            (Path(folder) / f"{number}").write_bytes(segment.buffer)
        command = [sys.executable, "-m", f"{__package__}.memory", folder]
        found = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(json.loads(found.stdout)) / sum(segment.tokens for segment in segments)


def _private_bytes() -> int:
    """Resident memory that is this process alone (Linux): the pages of a mapped file are not."""
    report = Path("/proc/self/smaps_rollup").read_text()
    return 1024 * int(re.findall(r"^Anonymous:\s+(\d+)", report, re.MULTILINE)[0])


def _grow(folder: Path) -> int:
    chunks = [("import os\n", "def main(self):\n", "    return \n")]
    query = Query(chunks, 2, 11, None, "python")
    complete(query, OpenFile())  # What any query needs is not the index's.
    before = _private_bytes()
    segments = []
    for file in sorted(folder.iterdir()):
        with file.open("rb") as stream:
            segments.append(Segment(memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))))
    for line in range(3):
        for column in range(12):
            complete(Query(chunks, line, column, None, "python"), OpenFile(), segments)
    return _private_bytes() - before


if __name__ == "__main__":
    print(_grow(Path(sys.argv[1])))
