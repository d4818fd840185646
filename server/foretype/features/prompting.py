"""From a place in a document to a prompt: what a model may see of it, what stands beside it, and how it is written.

The one place where the gate, the collectors and the writer of prompts meet. Nothing of a document or of a snippet
reaches a prompt but through the gate. Synchronous; knows no network.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final

from foretype.context.exclude import Exclusions
from foretype.context.gate import INSIDE, Gate
from foretype.context.secrets import Finding
from foretype.context.secrets.document import Reach
from foretype.context.snippet import Snippet
from foretype.features.beside import Beside, ContextSource
from foretype.features.plan import Attempt
from foretype.models.provider import FillPrompt, Prompt
from foretype.models.registry import Choice
from foretype.prompts.counting import Counting
from foretype.prompts.imported import LINES, imported_in
from foretype.prompts.parts import Rendered
from foretype.prompts.place import Place
from foretype.prompts.reuse import Heads
from foretype.prompts.writer import PromptWriter
from foretype.scheduling.usage import UsageBook
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position
from foretype.text.uris import path_of, shown_path

CHARACTERS_PER_TOKEN: Final = 10
"""More than any tokenizer gets out of code: what is farther away cannot be in the window."""

LINES_ABOVE: Final = 4_000
"""Lines above the cursor in which enclosing signatures are looked for, however short the prompt is."""

LINES_AT_THE_TOP: Final = 300
"""Lines at the file's top in which imports are looked for when the cursor is farther away than that."""

_LONGEST_REACH: Final = 400_000
"""Characters, unless the prompt itself is longer."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the user's settings say of prompts, and where snippets come from."""

    prompt_tokens: int
    exclusions: Exclusions
    folders: tuple[Path, ...]
    context: ContextSource | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What a model may see of one place. `closed` says why nothing, "" where something.

    `document` and `position` are as the model may see them; `found` are the secrets that were taken out.
    """

    place: Place
    document: Document
    position: Position
    snippets: tuple[Snippet, ...] = ()
    closed: str = ""
    found: tuple[Finding, ...] = ()

    def hole(self, reach: int) -> FillPrompt:
        """The same as text, with so many characters on either side."""
        before, after = self.document.before(self.position, reach), self.document.after(self.position, reach)
        return FillPrompt(before, after, self.place.path, self.place.language_id)


class Prompting:
    """The prompts of one endpoint, asked as `choice` says. `book` takes in what of them repeats the one before."""

    def __init__(
        self, counting: Counting, rules: Rules, choice: Callable[[], Choice], book: UsageBook, model: str = ""
    ) -> None:
        self.choice = choice
        self.counting = counting
        self.gate = Gate(rules.exclusions, Reach(LINES_AT_THE_TOP, max(LINES_ABOVE, rules.prompt_tokens)))
        self._rules = rules
        self._writer = PromptWriter(counting.counter)
        self._beside = Beside(self.gate, self._writer, rules.context)
        self._heads = Heads(counting.counter)
        self._book, self._model = book, model

    def look(self, document: Document, position: Position) -> Sight:
        """What may be seen from here, now."""
        shown = self.gate.shown(document, position)
        closed = self.gate.closed(document) or (INSIDE if shown.inside else "")
        path = path_of(document.uri)
        place = self._place(shown.document, shown.position, self.gate.name(shown_path(path, self._rules.folders)))
        if closed:
            return Sight(Place([""], [""]), shown.document, shown.position, (), closed, shown.found)
        snippets = self._beside.snippets(document, position, self.choice())
        return Sight(place, shown.document, shown.position, snippets, "", shown.found)

    def warm(self, document: Document) -> None:
        """Parse what the first prompt of an opened document would have to. For a thread."""
        imported_in("".join(document.lines[:LINES]), document.language_id)

    async def settled(self, document: Document, position: Position, attempt: Attempt) -> Sight:
        """The same once the disk has told about all that may stand in the prompt, and its tokens are counted."""
        await self.gate.known(document)
        await self._beside.settled(document, position, attempt.choice)
        sight = self.look(document, position)
        if not sight.closed:
            self._written(sight, attempt)
            await self.counting.learn(0, None)  # a server that counts itself is asked about this text
        return sight

    def withheld(self, document: Document, position: Position) -> list[tuple[str, str]]:
        """The files of snippets that were offered and are kept back, as paths that may be shown, and why."""
        offered = self._rules.context.candidates(document, position) if self._rules.context is not None else ()
        paths = dict.fromkeys(snippet.path for snippet in offered)
        reasons = ((self.gate.name(path), self.gate.file_closed(path)) for path in paths)
        return [(path, reason) for path, reason in reasons if reason]

    def write(self, sight: Sight, attempt: Attempt) -> Rendered[Prompt]:
        """The prompt. Raises ConfigurationError where the budget does not hold its frame."""
        rendered = self._written(sight, attempt)
        repeated = self._heads.repeated(rendered)
        if repeated is not None:
            self._book.count("head_tokens", repeated[0], self._model)
            self._book.count("compared_tokens", repeated[1], self._model)
        return rendered

    def _written(self, sight: Sight, attempt: Attempt) -> Rendered[Prompt]:
        budget = self.counting.calibration.ours(attempt.budget)
        return self._writer.write(sight.place, sight.snippets, attempt.choice, budget)

    def holds(self, attempt: Attempt) -> None:
        """Raises ConfigurationError where a prompt of this length does not hold its frame."""
        budget = self.counting.calibration.ours(attempt.budget)
        PromptWriter(self.counting.counter).write(Place([""], [""]), (), attempt.choice, budget)

    def forget(self, uri: str) -> None:
        """The document is closed."""
        self._writer.forget(uri)
        self._beside.forget(uri)
        self.gate.forget(uri)

    def close(self) -> None:
        """Nothing is looked at any more."""
        self._beside.close()

    def _place(self, document: Document, position: Position, path: str) -> Place:
        """The lines within reach; all that a prompt can hold of them, and the file's top."""
        lines, reach = document.lines, max(_LONGEST_REACH, self._rules.prompt_tokens * CHARACTERS_PER_TOKEN)
        most = max(LINES_ABOVE, self._rules.prompt_tokens)
        line = lines[position.line]
        above = _nearest(lines[max(0, position.line - most) : position.line], reach)
        below = _within(
            lines[position.line + 1 : position.line + 1 + self._rules.prompt_tokens],
            self._rules.prompt_tokens * CHARACTERS_PER_TOKEN,
        )
        first = position.line - len(above)
        return Place(
            before=[*above, line[: position.column]],
            after=[line[position.column :], *below],
            path=path,
            language_id=document.language_id,
            document=document.uri,
            first_line=first,
            lines_below=len(lines) - position.line - 1 - len(below),
            head=_top(lines, first),
        )


def _within(lines: list[str], reach: int) -> list[str]:
    """The lines from the first on that have so many characters together."""
    if sum(map(len, lines)) <= reach:
        return lines
    return lines[: bisect_right(list(accumulate(map(len, lines))), reach)]


def _nearest(lines: list[str], reach: int) -> list[str]:
    """The same from the last one back."""
    return lines if sum(map(len, lines)) <= reach else _within(lines[::-1], reach)[::-1]


def _top(lines: Lines, first: int) -> list[str]:
    return lines[: min(LINES_AT_THE_TOP, first)] if first else []
