"""Imports and first lines of enclosing blocks: which, in which form, and that nothing is too much."""

from __future__ import annotations

import pytest

from foretype.prompts.imported import Imported, imported_in
from foretype.prompts.kept import NOTHING, Cost, enclosing, kept_above
from foretype.prompts.tokens import TokenCounter
from foretype.text.lines import split_lines

BYTES = TokenCounter("cl100k_base")


@pytest.mark.parametrize(
    ("above", "first", "found"),
    [
        ("class A:\n    x = 1\n\n    def f(self):\n        y\n", "        z", ["class A:\n", "    def f(self):\n"]),
        ("def f(\n    a,\n) -> int:\n    b\n", "    c", ["def f(\n    a,\n) -> int:\n"]),
        ("@mark\n@other(1)\ndef f():\n    b\n", "    c", ["@mark\n@other(1)\ndef f():\n"]),
        ("def f():\n    if a:\n        b\n    else:\n", "        c", ["def f():\n", "    if a:\n"]),
        ("int f(int a)\n{\n    b();\n", "    c();", ["int f(int a)\n{\n"]),
        ("if (a) {\n  b();\n} else {\n", "  c();", ["if (a) {\n"]),
        ("fn f() {\n    // note {\n# text:\n", "    c();", ["fn f() {\n"]),
        ("impl A {\n\tfn f(&self) {\n", "\t\tx", ["impl A {\n", "\tfn f(&self) {\n"]),
        ("def done():\n    pass\n\n", "x = 1", []),
        ("just words\n", "    indented", []),
        ("", "    indented", []),
        ("def f():\n", "", ["def f():\n"]),
    ],
)
def test_what_encloses(above: str, first: str, found: list[str]) -> None:
    lines = [line for line in split_lines(above) if line]
    assert ["".join(each) for each in enclosing(lines, first)] == found


TOP = split_lines("import os\nfrom a import (\n    one,\n    two,\n)\nimport unused\n")
ABOVE = [*TOP, "\n", "class A:\n", "    x = 1\n"]


@pytest.mark.parametrize(
    ("budget", "text"),
    [
        (
            200,
            "import os\nfrom a import (\n    one,\n    two,\n)\nimport unused\n# ...\nclass A:\n    # ...\n",
        ),
        (70, "from a import (\n    one,\n    two,\n)\n# ...\nclass A:\n    # ...\n"),
        (30, "class A:\n    # ...\n"),
        (10, ""),
    ],
)
def test_what_is_kept(budget: int, text: str) -> None:
    kept = kept_above(
        ABOVE, imported_in("".join(TOP), "python"), "    def f(self):\n        one(", "python", Cost(budget, BYTES)
    )
    assert (kept.text, kept.tokens) == (text, len(text))


def test_other_languages() -> None:
    above = ["import { a } from './a'\n", "\n", "function f() {\n"]
    kept = kept_above(above, imported_in(above[0], "typescript"), "\ta()", "typescript", Cost(200, BYTES))
    assert kept.text == "import { a } from './a'\n// ...\nfunction f() {\n    // ...\n"
    assert kept_above(["<div>\n"], [], "  text", "html", Cost(200, BYTES)) == NOTHING
    assert kept_above([], [], "", "python", Cost(200, BYTES)) == NOTHING


def test_imports_are_those_above_a_line_and_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from foretype.prompts import imported

    asked: list[str] = []
    found = imported.imported_in

    def watched(text: str, language_id: str) -> list[imported.ImportedLines]:
        asked.append(text)
        return found(text, language_id)

    monkeypatch.setattr(imported, "imported_in", watched)
    shown = 'def example():\n    """As in\n\nimport shown\n\n    """\n'
    top = [*TOP[:6], *split_lines(shown)[:-1], "import late\n"]
    known = Imported()
    starts = {end: [each.start for each in known.within(top, end, "python")] for end in (13, 12, 10, 5, 4, 1, 0)}
    # What stands in a string is none, also where the string is cut; half of one is none either.
    assert starts == {13: [0, 1, 5, 12], 12: [0, 1, 5], 10: [0, 1, 5], 5: [0, 1], 4: [0], 1: [0], 0: []}
    assert [each.start for each in known.within([*top, "more\n"], 13, "python")] == [0, 1, 5, 12]
    assert len(asked) == 1
    assert [each.start for each in known.within(["\n", *top], 13, "python")] == [1, 2, 6]
    assert known.within([], 0, "python") == []
    assert known.within(top, 1, "plaintext") == []
    assert len(asked) == 3
