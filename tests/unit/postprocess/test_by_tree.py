"""What is asked of the grammar about a stream: of which statement, with what around it, and how often."""

from __future__ import annotations

import pytest

from foretype.postprocess.streaming import by_tree
from foretype.postprocess.streaming.by_tree import ByTree
from foretype.postprocess.surroundings import Surroundings


def around(language: str, above: str, typed: str, rest: str = "") -> Surroundings:
    return Surroundings(typed, rest, (), 20, tuple(above.split("\n")), language)


@pytest.mark.parametrize(
    ("language", "above", "lines", "state", "row", "kind"),
    [
        # the branch belongs to the statement that began above
        ("c", "void f() {\n  if (a) {\n    b();", ["  } else {", "    c();", "  }"], "ended", 2, "if_statement"),
        ("python", "if a:\n    b()", ["else:", "    c()", "d()"], "left", 1, "if_statement"),
        # a method is understood inside of its class only
        (
            "java",
            "class A {\n    int a;",
            ["    int f() {", "        return a;", "    }"],
            "ended",
            2,
            "method_declaration",
        ),
        # a bracket in what is no string to us may have been counted
        ("ruby", "class A", ["  def f", "    a = ?{", "  end"], "ended", 2, "method"),
        # an open string is closed for the question
        ("python", "", ["def f():", '    a = """', "b"], "open", 0, "function_definition"),
    ],
)
def test_the_statement_of_the_first_line(
    language: str, above: str, lines: list[str], state: str, row: int, kind: str
) -> None:
    found = ByTree(around(language, above, lines[0])).ask(lines)
    assert found is not None
    assert (found.state, found.type) == (state, kind)
    assert found.row == row or state == "open"


@pytest.mark.parametrize(
    "place",
    [
        around("markdown", "", "# a"),
        around("yaml", "", "a:"),
        around("html", "", "<a>"),
        around("c", "", "if (a", ") {"),  # the text behind the cursor is part of the statement
        around("unheard of", "", "if (a) {"),
    ],
)
def test_nobody_to_ask(place: Surroundings) -> None:
    assert ByTree(place).ask([place.typed, "    b", "}"]) is None


def test_what_a_machine_wrote_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_tree, "reach", lambda *_: pytest.fail("read"))
    above = "function f() { " + "a();" * by_tree.LONGEST
    assert ByTree(around("javascript", above, "  if (a) {")).ask(["  if (a) {", "  }"]) is None


def test_a_language_without_grammar_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(by_tree, "reach", lambda *arguments: asked.append(arguments))
    tree = ByTree(around("c", "", "if (a) {"))
    for _ in range(3):
        assert tree.ask(["if (a) {", "}"]) is None
    assert len(asked) == 1
