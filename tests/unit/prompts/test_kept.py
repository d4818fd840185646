"""Imports and first lines of enclosing blocks: which, in which form, and that nothing is too much."""

from __future__ import annotations

import pytest

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
    kept = kept_above(ABOVE, TOP, "    def f(self):\n        one(", "python", Cost(budget, BYTES))
    assert (kept.text, kept.tokens) == (text, len(text))


def test_other_languages() -> None:
    above = ["import { a } from './a'\n", "\n", "function f() {\n"]
    kept = kept_above(above, above[:1], "\ta()", "typescript", Cost(200, BYTES))
    assert kept.text == "import { a } from './a'\n// ...\nfunction f() {\n    // ...\n"
    assert kept_above(["<div>\n"], [], "  text", "html", Cost(200, BYTES)) == NOTHING
    assert kept_above([], [], "", "python", Cost(200, BYTES)) == NOTHING
