"""`foretype complete FILE:LINE:COL`: what the server would suggest at one place, without an editor.

The way of a suggestion is the server's own (features/complete.py), in this process: the workspace's index is brought
up to date first, and a configured model is asked as if the user had asked by hand.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from foretype.cli.config import add_setting_arguments, printable, problem_sentences, resolve_arguments
from foretype.cli.numbers import whole_number
from foretype.cli.place import Place, beside, open_workspaces, place_of
from foretype.context.exclude import exclusions_of
from foretype.errors import ConfigurationError
from foretype.features.complete import Completer
from foretype.features.guesses import MOST_BY_HAND
from foretype.features.suggestion import CompletionRequest, Outcome, Suggestion
from foretype.lsp.workspaces import Workspaces
from foretype.models.local import LocalEngine
from foretype.scheduling.gate import splits_word
from foretype.scheduling.meters import Meters, state_folder
from foretype.settings.keys import KeyFinder
from foretype.settings.model import Settings


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it. `reason` says why there is nothing, `notes` what else the user should know."""

    suggestions: tuple[Suggestion, ...]
    milliseconds: float
    reason: str = ""
    notes: list[str] = field(default_factory=list)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `complete`."""
    parser = subparsers.add_parser(
        "complete",
        help="print what would be suggested at one place of a file",
        description="Prints what the server would suggest at one place of a file. LINE and COL count from 1, as "
        "editors show them; COL counts characters, and the first column is before the first character.",
        epilog="Exits with 0 if there is a suggestion, 1 if there is none, 2 if there is no such place.",
    )
    parser.add_argument("place", metavar="FILE:LINE:COL", help="for example src/app.py:120:9")
    parser.add_argument(
        "--count", metavar="N", type=whole_number(1, MOST_BY_HAND), default=1, help=f"at most N, up to {MOST_BY_HAND}"
    )
    parser.add_argument("--language", metavar="ID", default="", help="the file's language as editors call it")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_setting_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the suggestions on standard output, and all about them on standard error."""
    try:
        place = place_of(args.place, args.language)
    except ConfigurationError as error:
        print(f"foretype complete: {printable(str(error))}", file=sys.stderr)
        return 2
    resolved = resolve_arguments(args, place.source.folder)
    settings = resolved.settings
    # As many as are wanted, and no request more; asking ahead would be for nobody.
    wishes = replace(settings.completion, alternatives=args.count, prefetch="never")
    settings = replace(settings, completion=wishes)
    answer = asyncio.run(_answer(place, settings, args.count))
    answer = replace(answer, notes=[*problem_sentences(resolved), *answer.notes])
    if args.json:
        print(json.dumps(_values(place, answer), indent=2))
    else:
        _print(answer)
    return 0 if answer.suggestions else 1


async def _answer(place: Place, settings: Settings, count: int) -> Answer:
    notes: list[str] = []
    async with open_workspaces(place, settings, notes) as workspaces:
        local = LocalEngine(workspaces.view_of)
        for _ in local.prepare(place.document, place.position.line):
            pass
        completer = Completer(settings, local)
        async with _model(place, settings, completer, (workspaces, notes)):
            started = time.perf_counter()
            outcome = await completer.complete(CompletionRequest(place.document, place.position, invoked=True))
            milliseconds = (time.perf_counter() - started) * 1000
            completer.store.close()
        if outcome.problem:
            notes.append(f"The embedded engine answers: {outcome.problem}")
        if outcome.cut:
            notes.append(f"This is not the whole answer: {outcome.cut}")
        reason = "" if outcome.suggestions else _reason(place, outcome, completer, local)
    return Answer(outcome.suggestions[:count], milliseconds, reason, [note for note in notes if note != reason])


