"""The least that any index must do: read the same files. And what git does for one search."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from foretype.repository.options import IndexOptions
from foretype.repository.walk import Walker


@dataclass(frozen=True, slots=True)
class Reading:
    """CPU seconds, and the bytes read."""

    cpu_seconds: float
    size: int = 0


def read_all(folder: Path) -> Reading:
    """Walk with os.walk, and read and decode what the index keeps, without looking at any of it."""
    kept = {str(folder / candidate.path) for candidate in Walker(folder, IndexOptions()).files()}
    began, size = time.process_time(), 0
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if path in kept:
                with open(path, "rb") as file:
                    size += len(file.read().decode("utf-8", "replace"))
    return Reading(time.process_time() - began, size)


def git_grep(folder: Path) -> Reading | None:
    """`git grep` over the folder for a word that is not there; None without git."""
    command = ["git", "grep", "--no-index", "--exclude-standard", "-I", "-q", "-e", "zq" + "xjkv"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        subprocess.run(command, cwd=folder, check=False, capture_output=True)
    except FileNotFoundError:
        return None
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Reading(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
