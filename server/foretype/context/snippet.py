"""What may stand beside the document in a prompt: a piece of another place of the workspace, and who offered it.

Plain values. Collectors make them, selection chooses among them, prompts/ gives them their place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Origin = Literal[
    "definition", "outline", "search", "open file", "edit", "co-change", "import", "diagnostic", "clipboard"
]
"""Which collector offered a snippet: `foretype check --explain` and the benchmarks tell them apart by it."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Whole lines of a file, or text about it.

    `path` is as the model sees it: below its workspace folder, with forward slashes; "" for text of no file.
    `start` and `end` are its lines there, 0-based, the end exclusive; both are the same where the text is not the
    file's own (a diff, an outline, a diagnostic). Line ends are LF. `weight` is how likely it is to help beside others
    of the same origin, from 0 to 1. `expected` are names that it holds, each with the likelihood that the line being
    typed needs it; empty where nobody has judged. Two are for the gate alone: `lead` are the lines above, since these
    may name a secret that stands in the first one here, and `language_id` is the editor's word, "" where none is known.
    """

    path: str
    text: str
    origin: Origin
    start: int = 0
    end: int = 0
    weight: float = 1.0
    expected: tuple[tuple[str, float], ...] = ()
    lead: str = ""
    language_id: str = ""

    @property
    def key(self) -> tuple[str, str, int, int]:
        """What it is, whatever it says now: the slot in consecutive prompts belongs to this."""
        return self.path, self.origin, self.start, self.end