@asynccontextmanager
async def _model(
    place: Place, settings: Settings, completer: Completer, around: tuple[Workspaces, list[str]]
) -> AsyncIterator[None]:
    """Let the completer ask the configured model, if there is one that can be asked; what is wrong is noted."""
    workspaces, notes = around
    exclusions = exclusions_of(settings, [place.source.folder])
    completer.configure(settings, exclusions, None)
    if not settings.model.base_url or settings.model.mode == "local":
        yield
        return
    # Importing the SDK takes a second: only where a model is configured.
    from foretype.features.ask import connect

    keys, meters = KeyFinder(), Meters(state_folder())
    asker, stack = None, AsyncExitStack()
    try:
        try:
            key = await keys.find_key(settings)
            context = await stack.enter_async_context(beside(place, workspaces))
            asker = await connect(settings, key.value if key else None, [place.source.folder], meters, context)
        except ConfigurationError as error:
            notes.append(f"The embedded engine answers: {error}")
        else:
            completer.configure(settings, exclusions, asker)
            await asker.settled(place.document, place.position)
            if withheld := asker.may_see(place.document, place.position) or asker.not_shown(place.document):
                notes.append(withheld)
        yield
    finally:
        await keys.close()
        if asker is not None:
            await asker.close()
        await stack.aclose()
        await meters.close()


def _reason(place: Place, outcome: Outcome, completer: Completer, local: LocalEngine) -> str:
    """Why there is nothing."""
    if outcome.silence:
        return outcome.silence
    if splits_word(place.document, place.position):
        return _before_a_word(place)
    if completer.model is not None and not outcome.problem:
        return f"{completer.model.name} has nothing to add here."
    found = local.complete(place.document, place.position)
    if not found:
        return "Nothing like this line is known in this folder."
    best, threshold = found[0].confidence, completer.settings.completion.threshold
    return f"What is likeliest here is {best:.0%} sure, and completion.threshold is {threshold:.0%}."


def _before_a_word(place: Place) -> str:
    before = place.document.line(place.position.line)[: place.position.column][-1:]
    if before.isalnum() or before == "_":
        return "The cursor is inside a word."
    return "The cursor is right in front of a word, where something is changed rather than written."


def _print(answer: Answer) -> None:
    for number, suggestion in enumerate(answer.suggestions):
        if number:
            print()
        print(_shown(suggestion.text))
        sure = f", {suggestion.confidence:.0%} sure" if suggestion.confidence is not None else ""
        # What is found out about the text must not get into a script's copy of it, but stay beside it on a screen.
        sys.stdout.flush()
        print(printable(f"    {suggestion.origin}{sure}, {answer.milliseconds:.1f} ms"), file=sys.stderr)
    for note in answer.notes:
        print(printable(f"foretype complete: {note}"), file=sys.stderr)
    if answer.reason:
        print(printable(f"foretype complete: nothing to suggest here: {answer.reason}"), file=sys.stderr)


def _shown(text: str) -> str:
    """The text itself for a program; for a terminal, without anything that could move its cursor."""
    if not sys.stdout.isatty():
        encoding = sys.stdout.encoding or "utf-8"
        return text.encode(encoding, "backslashreplace").decode(encoding)
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in text.split("\n"))


def _values(place: Place, answer: Answer) -> dict[str, Any]:
    values: dict[str, Any] = {
        "file": str(place.source.path),
        "language": place.source.language,
        "line": place.position.line + 1,
        "column": place.position.column + 1,
        "suggestions": list(_suggestions(answer)),
    }
    return {**values, "ms": round(answer.milliseconds, 2), "reason": answer.reason, "notes": answer.notes}


def _suggestions(answer: Answer) -> Iterator[dict[str, Any]]:
    for suggestion in answer.suggestions:
        start, end = suggestion.start, suggestion.end
        yield {
            "text": suggestion.text,
            "range": {
                "start": {"line": start.line + 1, "column": start.column + 1},
                "end": {"line": end.line + 1, "column": end.column + 1},
            },
            "source": suggestion.source,
            "origin": suggestion.origin,
            "confidence": suggestion.confidence,
            "ms": round(answer.milliseconds, 2),
        }
