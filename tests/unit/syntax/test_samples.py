"""What is found in one sample of each language, by its grammar and by its layout alone.

The samples are samples/sample.*.txt; what is found in each stands beside it, a line a definition or import:
kind, qualified name, lines of the whole, lines of its signature, place of the name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foretype.syntax import plain
from foretype.syntax.definitions import Definition, Import, definitions, definitions_and_outline, imports

SAMPLES = Path(__file__).parent / "samples"
LANGUAGES = {
    "c": "c",
    "cpp": "cpp",
    "cs": "csharp",
    "go": "go",
    "java": "java",
    "jsx": "javascriptreact",
    "kt": "kotlin",
    "lua": "lua",
    "php": "php",
    "py": "python",
    "rb": "ruby",
    "rs": "rust",
    "scala": "scala",
    "sh": "shellscript",
    "ts": "typescript",
}


@pytest.mark.parametrize("ending", LANGUAGES)
def test_by_grammar(ending: str, golden):
    text, language = sample(ending), LANGUAGES[ending]
    golden(f"sample.{ending}.grammar", report(definitions(text, language), imports(text, language)))


@pytest.mark.parametrize("ending", LANGUAGES)
def test_by_layout(ending: str, golden):
    text, language = sample(ending), LANGUAGES[ending]
    found = [each for each in plain.definitions(text, language) if each.name]
    golden(f"sample.{ending}.layout", report(found, plain.imports(text, language)))


@pytest.mark.parametrize("ending", LANGUAGES)
def test_outline(ending: str, golden):
    golden(f"sample.{ending}.outline", definitions_and_outline(sample(ending), LANGUAGES[ending])[1] + "\n")


@pytest.mark.parametrize("ending", LANGUAGES)
def test_line_ends_and_astral_characters_move_nothing(ending: str):
    """The same with CRLF, lone CR, and behind a line of characters of four bytes."""
    text, language = sample(ending), LANGUAGES[ending]
    expected = report(definitions(text, language), imports(text, language))
    for line_end in ("\r\n", "\r"):
        changed = text.replace("\n", line_end)
        assert report(definitions(changed, language), imports(changed, language)) == expected
        by_layout = report(plain.definitions(changed, language), plain.imports(changed, language))
        assert by_layout == report(plain.definitions(text, language), plain.imports(text, language))


def sample(ending: str) -> str:
    return (SAMPLES / f"sample.{ending}.txt").read_text("utf-8")


def report(found: Iterator[Definition] | tuple[Definition, ...] | list[Definition], taken: tuple[Import, ...]) -> str:
    lines = [
        f"{each.kind} {each.qualified_name} {each.start}-{each.end} signature {each.signature_start}-{each.body_start}"
        f"{' documented' if each.documented else ''}"
        for each in found
    ]
    lines += [f"import {each.module} ({', '.join(each.names)}) {each.start}-{each.end}" for each in taken]
    return "\n".join(lines) + "\n"
