"""`foretype commit-message`: a message for what is staged, on standard output; nothing is committed."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from foretype.cli.acting import configured_model, waiting_shown
from foretype.cli.config import add_setting_arguments, print_problems, printable, resolve_arguments
from foretype.cli.source import workspace_of
from foretype.errors import ForetypeError
from foretype.settings.model import Settings


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `commit-message`."""
    parser = subparsers.add_parser(
        "commit-message",
        help="write a commit message for what is staged",
        description='Writes a message for what is staged, for example: git commit -em "$(foretype commit-message)"',
        epilog="Exits with 0 if there is a message, 1 if there is nothing to describe, 2 if no model can be asked.",
    )
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", type=Path, default=Path(), help="of the repository; default: this folder"
    )
    add_setting_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the message; 1 where there is none, 2 where nothing can be asked."""
    from foretype.features.actions.values import Unfit

    if not args.folder.is_dir():
        print(f"foretype commit-message: {printable(str(args.folder))} is not a folder.", file=sys.stderr)
        return 2
    folder = workspace_of(args.folder.absolute())
    resolved = resolve_arguments(args, folder)
    print_problems("commit-message", resolved)
    try:
        print(asyncio.run(_message(resolved.settings, folder)))
    except Unfit as unfit:
        print(f"foretype commit-message: {printable(unfit.reason)}", file=sys.stderr)
        return 1
    except ForetypeError as error:
        print(f"foretype commit-message: {printable(str(error))}", file=sys.stderr)
        return 2
    return 0


async def _message(settings: Settings, folder: Path) -> str:
    # What writes the message brings the whole of code actions with it.
    from foretype.features.actions.asking import action_model
    from foretype.features.actions.commit_message import commit_message

    async with waiting_shown(settings.model.name) as report, configured_model(settings, folder) as asker:
        return await commit_message(folder, action_model(asker, settings), asker.gate, report)
