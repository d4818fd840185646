"""`foretype check`: what is configured, what can be reached, and what to do about the rest.

Asks the network only where an endpoint is configured, and then with one small question of its own, never with text of
the user's; and this machine itself, whether a model server runs on it already. Builds nothing but the cache's folder.
A key is named by its source, never shown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final

from foretype.cli.check.endpoint import check_endpoint
from foretype.cli.check.finding import Finding, State
from foretype.cli.check.machine import check_machine
from foretype.cli.check.running import check_running
from foretype.cli.config import add_setting_arguments, printable, resolve_arguments
from foretype.cli.source import workspace_of
from foretype.cli.style import can_print, has_colours
from foretype.settings.resolve import Resolved

_MARKS: Final[dict[State, tuple[str, str, str]]] = {
    "ok": ("✓", "ok", "32"),
    "note": ("•", "--", "2"),
    "warning": ("!", "!!", "33"),
    "failure": ("✗", "XX", "31"),
}
"""As a sign, where signs cannot be printed, and in which colour."""

_OF_THE_MODEL: Final = frozenset({"endpoint", "key", "server", "answer"})


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `check`."""
    parser = subparsers.add_parser(
        "check",
        help="see whether all is well, and what to do if not",
        description="Shows what is configured, whether it works, and what to do if not. A configured model is really "
        "asked, with a small question of this command's own; without one nothing leaves the machine. Model servers "
        "that run on this machine are named, and not used.",
        epilog="Exits with 0 if all is well (also with nothing configured), 1 if something is wrong, 2 on bad usage.",
    )
    parser.add_argument("--workspace", metavar="DIR", type=Path, help="default: this folder's repository")
    parser.add_argument(
        "--explain",
        metavar="FILE:LINE:COL",
        help="instead: print the prompt of this place without sending it, its tokens by part, and what is withheld",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_setting_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Look at everything; prints each finding as soon as it is known."""
    if args.workspace is not None and not args.workspace.is_dir():
        print(f"foretype check: {printable(str(args.workspace))} is not a folder.", file=sys.stderr)
        return 2
    if args.explain is not None:
        return _explain(args)
    workspace = args.workspace.resolve() if args.workspace else workspace_of(Path.cwd())
    resolved = resolve_arguments(args, workspace)
    findings = asyncio.run(_look(resolved, workspace, quiet=args.json))
    wrong = sum(finding.state == "failure" for finding in findings)
    if args.json:
        print(json.dumps({"ok": not wrong, "findings": [asdict(finding) for finding in findings]}, indent=2))
    else:
        print(f"\n{_conclusion(findings)}")
    return 1 if wrong else 0


def _explain(args: argparse.Namespace) -> int:
    # Imported here since it brings the whole path of a suggestion along.
    from foretype.cli.check.explain import run as explain

    file = Path(args.explain.rsplit(":", 2)[0]).absolute()
    workspace = args.workspace.resolve() if args.workspace else workspace_of(file)
    return explain(args.explain, resolve_arguments(args, workspace), as_json=args.json)


def _conclusion(findings: list[Finding]) -> str:
    failed = [finding.topic for finding in findings if finding.state == "failure"]
    warned = sum(finding.state == "warning" for finding in findings)
    if not failed and warned:
        return (
            "Nothing is broken, but see the warning above."
            if warned == 1
            else f"Nothing is broken, but see the {warned} warnings above."
        )
    if not failed:
        return "All is well."
    words = "1 thing is wrong." if len(failed) == 1 else f"{len(failed)} things are wrong."
    return f"{words} Until it is mended, the embedded engine answers." if set(failed) & _OF_THE_MODEL else words


async def _look(resolved: Resolved, workspace: Path, *, quiet: bool) -> list[Finding]:
    findings = []
    async for finding in _findings(resolved, workspace):
        findings.append(finding)
        if not quiet:
            for line in _lines(finding):
                print(line, flush=True)
    return findings


async def _findings(resolved: Resolved, workspace: Path) -> AsyncIterator[Finding]:
    for finding in check_machine(resolved, workspace):
        yield finding
    async for finding in check_endpoint(resolved):
        yield finding
    for finding in await check_running(resolved.settings):
        yield finding


def _lines(finding: Finding) -> Iterator[str]:
    yield f"{_mark(finding.state)} {finding.topic + ':':11}{printable(finding.text)}"
    for line in finding.details:
        yield f"    {printable(line)}"
    if finding.remedy:
        yield f"    → {printable(finding.remedy)}" if can_print("→") else f"    {printable(finding.remedy)}"


def _mark(state: State) -> str:
    sign, plain, colour = _MARKS[state]
    mark = sign if can_print(sign) else plain
    return f"\x1b[{colour}m{mark}\x1b[0m" if sys.stdout.isatty() and has_colours() else mark
