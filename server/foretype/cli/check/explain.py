"""`foretype check --explain FILE:LINE:COL`: the exact prompt of one place, what it consists of, and what is not in it.

The prompt is written as the server writes it, and not sent. Where the model's server counts tokens itself, it is asked
to, and sees the text of the prompt for that.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace

from foretype.cli.config import print_problems, printable
from foretype.cli.place import Place, beside, open_workspaces, place_of
from foretype.context.secrets import Finding
from foretype.errors import ConfigurationError, ForetypeError
from foretype.features.asking import extent_of
from foretype.features.suggestion import CompletionRequest
from foretype.models.provider import ChatPrompt, FillPrompt, Prompt, TextPrompt
from foretype.models.registry import WAYS
from foretype.prompts.parts import Part
from foretype.scheduling.meters import Meters
from foretype.settings.keys import KeyFinder
from foretype.settings.model import Settings
from foretype.settings.resolve import Resolved


@dataclass(frozen=True, slots=True)
class Explained:
    """What would be sent from one place, and what would not. `closed` says why nothing at all."""

    place: str
    closed: str = ""
    way: str = ""
    counted_by: str = ""
    budget: int = 0
    tokens: int = 0
    answer: int = 0
    parts: tuple[Part, ...] = ()
    prompt: Prompt | None = None
    secrets: tuple[Finding, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def run(words: str, resolved: Resolved, *, as_json: bool) -> int:
    """Print it; 0 if there is a prompt or rightly none, 1 if it cannot be written, 2 if there is no such place."""
    try:
        place = place_of(words, "")
    except ConfigurationError as error:
        print(f"foretype check: {printable(str(error))}", file=sys.stderr)
        return 2
    print_problems("check", resolved)
    try:
        explained = asyncio.run(_explained(place, resolved.settings))
    except ForetypeError as error:
        print(f"foretype check: {printable(str(error))}", file=sys.stderr)
        return 1
    if as_json:
        print(json.dumps(asdict(explained), indent=2))
    else:
        for line in _lines(explained):
            print(line)
    return 0


async def _explained(place: Place, settings: Settings) -> Explained:
    where = f"{place.source.shown}:{place.position.line + 1}:{place.position.column + 1}"
    if not settings.model.base_url:
        return Explained(where, "No endpoint is configured: the embedded engine answers.")
    if settings.model.mode == "local":
        return Explained(where, "model.mode is local: the embedded engine answers.")
    # Importing the SDK takes a second: only where a model is configured.
    from foretype.features.ask import connect

    notes: list[str] = []
    async with AsyncExitStack() as stack:
        workspaces = await stack.enter_async_context(open_workspaces(place, settings, notes))
        context = await stack.enter_async_context(beside(place, workspaces))
        keys = KeyFinder()
        stack.push_async_callback(keys.close)
        key = await keys.find_key(settings)
        # Nothing of this counts as use.
        asker = await connect(settings, key.value if key else None, [place.source.folder], Meters(None), context)
        stack.push_async_callback(asker.close)
        sight = await asker.settled(place.document, place.position)
        if sight.closed:
            return Explained(where, sight.closed, secrets=sight.found, notes=tuple(notes))
        rendered = asker.prompt(sight)
        notes += [asker.counting.problem.message] if asker.counting.problem is not None else []
        request, theirs = CompletionRequest(place.document, place.position), asker.counting.calibration.theirs
        return Explained(
            where,
            way=f"{WAYS[asker.choice.mode]}: {asker.choice.why}",
            counted_by=asker.counting.words,
            budget=asker.prompt_tokens,
            tokens=theirs(rendered.tokens),
            answer=extent_of(request, settings.completion).tokens,
            parts=tuple(replace(part, tokens=theirs(part.tokens)) for part in rendered.parts),
            prompt=rendered.prompt,
            secrets=sight.found,
            files=tuple(asker.withheld(place.document, place.position)),
            notes=tuple(notes),
        )


def _lines(explained: Explained) -> Iterator[str]:
    if explained.prompt is None:
        yield f"Nothing is sent from {printable(explained.place)}. {printable(explained.closed)}"
    else:
        yield f"The prompt of {printable(explained.place)}, asked by {printable(explained.way)}."
        yield f"Tokens are counted by {printable(explained.counted_by)}."
        yield ""
        yield from _table(explained.parts)
        yield f"{explained.tokens:>8,}  all, of at most {explained.budget:,}; the answer may have {explained.answer:,}"
    if explained.prompt is not None:
        yield ""
    yield from _withheld(explained)
    for note in explained.notes:
        yield printable(note)
    if explained.prompt is not None:
        yield ""
        yield from _prompt(explained.prompt)


def _table(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        origin = f"  {part.path or '(no file)'} ({part.origin})" if part.origin else ""
        yield f"{part.tokens:>8,}  {part.kind}{printable(origin)}"


def _withheld(explained: Explained) -> Iterator[str]:
    if explained.prompt is not None and not explained.secrets and not explained.files:
        yield "Nothing of the document is withheld."
    for finding in explained.secrets:
        yield f"Withheld: {printable(finding.kind)} in line {finding.line + 1}, column {finding.column + 1}."
    for path, reason in explained.files:
        yield f"Withheld: {printable(path)}. {printable(reason)}"


def _prompt(prompt: Prompt) -> Iterator[str]:
    """The text itself; for a terminal, without anything that could move its cursor."""
    for title, text in _texts(prompt):
        yield f"----- {title} -----"
        if not sys.stdout.isatty():
            encoding = sys.stdout.encoding or "utf-8"
            yield text.encode(encoding, "backslashreplace").decode(encoding)
            continue
        for line in text.split("\n"):
            yield "\t".join(map(printable, line.rstrip("\r").split("\t")))


def _texts(prompt: Prompt) -> Iterator[tuple[str, str]]:
    if isinstance(prompt, TextPrompt):
        yield "prompt", prompt.text
    elif isinstance(prompt, ChatPrompt):
        for message in prompt.messages:
            yield message.role, message.content
    elif isinstance(prompt, FillPrompt):
        for file in prompt.files:
            yield f"file {printable(file.path)}", file.text
        yield "prefix", prompt.prefix
        yield "suffix", prompt.suffix
