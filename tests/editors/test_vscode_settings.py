"""The manifest of the VS Code extension agrees with the server's settings, and names no machine or address."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

EXTENSION = Path(__file__).resolve().parents[2] / "clients" / "vscode"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vscode_settings", EXTENSION / "scripts" / "settings.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    text = (EXTENSION / "package.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def settings(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: schema
        for section in manifest["contributes"]["configuration"]
        for name, schema in section["properties"].items()
    }


def test_the_settings_are_those_of_the_server(generator: ModuleType) -> None:
    assert generator.main(["--check"]) == 0


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("foretype.model.baseUrl", "machine"),
        ("foretype.model.headers", "machine"),
        ("foretype.model.apiKeyCommand", "machine"),
        ("foretype.server.path", "machine-overridable"),
        ("foretype.enable", "window"),
    ],
)
def test_a_folder_cannot_say_where_text_and_keys_go(manifest: dict[str, Any], name: str, scope: str) -> None:
    assert settings(manifest)[name]["scope"] == scope


def test_what_an_untrusted_folder_may_not_set_is_listed(manifest: dict[str, Any]) -> None:
    restricted = set(manifest["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"])
    assert {"foretype.server.path", "foretype.model.baseUrl", "foretype.model.apiKeyCommand"} <= restricted
    machine = {name for name, schema in settings(manifest).items() if schema["scope"].startswith("machine")}
    assert machine <= restricted <= set(settings(manifest))


def test_every_text_is_there_and_used() -> None:
    used = set(re.findall(r'"%([\w.]+)%"', (EXTENSION / "package.json").read_text(encoding="utf-8")))
    assert used == set(json.loads((EXTENSION / "package.nls.json").read_text(encoding="utf-8")))


def test_every_command_of_the_manifest_is_registered_in_the_code(manifest: dict[str, Any]) -> None:
    code = (EXTENSION / "src" / "extension.ts").read_text(encoding="utf-8")
    actions = (EXTENSION / "src" / "actions.ts").read_text(encoding="utf-8")
    tasks = actions.partition("TASKS")[2].partition("};")[0]
    named = [*re.findall(r'\bcommand\("(\w+)"', code), *re.findall(r'registerCommand\("foretype\.(\w+)"', code)]
    registered = {f"foretype.{name}" for name in [*named, *re.findall(r"^  (\w+):", tasks, re.MULTILINE)]}
    assert len(registered) > 20
    # The language client registers the server's own commands.
    contributed = {command["command"] for command in manifest["contributes"]["commands"]}
    assert registered == contributed - {"foretype.resume"}


def test_no_key_is_taken_but_escape_while_a_suggestion_is_on_the_screen(manifest: dict[str, Any]) -> None:
    """The editor's own command runs first, then the server is told; Tab is the editor's."""
    (binding,) = manifest["contributes"]["keybindings"]
    assert (binding["command"], binding["key"]) == ("runCommands", "escape")
    assert binding["args"]["commands"] == ["editor.action.inlineSuggest.hide", "foretype.dismiss"]
    conditions = {
        "foretype.running",
        "inlineSuggestionVisible",
        "editorTextFocus",
        "!suggestWidgetVisible",
        "!vim.active",
    }
    assert conditions <= set(binding["when"].split(" && "))


def test_the_lock_file_names_no_addresses() -> None:
    lock = json.loads((EXTENSION / "package-lock.json").read_text(encoding="utf-8"))
    for name, package in lock["packages"].items():
        assert "resolved" not in package, name
        assert not name or "integrity" in package, name
