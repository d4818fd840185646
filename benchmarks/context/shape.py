"""What all methods share: counting, windows of whole lines around the cursor, and the prompt as it would be sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from foretype.prompts.tokens import TokenCounter, load_encoding

from .moments import Moment


@cache
def counter() -> TokenCounter:
    """The exact counter of cl100k_base."""
    found = TokenCounter("cl100k_base")
    found.use(load_encoding("cl100k_base"))
    return found


def tokens(text: str) -> int:
    """Exact tokens of a text that comes again and again."""
    return _tokens(text) if len(text) < 20_000 else counter().count(text)


@cache
def _tokens(text: str) -> int:
    return counter().count(text)


@dataclass(slots=True)
class Prompt:
    """Snippets, then the path and the window."""

    prefix: str
    suffix: str
    snippets: list[tuple[str, str]] = field(default_factory=list)
    path: str = ""
    whole: str = ""
    """The prompt as it is sent, where a method writes it itself."""

    @property
    def text(self) -> str:
        """All of it. Of methods that are re-stated, the marks of a model's own form are left out."""
        if self.whole:
            return self.whole
        above = "".join(map(snippet_text, self.snippets))
        return f"{above}# {self.path}\n{self.prefix}\n{self.suffix}"


def snippet_text(snippet: tuple[str, str]) -> str:
    """A path and a text as they stand in the prompt."""
    path, text = snippet
    return f"# {path}\n{text}\n" if not text.endswith("\n") else f"# {path}\n{text}"


def snippet_cost(snippet: tuple[str, str]) -> int:
    """Its price."""
    return tokens(snippet_text(snippet))


def window(moment: Moment, before: int, after: int, *, spill: bool = True) -> Prompt:
    """Whole lines around the cursor within so many tokens on either side; what one does not need goes to the other."""
    above = _rows(moment.before)[::-1]
    below = _rows(moment.after)
    frame = tokens(f"# {moment.path}\n\n")
    suffix, used_after = _take(below, after)
    prefix, used_before = _take(above, before - frame + (after - used_after if spill else 0))
    if spill:
        suffix, used_after = _take(below, before + after - frame - used_before)
    return Prompt("".join(reversed(prefix)), "".join(suffix), path=moment.path)


def lines_around(moment: Moment, above: int, below: int) -> Prompt:
    """So many lines on either side."""
    return Prompt("".join(_rows(moment.before)[-above:]), "".join(_rows(moment.after)[:below]), path=moment.path)


def fill(prompt: Prompt, snippets: Iterable[tuple[str, str]], budget: int) -> Prompt:
    """Snippets in order, as long as there is room; what does not fit is skipped."""
    room = budget - counter().count(prompt.text)
    for snippet in snippets:
        cost = snippet_cost(snippet)
        if cost <= room:
            prompt.snippets.append(snippet)
            room -= cost
        if room < 20:
            break
    return prompt


def fitted(prompt: Prompt, budget: int) -> Prompt:
    """Never over: the far ends of the window, then the last snippets go."""
    while counter().count(prompt.text) > budget:
        rows = prompt.prefix.split("\n", 1)
        if len(rows) > 1:
            prompt.prefix = rows[1]
        elif prompt.snippets:
            prompt.snippets.pop()
        elif prompt.suffix:
            prompt.suffix = prompt.suffix.rpartition("\n")[0]
        else:
            break
    return prompt


def head_of(text: str, budget: int) -> str:
    """The first lines of a text within so many tokens."""
    return "".join(_take(_rows(text), budget)[0])


def _rows(text: str) -> list[str]:
    rows = text.split("\n")
    return [row + "\n" for row in rows[:-1]] + ([rows[-1]] if rows[-1] else [])


def _take(rows: list[str], budget: int) -> tuple[list[str], int]:
    used = 0
    for at, row in enumerate(rows):
        cost = counter().count_line(row) if len(row) < 2_000 else budget + 1
        if used + cost > budget:
            return rows[:at], used
        used += cost
    return rows, used
