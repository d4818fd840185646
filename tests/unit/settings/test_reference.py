"""The generated pages are current and say what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from foretype.settings.json_schema import settings_schema
from foretype.settings.layers import Layer
from foretype.settings.model import Settings
from foretype.settings.reference import configuration_page, main, pages
from foretype.settings.resolve import resolve
from foretype.settings.schema import walk

DOCS = Path(__file__).parents[3] / "docs"


def test_the_pages_in_docs_are_current() -> None:
    for path, text in pages(DOCS).items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is stale: run `make docs`"


def test_check_and_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--docs", str(tmp_path)]
    assert main([*arguments, "--check"]) == 1
    assert "stale" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert main(arguments) == 0
    assert main([*arguments, "--check"]) == 0
    (tmp_path / "configuration.md").write_text("edited by hand")
    assert main([*arguments, "--check"]) == 1
    assert main(arguments) == 0
    assert main([*arguments, "--check"]) == 0


def test_every_option_is_on_the_page_once() -> None:
    page = configuration_page()
    for found in walk(Settings):
        assert page.count(f"| `{found.key}` |") == 1
        assert found.text.replace("|", "\\|") in page
    assert "{{" not in page


def test_every_table_row_has_its_cells() -> None:
    rows = [line for line in configuration_page().splitlines() if line.startswith("| `")]
    assert len(rows) == len(list(walk(Settings)))
    for row in rows:
        assert len(re.findall(r"(?<!\\)\|", row)) == 7


def test_the_example_is_what_a_trusted_project_may_say() -> None:
    toml = pytest.importorskip("tomllib" if __import__("sys").version_info >= (3, 11) else "tomli")
    example = configuration_page().partition("```toml")[2].partition("```")[0]
    resolved = resolve([Layer("project", "example", toml.loads(example))], trusted=True)
    assert resolved.problems == ()
    safe = {found.key for found in walk(Settings) if found.rule.scope == "project"}
    assert {key for key, origin in resolved.origins.items() if origin == "example" and key in safe} == safe


def _property(schema: dict[str, Any], key: str) -> dict[str, Any]:
    for name in key.split("."):
        schema = schema["properties"][name]
    return schema


def test_the_schema_has_every_option() -> None:
    schema = json.loads((DOCS / "foretype.schema.json").read_text(encoding="utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
    for found in walk(Settings):
        described = _property(schema, found.key)
        assert described["description"] == found.text
        if found.default is not None:
            expected = list(found.default) if isinstance(found.default, tuple) else found.default
            assert described["default"] == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("index.enable", {"type": "boolean"}),
        ("completion.max_lines", {"type": "integer", "minimum": 1, "maximum": 1000}),
        ("completion.threshold", {"type": "number", "minimum": 0, "maximum": 1}),
        ("completion.trigger", {"type": "string", "enum": ["auto", "manual"]}),
        ("exclude", {"type": "array", "items": {"type": "string"}}),
        ("enable", {"type": "object", "additionalProperties": {"type": "boolean"}}),
        ("limits.tokens_per_day", {"type": "integer", "minimum": 1}),
        (
            "model.api_key_command",
            {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        ),
    ],
)
def test_the_schema_says_what_the_checks_do(key: str, expected: dict[str, Any]) -> None:
    described = _property(settings_schema(Settings), key)
    assert {name: described[name] for name in expected} == expected


def test_the_patterns_of_the_schema_fit_the_defaults_and_examples() -> None:
    for found in walk(Settings):
        pattern = _property(settings_schema(Settings), found.key).get("pattern")
        if pattern:
            for text in ("", found.rule.example):
                assert re.search(pattern, text)
