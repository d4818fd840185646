"""Trees by lines and characters; bad text of every kind; grammars that are not there."""

from __future__ import annotations

import itertools
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.syntax import grammars
from foretype.syntax.definitions import definitions, definitions_and_outline, imports
from foretype.syntax.grammars import grammar_for, installed
from foretype.syntax.statement_end import Written, reach
from foretype.syntax.tree import parse

CODE = """\
class Rocket:
    def start(self):  # 🚀🚀
        return "🚀", self.fuel

    def stop(self):
        pass
"""


def test_columns_are_characters():
    tree = parse(CODE, "python")
    assert tree is not None
    fuel = tree.smallest_node(2, CODE.splitlines()[2].index("fuel"), 2, CODE.splitlines()[2].index("fuel") + 4)
    assert (fuel.type, fuel.start, fuel.end) == ("identifier", (2, 25), (2, 29))


@pytest.mark.parametrize(
    ("text", "language", "wrong"),
    [
        ("x = (1, 2)\n", "python", False),
        ("x = (1, 2\n", "python", True),
        ("int f() { return 1; }\n", "c", False),
        ("int f() { return 1;\n", "c", True),
    ],
)
def test_errors_are_counted(text: str, language: str, wrong: bool):
    tree = parse(text, language)
    assert tree is not None
    assert (tree.errors > 0) is wrong


def test_places_outside_of_the_text_are_the_files_own():
    tree = parse(CODE, "python")
    assert tree is not None
    assert tree.smallest_node(90, 0, 95, 7).type == "module"


def test_a_language_without_a_grammar_has_no_tree():
    assert grammar_for("brainfuck") is None
    assert parse("x", "brainfuck") is None


@pytest.mark.parametrize("package", ["tree_sitter", "tree_sitter_python"])
def test_without_the_wheels_layout_answers(monkeypatch: pytest.MonkeyPatch, package: str):
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    grammars.load.cache_clear()
    grammars.grammar_for.cache_clear()
    try:
        assert grammar_for("python") is None
        assert "python" not in installed()
        assert [each.qualified_name for each in definitions(CODE, "python")] == [
            "Rocket",
            "Rocket.start",
            "Rocket.stop",
        ]
    finally:
        grammars.load.cache_clear()
        grammars.grammar_for.cache_clear()


def test_all_identifiers_of_the_protocol_find_their_grammar():
    names = "c cpp csharp css go html java javascript javascriptreact kotlin lua php python ruby rust scala"
    for name in [*names.split(), "shellscript", "typescript", "typescriptreact"]:
        assert grammar_for(name) is not None, name


@pytest.mark.parametrize("language", ["python", "typescript", "c", "go", "ruby", "brainfuck", "html"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ud800def f():\udfff\n    pass",
        "def f():\0\n    '''\0'''\n",
        "\r\r\n\n\r",
        "\ufeffclass A:\n  x = 1",
        "{" * 3_000,
        "(" * 3_000 + "\n" + "def f():\n" * 100,
        "x" * 200_000,
        '"""' + "\n" * 3_000,
        "\u2028\x0c\x0bdef f(): pass",
    ],
    ids=range(10),
)
def test_any_text_is_read(text: str, language: str):
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    for each in definitions(text, language):
        assert 0 <= each.start <= each.signature_start <= each.body_start <= each.end <= lines
    for taken in imports(text, language):
        assert 0 <= taken.start < taken.end <= lines
    assert isinstance(definitions_and_outline(text, language)[1], str)


@given(st.text(alphabet="def fclasx(){}:;=\n\r\t \"'#/*@🚀\ud800\0import."), st.sampled_from(["python", "go", "xyz"]))
def test_no_text_breaks_it(text: str, language: str):
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    for each in definitions(text, language):
        assert 0 <= each.start <= each.signature_start <= each.body_start <= each.end <= lines
    definitions_and_outline(text, language)
    tree = parse(text, language)
    if tree is not None:
        assert tree.smallest_node(0, 0, 0, 0).type


def test_what_a_grammar_takes_too_long_for_is_read_by_layout(monkeypatch: pytest.MonkeyPatch):
    ticks = itertools.count(step=0.01)
    monkeypatch.setattr("foretype.syntax.tree.time.thread_time", lambda: next(ticks))
    short = "function f()\nend\n"
    assert parse(short, "lua") is not None
    long = short * 2_000
    assert parse(long, "lua") is None
    assert len(definitions(long, "lua")) == 2_000
    assert reach(Written(long, 0, ""), "lua") is None


def test_who_is_in_a_hurry_has_imports_by_layout(monkeypatch: pytest.MonkeyPatch):
    inside = "def f():\n    import inside\n\n\n"
    text = "import first\n" + inside * 100
    ticks = itertools.count(step=0.001)
    monkeypatch.setattr("foretype.syntax.tree.time.thread_time", lambda: next(ticks))
    assert parse(text, "python") is not None
    assert parse(text, "python", 0.005) is None
    assert imports(text, "python", 0.005)[0] == imports(text, "python")[0]


def test_pieces_make_one_text():
    text = "".join(f"def f_{number}(): return '🚀{'x' * number}'\n" for number in range(300))
    tree = parse(text, "python")
    assert tree is not None
    assert tree.errors == 0
    assert [each.name for each in tree.found] == [f"f_{number}" for number in range(300)]


def test_it_is_known_at_once_that_a_language_has_no_grammar(monkeypatch: pytest.MonkeyPatch):
    assert grammars.is_known("brainfuck")
    monkeypatch.setattr(grammars, "_tried", set())
    grammars.load.cache_clear()
    grammars.grammar_for.cache_clear()
    assert not grammars.is_known("lua")
    grammar_for("lua")
    assert grammars.is_known("lua")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "def f():\n    '''\0'''\ndef g(): pass\n"),
        ("c", "int f(){}\n\0\nint g(){}\n"),
        ("shellscript", "f() {\ncat <<E\n\0\nE\n}\ng() { a; }\n"),
    ],
)
def test_a_nul_is_no_error(language: str, text: str):
    tree = parse(text, language)
    assert tree is not None
    assert tree.errors == 0
    assert [each.name for each in tree.found] == ["f", "g"]
