"""`foretype batch ACTION PATH...`: one action for many functions or files, with a progress bar, as edits or as a diff.

A run that was stopped, however, is continued by the same command. Files are changed only at the end, and only those
that are still as they were read.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foretype.cli.acting import configured_model
from foretype.cli.batch_files import Problems, read_documents, read_problems, real_place, write_changes
from foretype.cli.config import add_setting_arguments, print_problems, printable, resolve_arguments
from foretype.cli.numbers import whole_number
from foretype.cli.source import workspace_of
from foretype.cli.style import can_print
from foretype.errors import ConfigurationError, ForetypeError
from foretype.settings.model import Settings
from foretype.text.wording import counted

if TYPE_CHECKING:
    from foretype.features.actions.bulk import Failure, Outcome, Piece, State
    from foretype.features.actions.journal import Journal
    from foretype.features.ask import ModelAsker

ACTIONS: Final = ("document", "fix", "summarise")
_WIDTH: Final = 24


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    action: str
    paths: tuple[Path, ...]
    root: Path
    problems: Problems
    concurrency: int
    diff: bool


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `batch`."""
    parser = subparsers.add_parser(
        "batch",
        help="document, fix or summarise many functions or files",
        description="document: every undocumented function; fix: the problems of --problems; summarise: every file.",
        epilog="Exits with 0 if all was done, 1 if something failed, 2 if nothing can be asked.",
    )
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files and folders of one repository")
    parser.add_argument("--diff", action="store_true", help="print a diff for `git apply` and change no file")
    parser.add_argument(
        "--concurrency", type=whole_number(1, 100), metavar="N", help="questions at once (default: the settings')"
    )
    parser.add_argument(
        "--problems", metavar="FILE", help="what to fix: lines of path:line:column: message (- for standard input)"
    )
    add_setting_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it: 0 where all was done, 1 where something failed, 2 where nothing can be asked."""
    from foretype.features.actions.values import Unfit

    root = workspace_of(real_place(args.paths[0]))
    resolved = resolve_arguments(args, root)
    print_problems("batch", resolved)
    settings = resolved.settings
    journal = _journal(args, root)
    try:
        problems = read_problems(args.problems, root) if args.problems else {}
        if args.action == "fix" and not problems:
            raise ConfigurationError("There is nothing to fix.", "Name a linter's output with --problems FILE.")
        concurrency = args.concurrency or settings.actions.concurrency
        wish = Wish(args.action, tuple(args.paths), root, problems, concurrency, args.diff)
        outcome = asyncio.run(_run(wish, settings, journal))
    except KeyboardInterrupt:
        kept = "1 answer is" if journal.count == 1 else f"{counted(journal.count, 'answer')} are"
        begin = "\n" if sys.stderr.isatty() else ""  # the bar stands in its line without an end
        print(f"{begin}Stopped. No file was changed; {kept} kept for the next run.", file=sys.stderr)
        return 130
    except Unfit as unfit:
        print(f"foretype batch: {printable(unfit.reason)}", file=sys.stderr)
        return 1
    except ForetypeError as error:
        print(f"foretype batch: {printable(str(error))}", file=sys.stderr)
        return 2
    return _print(outcome, wish)


def _journal(args: argparse.Namespace, root: Path) -> Journal:
    from foretype.features.actions.journal import Journal, journal_for
    from foretype.settings.paths import cache_dir

    try:
        names = (str(path.absolute()) for path in args.paths)
        return journal_for(cache_dir(), ("command", args.action, str(root), *names))
    except ConfigurationError:
        return Journal(None)


async def _run(wish: Wish, settings: Settings, journal: Journal) -> Outcome:
    # What works on answers brings the whole of code actions with it.
    from foretype.features.actions.asking import BULK, action_model
    from foretype.features.actions.bulk import Outcome, run_pieces

    async with configured_model(settings, wish.root) as asker:
        pieces, notes = await _pieces(wish, settings, asker)
        for note in notes:
            print(f"foretype batch: {printable(note)}", file=sys.stderr)
        if not pieces:
            none = "none of the problems is in these files" if wish.action == "fix" else "there is nothing to do"
            print(f"foretype batch: {none}.", file=sys.stderr)
            return Outcome()
        known = await asyncio.to_thread(journal.open)
        if known:
            print(f"foretype batch: used from the run before: {counted(known, 'answer')}.", file=sys.stderr)
        tell = _teller()
        outcome = await run_pieces(pieces, action_model(asker, settings, BULK), journal, wish.concurrency, tell)
        if not outcome.failures:
            await asyncio.to_thread(journal.remove)
        return outcome


async def _pieces(wish: Wish, settings: Settings, asker: ModelAsker) -> tuple[list[Piece], list[str]]:
    """What there is to do, and a sentence for each file that is left alone."""
    from foretype.features.actions.bulk import pieces_of
    from foretype.features.actions.run import Job
    from foretype.features.actions.tasks import TASKS
    from foretype.text.positions import Position
    from foretype.text.uris import path_of

    pieces: list[Piece] = []
    documents, notes = await asyncio.to_thread(read_documents, wish.paths, wish.root, settings.exclude)
    words = {"language": settings.actions.language}
    for document in documents:
        await asker.gate.known(document)
        path = path_of(document.uri)
        shown = path.relative_to(wish.root).as_posix() if path is not None else ""
        if closed := asker.gate.closed(document):
            notes.append(f"{shown} is left alone: {closed}")
            continue
        problems = wish.problems.get(shown, ())
        start = Position(0, 0)
        job = Job(TASKS[wish.action], document, start, start, tuple(problems), path=shown, words=words)
        pieces += await asyncio.to_thread(pieces_of, job, False)
    return pieces, notes


def _teller() -> Callable[[State], None]:
    """Shows how far it is: a bar that stays in its line on a terminal, else a line now and then."""
    live = sys.stderr.isatty()
    full, empty = ("█", "░") if can_print("█░", sys.stderr) else ("#", ".")
    told = -1

    def tell(state: State) -> None:
        nonlocal told
        if live:
            filled = _WIDTH * state.done // max(1, state.total)
            bar = full * filled + empty * (_WIDTH - filled)
            end = "\n" if state.done == state.total else ""
            print(f"\r\x1b[K{bar} {state}", end=end, file=sys.stderr, flush=True)
            return
        tenth = 10 * state.done // max(1, state.total)
        if tenth != told or state.waiting:
            told = tenth
            print(f"foretype batch: {state}", file=sys.stderr, flush=True)

    return tell


def _print(outcome: Outcome, wish: Wish) -> int:
    """The result on standard output, what failed on standard error."""
    for path, text in outcome.texts:
        print(f"## {path}\n\n{text}\n")
    failures = outcome.failures
    if wish.diff:
        from foretype.features.actions.patch import file_diff
        from foretype.text.uris import path_of

        for change in outcome.changes:
            file = path_of(change.document.uri)
            if file is not None:
                shown = file.relative_to(wish.root).as_posix()
                _write_out(file_diff(shown, change.document.text, change.after))
    else:
        written, refused = write_changes(outcome.changes, wish.root)
        failures += refused
        if outcome.changes:
            print(f"foretype batch: {counted(written, 'file')} changed.", file=sys.stderr)
    _list(failures)
    return 1 if failures else 0


def _write_out(diff: str) -> None:
    """A diff byte for byte: a carriage return in it must stay one."""
    sys.stdout.flush()
    sys.stdout.buffer.write(diff.encode("utf-8", "surrogatepass"))
    sys.stdout.buffer.flush()


def _list(failures: Sequence[Failure]) -> None:
    """What failed and why; a reason that several have is said once, with the names of all."""
    from foretype.features.actions.bulk import by_reason

    if failures:
        print(f"foretype batch: {len(failures)} could not be done:", file=sys.stderr)
    for why, group in by_reason(failures).items():
        if len(group) == 1:
            named = f"{group[0].path}: {group[0].name}" if group[0].name != group[0].path else group[0].path
            print(f"  {printable(f'{named}: {why}')}", file=sys.stderr)
            continue
        print(f"  {printable(why)}", file=sys.stderr)
        for path in dict.fromkeys(each.path for each in group):
            names = ", ".join(each.name for each in group if each.path == path and each.name != path)
            print(f"    {printable(f'{path}: {names}' if names else path)}", file=sys.stderr)
