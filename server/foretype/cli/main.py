"""The `foretype` command: with no verb it serves, since that is what editors call."""

from __future__ import annotations

import argparse
import errno
import importlib
import sys
from collections.abc import Sequence
from typing import Final

from foretype import __version__

COMMANDS: Final = ("serve", "demo", "complete", "batch", "commit-message", "check", "config", "trust", "index", "stats")
"""Each is a module in this folder (with _ for -). Only the one that is called is imported: editors wait for `serve`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:  # also while the command is still being imported
        return 130
    except BrokenPipeError:
        return 0  # the reader of our output has left
    except OSError as error:
        if error.errno not in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            raise
        print(f"foretype: {error.strerror}.", file=sys.stderr)
        return 1


def _run(arguments: list[str]) -> int:
    wanted = next((word for word in arguments if not word.startswith("-")), None)
    asks_for_all = wanted not in COMMANDS and any(word in ("-h", "--help") for word in arguments)
    if wanted not in COMMANDS and not asks_for_all and (wanted is None or _belongs_to_option(arguments, wanted)):
        wanted = "serve"
        arguments = _serve_first(arguments)
    parser = _parser(COMMANDS if asks_for_all or wanted not in COMMANDS else (wanted,))
    parsed = parser.parse_args(arguments)
    code: int = parsed.run(parsed)
    return code


def _serve_first(arguments: list[str]) -> list[str]:
    version = [word for word in arguments if word in ("-V", "--version")]
    return version or ["serve", *arguments]


def _belongs_to_option(arguments: list[str], word: str) -> bool:
    """Whether the first bare word is an option's value, as 4000 in `--tcp --port 4000`."""
    at = arguments.index(word)
    return at > 0 and arguments[at - 1].startswith("--")


def _parser(commands: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="foretype", description="A code-assistant language server. Without a command it serves on stdio."
    )
    parser.add_argument("-V", "--version", action="version", version=f"foretype {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in commands:
        importlib.import_module(f"foretype.cli.{name.replace('-', '_')}").add_parser(subparsers)
    return parser
