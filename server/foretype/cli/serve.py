"""`foretype serve`: the language server, over stdio or TCP."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from typing import Final

from foretype.cli.numbers import whole_number
from foretype.garbage import loading
from foretype.settings.arguments import argument_layers

_HOST: Final = "127.0.0.1"
_PORT: Final = 2087


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("serve", help="serve an editor (this is what `foretype` alone does)")
    parser.add_argument("--stdio", action="store_true", help="speak over standard input and output (the default)")
    parser.add_argument("--tcp", action="store_true", help="listen for any number of clients instead")
    parser.add_argument("--host", metavar="ADDRESS", help=f"address to listen on (default: {_HOST})")
    parser.add_argument(
        "--port", metavar="N", type=whole_number(0, 65535), help=f"port to listen on, 0 for any (default: {_PORT})"
    )
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="pairs", help="set an option")
    parser.add_argument("--log-level", default="", metavar="LEVEL", help="off, error, warning, info or debug")
    # Editors and their libraries add these; the process id also comes with `initialize`.
    parser.add_argument("--clientProcessId", help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until the editor leaves; returns the exit code."""
    layers, problems = argument_layers(arguments.pairs, arguments.log_level)
    for problem in problems:
        print(f"foretype: {problem.message} {problem.remedy}", file=sys.stderr)
    with loading("server"):
        from foretype.lsp.serve import run_stdio, run_tcp
        from foretype.lsp.server import ServeOptions

    options = ServeOptions(layers)
    if not arguments.tcp and (arguments.host is not None or arguments.port is not None):
        print("foretype: --host and --port have no effect without --tcp.", file=sys.stderr)
    if not arguments.tcp and sys.stdin is not None and sys.stdin.isatty():
        _end_at_ctrl_c()
        _say_what_is_waited_for()
    if arguments.tcp:
        port = _PORT if arguments.port is None else arguments.port
        return run_tcp(_HOST if arguments.host is None else arguments.host, port, options)
    return run_stdio(options)


def _end_at_ctrl_c() -> None:
    """At once, and without a word from what is just being made: there is no editor that could lose anything."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a shell may have it ignored in its background
        signal.signal(signal.SIGINT, lambda number, frame: os._exit(130))


def _say_what_is_waited_for() -> None:
    """For who tries the command by hand. Editors connect pipes or sockets, so that none ever sees this."""
    print(
        "foretype: this is a language server. It waits for an editor to speak to it here, on standard input; "
        "Ctrl-C ends it.\n"
        "You probably want one of these:\n"
        "  foretype demo      watch it suggest code in a real file\n"
        "  foretype check     see whether all is well, and how to use a model\n"
        "  foretype --help    all commands",
        file=sys.stderr,
        flush=True,
    )
