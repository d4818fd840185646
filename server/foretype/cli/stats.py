"""`foretype stats`: what asking models has cost and what came of it, from the numbers that are kept on this machine."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from foretype.cli.config import add_setting_arguments, print_problems, printable, resolve_arguments
from foretype.cli.numbers import whole_number
from foretype.errors import ForetypeError
from foretype.scheduling.ledger import Account
from foretype.scheduling.meters import LEDGER_FILE, USAGE_FILE, Meters, account_key, state_folder
from foretype.scheduling.usage import Totals
from foretype.scheduling.usage_report import openmetrics_lines, report, text_lines
from foretype.scheduling.usage_store import DAYS_KEPT, UsageStore


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `stats`."""
    parser = subparsers.add_parser(
        "stats",
        help="show requests, tokens, cost and waiting times",
        description="Shows what was asked of models and what came of it, by all editors of this user. The numbers are "
        "kept on this machine only; sessions write theirs every half minute.",
    )
    parser.add_argument(
        "--days", metavar="N", type=whole_number(1, DAYS_KEPT), default=1, help="the last N days; default: today"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--openmetrics", action="store_true", help="print OpenMetrics text")
    add_setting_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the numbers; 1 where they cannot be read."""
    folder = state_folder()
    if folder is None:
        print("foretype stats: Your home folder cannot be found. Set HOME, or XDG_STATE_HOME.", file=sys.stderr)
        return 1
    resolved = resolve_arguments(args, Path.cwd())
    print_problems("stats", resolved)
    base_url = resolved.settings.model.base_url
    try:
        totals, minute = asyncio.run(_read(folder, args.days, base_url))
    except ForetypeError as error:
        print(f"foretype stats: {printable(str(error))}", file=sys.stderr)
        return 1
    values = report(totals, args.days, minute)
    lines: Iterable[str]
    if args.json:
        lines = json.dumps(values, indent=2).splitlines()
    else:
        lines = openmetrics_lines(values) if args.openmetrics else text_lines(values)
    for line in lines:
        print(printable(line))
    if not args.json and not args.openmetrics:
        print(printable(f"Kept in {folder / USAGE_FILE}."))
    return 0


async def _read(folder: Path, days: int, base_url: str) -> tuple[Totals, tuple[int, int]]:
    """The numbers of the days, and requests and tokens of the configured endpoint's last minute."""
    from datetime import date, timedelta

    totals = UsageStore(folder / USAGE_FILE).read(date.today() - timedelta(days=days - 1))  # noqa: DTZ011  the user's day
    if not base_url or not (folder / LEDGER_FILE).exists():
        return totals, (0, 0)
    meters = Meters(folder)
    try:
        return totals, await meters.ledger.last_minute(Account(account_key(base_url)))
    finally:
        await meters.close()
