"""The user's and the project's own actions: from settings, and from `.foretype/actions/*.md` of a trusted workspace.

A file is the prompt, with an optional head between two lines of `---`: `title`, `output` (replace, insert or explain),
`languages` (names with commas between). Read in a thread; what cannot be read is left out and said once by the caller.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from foretype.context.names import secret_name
from foretype.features.actions.tasks import Task, Use
from foretype.settings.files import read_bytes
from foretype.settings.model import CustomAction

FOLDER: Final = ".foretype/actions"
MOST_FILES: Final = 50
MOST_BYTES: Final = 64_000
PREFIX: Final = "own:"
"""What the names of such tasks begin with, so that none is taken for one that is built in."""

_HEAD: Final = re.compile(r"\ufeff?---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_USES: Final[dict[str, Use]] = {"replace": "rewrite", "insert": "insert", "explain": "prose"}
_LONGEST_TITLE: Final = 80


@dataclass(frozen=True, slots=True)
class OwnTask:
    """A task, and the languages in which it is offered; all where there are none."""

    task: Task
    languages: tuple[str, ...] = ()

    def fits(self, language: str) -> bool:
        """Whether it is offered in documents of this language."""
        return not self.languages or language in self.languages


def from_settings(custom: Mapping[str, CustomAction]) -> list[OwnTask]:
    """Those of the user's settings; one without a prompt is left out."""
    return [
        OwnTask(_task(f"{PREFIX}{name}", action.title or name, action.output, action.prompt), action.languages)
        for name, action in custom.items()
        if action.prompt.strip()
    ]


def from_folder(folder: Path) -> tuple[list[OwnTask], list[str]]:
    """Those of a trusted workspace, and a sentence for each file that cannot be used. To be called in a thread."""
    found: list[OwnTask] = []
    problems: list[str] = []
    root = Path(os.path.realpath(folder))
    try:
        files = sorted(path for path in (folder / FOLDER).iterdir() if path.suffix == ".md")
    except OSError:
        return [], []
    for path in files[:MOST_FILES]:
        try:
            real = Path(os.path.realpath(path))
            if not real.is_relative_to(root):
                raise ValueError("it is a link to outside of the workspace")
            if secret_name(real.relative_to(root)):
                raise ValueError("it is a link to a file that may hold secrets")
            text = read_bytes(real, MOST_BYTES).decode("utf-8-sig").replace("\r\n", "\n")
            found.append(read_action(path.stem, text))
        except UnicodeDecodeError:
            problems.append(f"{FOLDER}/{path.name} is not UTF-8, so it is ignored.")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            problems.append(f"{FOLDER}/{path.name} cannot be used: {reason}.")
    return found, problems


def read_action(name: str, text: str) -> OwnTask:
    """The action that a file describes. ValueError, with the reason, where it describes none."""
    head = _HEAD.match(text)
    prompt = (text[head.end() :] if head else text).strip()
    if not prompt:
        raise ValueError("it has no prompt")
    fields = _fields(head[1] if head else "")
    output = fields.get("output", "replace").lower()
    if output not in _USES:
        raise ValueError(f"its output is {output[:20]!r}, and has to be replace, insert or explain")
    languages = tuple(word for word in re.split(r"[\s,\[\]\"']+", fields.get("languages", "")) if word)
    title = fields.get("title") or name.replace("-", " ").replace("_", " ").capitalize()
    return OwnTask(_task(f"{PREFIX}{name}", title, output, prompt), languages)


def _fields(head: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.split("\n") if ":" in line and not line.startswith("#"))
    return {name.strip().lower(): value.strip().strip("\"'") for name, _, value in pairs}


def _task(name: str, title: str, output: str, prompt: str) -> Task:
    use = _USES[output]
    kind = "foretype.own" if use == "prose" else "refactor.rewrite.foretype.own"
    title = " ".join(title.split())[:_LONGEST_TITLE].replace("{", "").replace("}", "")
    return Task(name, title, kind, "selection", use, may_shrink=True, prompt=prompt)
