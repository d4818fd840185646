"""Writes docs/configuration.md and docs/foretype.schema.json from the model of the settings.

`python -m foretype.settings.reference` writes them, with `--check` it says whether they are current. The
prose about sources, trust and keys stands in `configuration.md` beside this module.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from foretype.settings.json_schema import settings_schema
from foretype.settings.model import Settings
from foretype.settings.schema import Option, fields_of, group_texts, walk
from foretype.settings.values import bounds

_PROSE = Path(__file__).with_name("configuration.md")
_TYPES = {bool: "true or false", int: "whole number", float: "number", str: "string"}


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or with `--check` compare them: 1 where one is stale."""
    parser = argparse.ArgumentParser(prog="python -m foretype.settings.reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a page is stale")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="the folder of the pages")
    args = parser.parse_args(arguments)
    stale = {path: text for path, text in pages(args.docs).items() if not _is_current(path, text)}
    for path, text in stale.items():
        if args.check:
            print(f"{path} is stale: run `make docs`.", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if args.check and stale else 0


def pages(docs: Path) -> dict[Path, str]:
    """Each generated file and what it should hold."""
    schema = json.dumps(settings_schema(Settings), indent=2, ensure_ascii=False) + "\n"
    return {docs / "configuration.md": configuration_page(), docs / "foretype.schema.json": schema}


def configuration_page() -> str:
    """The page in Markdown: the prose, then one table for each group, then an example."""
    prose = _PROSE.read_text(encoding="utf-8")
    tables = "\n".join(_tables())
    return prose.replace("{{options}}", tables).replace("{{example}}", "\n".join(_example()))


def _is_current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def _tables() -> Iterator[str]:
    yield from _table("Top level", "", [found for found in walk(Settings) if "." not in found.key])
    for name, sentence in group_texts(Settings):
        members = [found for found in walk(Settings) if found.key.rpartition(".")[0] == name]
        yield from _table(f"`{name}`", sentence, members)


def _table(title: str, sentence: str, members: list[Option]) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    if sentence:
        yield sentence
        yield ""
    yield "| Option | Type | Default | Scope | Environment | What it does |"
    yield "|---|---|---|---|---|---|"
    for found in members:
        cells = (
            f"`{found.key}`",
            _type(found.hint, found),
            _default(found.default),
            found.rule.scope + _off(found),
            f"`{found.rule.environment}`" if found.rule.environment else "",
            found.text,
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def _type(hint: Any, found: Option) -> str:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        members = [member for member in get_args(hint) if member is not type(None)]
        return " or ".join(_type(member, found) for member in members)
    if origin is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(hint))
    if origin is tuple:
        return "list of strings"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"table: name to {_type(get_args(hint)[1], found)}"
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return "table of " + ", ".join(f"`{name}`" for name in fields_of(hint))
    if hint is Any:
        return "any value"
    return _TYPES[hint] + (bounds(found.rule) if hint in (int, float) else "")


def _default(value: object) -> str:
    if value in (None, "", ()) or value == {}:
        return "not set"
    return f"`{_toml(value)}`"


def _off(found: Option) -> str:
    if found.rule.adds:
        return "; untrusted: may add"
    if found.rule.off:
        return f"; untrusted: may set `{_toml(found.rule.off[0])}`"
    return ""


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        entries = (f"{_name(name)} = {_toml(entry)}" for name, entry in value.items())
        return "{ " + ", ".join(entries) + " }"
    return json.dumps(value, ensure_ascii=False)


def _name(name: str) -> str:
    return name if name.replace("_", "a").replace("-", "a").isalnum() else json.dumps(name)


def _example() -> Iterator[str]:
    """Every option that a project file may set, with its default or an example, as TOML."""
    safe = [found for found in walk(Settings) if found.rule.scope == "project"]
    # In TOML what stands below a table's header belongs to it, so the top level comes first.
    table = ""
    for found in sorted(safe, key=lambda found: found.key.rpartition(".")[0]):
        group, _, name = found.key.rpartition(".")
        if group != table:
            yield ""
            yield f"[{group}]"
            table = group
        yield f"{name} = {found.rule.example or _toml(found.default)}"


if __name__ == "__main__":
    raise SystemExit(main())
