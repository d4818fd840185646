"""Writes the server's settings into package.json and package.nls.json, from the server's own model of them.

`python clients/vscode/scripts/settings.py` writes, with `--check` it says whether the files are current. The first
section of `contributes.configuration` is the extension's own and is left alone, as are all texts but `configuration.*`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from foretype.settings.json_schema import option_schema
from foretype.settings.model import Settings
from foretype.settings.schema import Option, camel, group_texts, walk

EXTENSION: Final = Path(__file__).resolve().parents[1]
_TEXTS: Final = "configuration."
_OWN_RESTRICTED: Final = "foretype.server.path"
_SCOPES: Final = {"user": "machine", "project": "window"}
"""VS Code takes a `machine` setting from the user only, never from a folder, and does not sync it."""


def main(arguments: list[str] | None = None) -> int:
    """Write the two files, or with `--check` compare them: 1 where one is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file is stale")
    args = parser.parse_args(arguments)
    stale = {path: text for path, text in files().items() if path.read_text(encoding="utf-8") != text}
    for path, text in stale.items():
        if args.check:
            print(f"{path.name} is stale: run clients/vscode/scripts/settings.py.", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if args.check and stale else 0


def files() -> dict[Path, str]:
    """Each file and what it should hold."""
    manifest_path, texts_path = EXTENSION / "package.json", EXTENSION / "package.nls.json"
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    texts = json.loads(texts_path.read_text(encoding="utf-8"))
    options = list(walk(Settings))
    own = manifest["contributes"]["configuration"][0]
    manifest["contributes"]["configuration"] = [own, *_sections(options)]
    restricted = [_OWN_RESTRICTED, *(_name(option) for option in options if _restricted(option))]
    manifest["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] = restricted
    kept = {key: text for key, text in texts.items() if not key.startswith(_TEXTS)}
    return {manifest_path: _json(manifest), texts_path: _json({**kept, **_descriptions(options)})}


def _sections(options: list[Option]) -> list[dict[str, Any]]:
    """One section of the settings editor for each group at the top of the tree, in the order of the model."""
    sections: dict[str, dict[str, Any]] = {}
    for order, option in enumerate(options):
        group = option.key.split(".")[0] if "." in option.key else ""
        section = sections.setdefault(group, {"title": f"%{_TEXTS}{group or 'top'}.title%", "properties": {}})
        section["properties"][_name(option)] = _property(option, order)
    return list(sections.values())


def _property(option: Option, order: int) -> dict[str, Any]:
    schema = option_schema(option)
    del schema["description"]
    if option.default is None:
        # The settings editor writes the default of every setting, so there has to be one.
        schema |= {"type": [schema["type"], "null"], "default": None}
    described = {"markdownDescription": f"%{_text(option)}%", "scope": _SCOPES[option.rule.scope], "order": order}
    online = {"tags": ["usesOnlineServices"]} if option.key == "model.base_url" else {}
    return {**schema, **described, **online}


def _restricted(option: Option) -> bool:
    """Whether an untrusted workspace has no say at all in an option."""
    rule = option.rule
    return rule.scope == "user" or not (rule.off or rule.adds)


def _descriptions(options: list[Option]) -> dict[str, str]:
    groups = [name for name, _ in group_texts(Settings) if "." not in name]
    titles = {f"{_TEXTS}{name}.title": name.capitalize() for name in groups}
    return {f"{_TEXTS}top.title": "Suggestions", **titles, **{_text(option): option.text for option in options}}


def _name(option: Option) -> str:
    return "foretype." + ".".join(map(camel, option.key.split(".")))


def _text(option: Option) -> str:
    return _name(option).replace("foretype.", _TEXTS, 1)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
