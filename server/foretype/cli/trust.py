"""`foretype trust`: which folders may set more than what switches suggestions off."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from foretype.cli.config import printable
from foretype.errors import ConfigurationError
from foretype.settings.trust import Trust, add_folder, read_trust, revoke_folder, trust_file


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `trust`."""
    parser = subparsers.add_parser(
        "trust",
        help="trust a folder's own settings",
        description="Lets FOLDER, and all folders below it, set what is safe for a project to set. "
        "A folder that is not trusted can only switch things off.",
    )
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", help="trust this folder")
    action.add_argument("--list", action="store_true", help="show the trusted folders")
    action.add_argument("--revoke", metavar="FOLDER", type=Path, help="trust this folder no longer")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do what was asked and say what is so now; 1 where it cannot be done."""
    try:
        trust = read_trust(trust_file())
        if args.list:
            return _list(trust)
        if args.revoke is not None:
            return _revoke(trust, args.revoke)
        return _add(trust, args.folder)
    except (ConfigurationError, ValueError) as error:
        print(f"foretype trust: {printable(str(error))}", file=sys.stderr)
        return 1


def _list(trust: Trust) -> int:
    if trust.problems:
        raise ConfigurationError(trust.problems[0].message, trust.problems[0].remedy)
    for folder in trust.folders:
        print(printable(str(folder)))
    if not trust.folders:
        print("No folder is trusted.")
    return 0


def _add(trust: Trust, folder: Path) -> int:
    before = trust.folders
    after = add_folder(trust, folder)
    already = "already " if after.folders == before else ""
    print(printable(f"{folder.resolve()} is {already}trusted, and all below it."))
    return 0


def _revoke(trust: Trust, folder: Path) -> int:
    after = revoke_folder(trust, folder)
    changed = "no longer" if after.folders != trust.folders else "not"
    print(printable(f"{folder.resolve()} is {changed} trusted."))
    return 0
