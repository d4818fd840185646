"""`foretype config`: every setting in force, where it comes from, and what is wrong with the sources.

Secrets are never printed, neither as text nor as JSON.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from foretype.errors import ConfigurationError
from foretype.settings.arguments import argument_layers
from foretype.settings.files import user_file
from foretype.settings.layers import Problem
from foretype.settings.load import read_sources
from foretype.settings.model import Settings
from foretype.settings.resolve import Resolved
from foretype.settings.schema import value_at, walk
from foretype.settings.values import hide_password

_HIDDEN = "(hidden)"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `config`."""
    parser = subparsers.add_parser(
        "config",
        help="show every setting and where it comes from",
        description="Shows every setting in force, where it comes from, and what is wrong. Secrets are hidden.",
        epilog="Exits with 0, with 1 if a value or a source cannot be used, 2 on bad usage.",
    )
    parser.add_argument("--workspace", metavar="DIR", type=Path, default=Path(), help="default: this folder")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_setting_arguments(parser)
    parser.set_defaults(run=run)


def add_setting_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--set` and `--log-level`, as every command that uses settings has them."""
    parser.add_argument(
        "--set",
        dest="settings",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="set an option, e.g. model.name=qwen2.5-coder; may be repeated",
    )
    parser.add_argument("--log-level", metavar="LEVEL", default="", help="off, error, warning, info or debug")


def resolve_arguments(args: argparse.Namespace, workspace: Path | None) -> Resolved:
    """The settings for a command in `workspace` that has the arguments of `add_setting_arguments`."""
    layers, problems = argument_layers(args.settings, args.log_level)
    resolved = read_sources(workspace).resolve(layers)
    return dataclasses.replace(resolved, problems=(*resolved.problems, *problems))


def print_problems(command: str, resolved: Resolved) -> None:
    """Say on standard error what is wrong with the settings, so that a command does not ignore it silently."""
    for words in problem_sentences(resolved):
        print(f"foretype {command}: {printable(words)}", file=sys.stderr)


def problem_sentences(resolved: Resolved) -> list[str]:
    """What is wrong with the settings, each with its source and its remedy."""
    return [f"{problem.message} ({problem.origin}) {problem.remedy}" for problem in resolved.problems]


def run(args: argparse.Namespace) -> int:
    """Print the settings; 1 where a source holds an error, 2 where the workspace is no folder."""
    if not args.workspace.is_dir():
        print(f"foretype config: {printable(str(args.workspace))} is not a folder.", file=sys.stderr)
        return 2
    workspace = args.workspace.resolve()
    resolved = resolve_arguments(args, workspace)
    lines = _json(resolved, workspace) if args.json else _text(resolved, workspace)
    for line in lines:
        print(printable(line))
    return 1 if resolved.failed else 0


def printable(text: str) -> str:
    """`text` without anything that could move a terminal's cursor, or that standard output cannot encode."""
    text = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _text(resolved: Resolved, workspace: Path) -> Iterator[str]:
    rows = [(key, _plain(value), source) for key, value, source in _values(resolved)]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    yield f"Workspace: {workspace} ({'trusted' if resolved.trusted else 'not trusted'})"
    yield f"User file: {_user_file()}"
    yield ""
    for key, value, source in rows:
        yield f"{key:{widths[0]}}  {value:{min(widths[1], 40)}}  {source}"
    if resolved.problems:
        yield ""
    for problem in resolved.problems:
        yield from _problem(problem)


def _problem(problem: Problem) -> Iterator[str]:
    yield f"{problem.severity}: {problem.message}"
    yield f"    in {problem.origin}. {problem.remedy}"


def _json(resolved: Resolved, workspace: Path) -> Iterator[str]:
    content = {
        "workspace": str(workspace),
        "trusted": resolved.trusted,
        "user_file": _user_file(),
        "values": {key: {"value": value, "source": source} for key, value, source in _values(resolved)},
        "problems": [dataclasses.asdict(problem) for problem in resolved.problems],
    }
    yield from json.dumps(content, indent=2, default=dataclasses.asdict).splitlines()


def _values(resolved: Resolved) -> Iterator[tuple[str, Any, str]]:
    """Key, value fit to print, source: one for each option, for tables one for each entry."""
    for found in walk(Settings):
        value = value_at(resolved.settings, found.key)
        if isinstance(value, Mapping) and value:
            for name, entry in value.items():
                key = f"{found.key}.{name}"
                yield key, _HIDDEN if found.rule.secret else entry, resolved.origins[key]
        else:
            hidden = found.rule.secret and bool(value)
            yield found.key, _HIDDEN if hidden else _shown(value), resolved.origins[found.key]


def _shown(value: object) -> object:
    return hide_password(value) if isinstance(value, str) else value


def _plain(value: object) -> str:
    """As TOML would have it, but "-" for what is not set."""
    if value in (None, "", ()) or value == {}:
        return "-"
    if isinstance(value, str) and value != _HIDDEN:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.asdict(value)
        return ", ".join(f"{name} {_plain(field)}" for name, field in fields.items() if field not in (None, "", ()))
    if isinstance(value, float):
        return f"{value:g}"
    return json.dumps(value, ensure_ascii=False)


def _user_file() -> str:
    try:
        path = user_file()
    except ConfigurationError as error:
        return error.message
    return f"{path}" if path.exists() else f"{path} (not there)"
