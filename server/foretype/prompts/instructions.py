"""What a project says to models: AGENTS.md, Copilot's file and our own, for code actions.

Files are read in a thread, never on the event loop. Who calls has made sure that the user trusts the workspace; ghost
text never sees any of this.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from foretype.settings.files import read_bytes

AGENTS: Final = "AGENTS.md"
AT_THE_TOP: Final = (".foretype/instructions.md", AGENTS, ".github/copilot-instructions.md")
"""Below the workspace's folder, the most particular first: what comes first is cut last."""

MOST_BYTES: Final = 64_000
"""Of one file; a longer one is left out. The cap in tokens is `render_task`'s."""

_MOST_FOLDERS: Final = 20


@dataclass(frozen=True, slots=True)
class Instructions:
    """The text for the system message, and the files that it came from, below the workspace's folder."""

    text: str = ""
    paths: tuple[str, ...] = ()


async def read_instructions(
    folder: Path, document: Path | None, allowed: Callable[[Path], Awaitable[bool]]
) -> Instructions:
    """The instructions of a workspace that the user trusts, for one of its documents.

    An AGENTS.md in a folder between the document and the top counts before those above it. A file that is a link to
    outside of the workspace, is too long, is not UTF-8, or that `allowed` does not let pass, counts as not there: the
    gate does not know what these files are for, and one may be a link to a file that no model may see.
    """
    texts: dict[str, str] = {}
    for name, text in (await asyncio.to_thread(_read, folder, document)).items():
        # AGENTS.md and Copilot's file are often the same one, linked or copied.
        if text not in texts.values() and await allowed(folder / name):
            texts[name] = text
    return Instructions("\n\n".join(texts.values()), tuple(texts))


def _read(folder: Path, document: Path | None) -> dict[str, str]:
    root = Path(os.path.realpath(folder))
    texts: dict[str, str] = {}
    for path in _wanted(folder, document):
        try:
            real = Path(os.path.realpath(path))
            if not real.is_relative_to(root):
                continue
            text = read_bytes(real, MOST_BYTES).decode("utf-8-sig").strip()
        except (OSError, ValueError):  # not there, no file, too long, not UTF-8, or a name that is no path
            continue
        if text:
            texts[path.relative_to(folder).as_posix()] = text.replace("\r\n", "\n")
    return texts


def _wanted(folder: Path, document: Path | None) -> Iterator[Path]:
    yield folder / AT_THE_TOP[0]
    if document is not None and document.is_relative_to(folder):
        inside = [above for above in document.parents if above != folder and above.is_relative_to(folder)]
        for above in inside[:_MOST_FOLDERS]:
            yield above / AGENTS
    for name in AT_THE_TOP[1:]:
        yield folder / name
