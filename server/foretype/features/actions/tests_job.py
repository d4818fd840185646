"""Writing tests: the job's answer goes to the file where the project keeps the tests of this one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from foretype.features.actions.change import FileChange
from foretype.features.actions.run import Job
from foretype.features.actions.testing import find_test_place
from foretype.features.actions.values import Asked, Unfit, Unit
from foretype.settings.files import read_bytes
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.uris import path_of

MOST_BYTES = 2_000_000

Opened = Callable[[str], Document | None]


async def with_test_place(job: Job, opened: Opened, folders: Sequence[Path]) -> tuple[Job, FileChange]:
    """The job with its target, and the change that its edits will be part of. Raises Unfit where there is no place.

    Rust keeps tests in the file itself. A file that exists is read as it is in the editor, else from the disk.
    """
    source = path_of(job.document.uri)
    folder = next((each for each in folders if source is not None and source.is_relative_to(each)), None)
    if source is None or folder is None:
        raise Unfit("The file is not in a workspace folder, so there is no place for its tests.")
    place = await asyncio.to_thread(find_test_place, source, job.document.language_id, folder)
    if job.document.language_id == "rust":
        sentence = "They are put at the end of the same file: write one module with #[cfg(test)] and `use super::*;`."
        return _aimed(job, FileChange(job.document, ()), place.framework, sentence)
    uri = place.path.as_uri()
    document = opened(uri)
    is_open = document is not None
    if document is None:
        text = await asyncio.to_thread(_read, place.path) if place.exists else ""
        document = Document(uri, job.document.language_id, None, Lines(text))
    change = FileChange(document, (), creates=not place.exists and not is_open, open=is_open)
    return _aimed(job, change, place.framework, place.sentence)


def _aimed(job: Job, change: FileChange, framework: str, sentence: str) -> tuple[Job, FileChange]:
    lines = change.document.lines
    end = len(lines)
    while end > 0 and not lines[end - 1].strip():
        end -= 1
    target = Asked(change.document, Unit(0, end), "append", job.path)
    words = {**job.words, "framework": framework, "place": sentence}
    return replace(job, target=target, words=words), change


def _read(path: Path) -> str:
    try:
        # With `newline` untouched: edits must be about the text as it is in the file.
        return read_bytes(path, MOST_BYTES).decode("utf-8")
    except (OSError, ValueError) as error:
        raise Unfit(f"{path.name} could not be read.") from error
