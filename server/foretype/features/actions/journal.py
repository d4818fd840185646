"""What bulk work has finished, on disk as it goes, so that a killed run is continued and nothing is asked twice.

One line of JSON for each answer, in a file of the user's own cache that only the user may read, and that goes when the
work is done. Blocks for a write of a few kilobytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

FOLDER: Final = "bulk"
LONGEST_KEPT: Final = 30 * 86_400.0
"""Seconds for which a run that was never finished can be continued: its answers hold what somebody's code says."""

_MOST_BYTES: Final = 200_000_000


def key_of(*parts: str) -> str:
    """A name for one piece of work by all that its answer depends on."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()


class Journal:
    """The finished answers of one run by key. `file` None keeps nothing."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._answers: dict[str, str] = {}
        self._torn = False

    def open(self) -> int:
        """Read what an earlier run has left; how many answers that are. Damaged lines count as not there."""
        if self._file is None:
            return 0
        _sweep(self._file.parent)
        with contextlib.suppress(OSError):
            if self._file.stat().st_size <= _MOST_BYTES:
                text = self._file.read_text(encoding="utf-8", errors="replace")
                self._torn = bool(text) and not text.endswith("\n")
                for line in text.splitlines():
                    with contextlib.suppress(ValueError, TypeError, KeyError):
                        entry = json.loads(line)
                        self._answers[str(entry["key"])] = str(entry["answer"])
        return len(self._answers)

    @property
    def count(self) -> int:
        """How many answers the next run will find; none where nothing is kept."""
        return len(self._answers) if self._file is not None else 0

    def answer(self, key: str) -> str | None:
        """The answer to this piece of work, None where it is not finished."""
        return self._answers.get(key)

    def add(self, key: str, answer: str) -> None:
        """One more is finished. Where that cannot be written, only this process knows it."""
        self._answers[key] = answer
        if self._file is None:
            return
        # A process that was killed in the middle of a line has left it without an end.
        line = "\n" * self._torn + json.dumps({"key": key, "answer": answer}) + "\n"
        self._torn = False
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "ab") as stream:
                stream.write(line.encode("ascii"))

    def remove(self) -> None:
        """All is done: nothing has to be continued."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.unlink()


def journal_for(cache: Path, names: Iterable[str]) -> Journal:
    """The journal of a run by what it is about: the same run, started again, finds it."""
    return Journal(cache / FOLDER / f"{key_of(*names)}.jsonl")


def _sweep(folder: Path) -> None:
    """Take away the journals that nobody has written to for so long."""
    with contextlib.suppress(OSError):
        for file in folder.glob("*.jsonl"):
            with contextlib.suppress(OSError):
                if time.time() - file.stat().st_mtime > LONGEST_KEPT:
                    file.unlink()
