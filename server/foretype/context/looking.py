"""What only the disk knows of a file: where links lead, and what ignore files say. Looked up in threads, and kept.

A network drive may hang for minutes, so nothing here is ever waited for on the event loop for more than a moment, and
the threads are daemons: the process ends without those that hang.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from foretype.context.names import Ways, is_data, secret_name
from foretype.repository.ignore import IGNORE_FILES, global_ignore_file, rules_for

PATIENCE: Final = 0.3
"""Seconds that a suggestion waits for the disk. A local look-up takes about 1 ms, on a slow network drive 50."""

ASKED_PATIENCE: Final = 2.0
"""The same for somebody who has asked for something, a menu or an action: on a busy disk better late than nothing."""

LASTS: Final = 20.0
"""Seconds after which an answer is looked up anew, while it goes on to count."""

KEPT: Final = 512
KEPT_FOR_EACH: Final = 128
"""Answers that are kept beyond that for each folder: a snippet's path is looked up below all of them, and what is
forgotten before all of it is known is never known."""

AT_ONCE: Final = 8
"""Look-ups that run side by side; where so many hang, the others wait, and their files are withheld."""


_Question = tuple[Path, bool]


@dataclass(slots=True)
class _Answer:
    reason: str | None
    asked: float


class Looking:
    """The answers of the disk for one client's documents. Called on one event loop, or by one thread without any."""

    def __init__(self, globs: tuple[str, ...], folders: tuple[Path, ...], ways: Ways) -> None:
        self._judge = Judge(globs, folders, ways)
        self._kept = KEPT + KEPT_FOR_EACH * len(folders)
        self._answers: OrderedDict[_Question, _Answer] = OrderedDict()
        self._waiting: OrderedDict[_Question, None] = OrderedDict()
        self._running = 0
        self._lock = threading.Lock()
        self._era = 0
        self._told: set[asyncio.Future[None]] = set()

    def reason(self, path: Path, *, is_code: bool = False) -> str | None:
        """Why no model may see the file, "" where one may, None where it is not known yet; then it is looked up.

        `is_code`: the document is a piece of the file and code, whatever the file's name says (a notebook's cell).
        """
        question = (path, is_code)
        with self._lock:
            answer = self._answers.get(question)
            if answer is None or time.monotonic() - answer.asked > LASTS:
                known = None if answer is None else answer.reason
                self._answers[question] = _Answer(known, time.monotonic())
                self._answers.move_to_end(question)
                while len(self._answers) > self._kept:
                    self._waiting.pop(self._answers.popitem(last=False)[0], None)
                self._waiting[question] = None
                self._start()
                return known
            return answer.reason

    async def known(self, path: Path, *, is_code: bool = False, patience: float | None = None) -> None:
        """Wait for the answer, so many seconds at most, `PATIENCE` where none is said; at once where it is there."""
        if self.reason(path, is_code=is_code) is not None:
            return
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (PATIENCE if patience is None else patience)
        while (left := deadline - loop.time()) > 0:
            told = loop.create_future()
            with self._lock:
                answer = self._answers.get((path, is_code))
                if answer is not None and answer.reason is not None:
                    return
                self._told.add(told)
            try:
                await asyncio.wait([told], timeout=left)
            finally:
                with self._lock:
                    self._told.discard(told)

    def forget(self) -> None:
        """Nothing that was said counts any more, nor what is being looked up now."""
        with self._lock:
            self._era += 1
            self._answers.clear()
            self._waiting.clear()

    def _start(self) -> None:
        # The lock is held.
        while self._waiting and self._running < AT_ONCE:
            question, _ = self._waiting.popitem(last=False)
            self._running += 1
            threading.Thread(target=self._look, args=(question, self._era), daemon=True, name="gate").start()

    def _look(self, question: _Question, era: int) -> None:
        try:
            reason = self._judge.reason(*question)
        except (OSError, ValueError, RuntimeError):
            reason = "The file could not be looked up, so no model is shown it."
        with self._lock:
            self._running -= 1
            if era == self._era:
                self._answers[question] = _Answer(reason, time.monotonic())
            self._start()
            told = list(self._told)
        for future in told:
            _tell(future)


def _tell(future: asyncio.Future[None]) -> None:
    def done() -> None:
        if not future.done():
            future.set_result(None)

    try:
        future.get_loop().call_soon_threadsafe(done)
    except RuntimeError:
        return  # the loop has ended, and with it whoever waited


class Judge:
    """The look-ups themselves; they may block. Safe to be asked by several threads."""

    def __init__(self, globs: tuple[str, ...], folders: tuple[Path, ...], ways: Ways) -> None:
        self._globs = globs
        self._folders = folders
        self._ways = ways
        self._global_file: Path | None = None

    def reason(self, path: Path, is_code: bool = False) -> str:
        """Why no model may see the file, as one sentence; "" where one may. `is_code`: see `Looking.reason`."""
        # What a link leads to is what would be sent; what it is called here counts as well.
        real = Path(os.path.realpath(path))
        if real != path and (reason := secret_name(real)):
            return reason
        roots = [(folder, Path(os.path.realpath(folder))) for folder in self._folders]
        home = next((root for _, root in roots if real.is_relative_to(root)), None)
        if home is None and roots and not self._ways.outside_workspace:
            named = Path(os.path.normpath(path))
            if any(named.is_relative_to(folder) for folder, _ in roots):
                return "The file is a link that leads out of the workspace, so no model is shown it."
            return "The file is outside the workspace folders, so no model is shown it (context.outside_workspace)."
        reason, chosen = self._ignored(real, home or real.parent)
        if not reason and not is_code and is_data(real) and chosen is not False:
            return f"{real.name} is a lock or data file, so no model is shown it."
        return reason

    def _ignored(self, real: Path, root: Path) -> tuple[str, bool | None]:
        """Why ignore files keep the file back, and what the last pattern of our own said of it."""
        rules = rules_for(root, self._globs, self._global_ignore_file())
        relative = real.relative_to(root)
        steps = [*(f"{part.as_posix()}/" for part in reversed(relative.parents) if part.parts), relative.as_posix()]
        folder, chosen = "", None
        for step in steps:
            rules = rules.enter(root / folder, folder, IGNORE_FILES)
            if rules.ignored_by_git(step) and not self._ways.git_ignored:
                return "Git ignores the file, so no model is shown it (context.git_ignored).", chosen
            here = rules.chosen(step)
            if here:
                return "The file is excluded by .foretypeignore or the settings, so no model is shown it.", True
            chosen, folder = here if here is not None else chosen, step
        return "", chosen

    def _global_ignore_file(self) -> Path:
        # Git is asked once: that starts a process.
        if self._global_file is None:
            self._global_file = global_ignore_file()
        return self._global_file
