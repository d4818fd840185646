"""How far a statement reaches in text that is not finished; each case is a text, and what is said of its first line."""

from __future__ import annotations

import pytest

from foretype.syntax.statement_end import Written, reach


@pytest.mark.parametrize(
    ("language", "text", "closers", "state"),
    [
        ("c", "int f(void)", "", "open"),
        ("c", "int f(void)\n{", "}", "open"),
        ("c", "int f(void)\n{\n    a();\nout:\n    b();", "}", "open"),
        ("c", "int f(void)\n{\n}", "", "ended"),
        ("c", "int f(void)\n{\n}\nint g;", "", "left"),
        ("go", "func f() {\n\treturn `}`\n}", "", "ended"),
        ("go", "func f() {\n\treturn `}", "`}", "open"),
        ("rust", "let a = match b {\n    C => 1,\n}", "", "open"),
        ("rust", "let a = match b {\n    C => 1,\n};", "", "ended"),
        ("java", "return users.stream()", "", "open"),
        ("java", "return users.stream()\n    .toList();", "", "ended"),
        ("typescript", "f(() => {\n  g();", "})", "open"),
        ("typescript", "f(() => {\n  g();\n});", "", "ended"),
        ("python", "if a:\n    b()\nelse:", "", "ended"),
        ("python", "if a:\n    b()\nc()", "", "left"),
        ("python", "x = f(\n1,", ")", "open"),
        ("php", "if ($a) {\n    b();\n}", "", "ended"),
        ("php", "if ($a) {\n    b();", "}", "open"),
        ("python", "if a ??? b:\n    c", "", "unsure"),
        ("python", "", "", "unsure"),
        ("python", "\n\n", "", "unsure"),
        ("python", "\ud800 = '\0🚀'\nx = 1", "", "unsure"),
        ("python", "x = '\0🚀'\ny = 1", "", "left"),
    ],
)
def test_the_first_lines_statement(language: str, text: str, closers: str, state: str):
    found = reach(Written(text, 0, closers), language)
    assert found is not None
    assert found.state == state


def test_the_line_of_its_end_is_told():
    found = reach(Written("class A:\n    def f(self):\n        return 1\n\n    x = 2", 1, ""), "python")
    assert found is not None
    assert (found.state, found.row, found.type) == ("left", 2, "function_definition")


@pytest.mark.parametrize(
    ("language", "text", "closers", "state"),
    [
        ("python", "def f():\n    a()\n    b()", "", "ended"),
        ("python", "def f():\n    a()\ndef g():", "", "left"),
        ("c", "void f() {\n    a();\nout:\n    b();", "}", "open"),
        ("c", "void f() {\n    a();\n}", "", "left"),
        ("go", "func f() {\n\ta()\n}", "", "left"),
        ("java", "class A {\n    int a;\n}", "", "left"),
        ("go", "var a = `\nb\n}", "`", "unsure"),
    ],
)
def test_the_block_that_the_second_line_stands_in(language: str, text: str, closers: str, state: str):
    found = reach(Written(text, 1, closers, whole_list=True), language)
    assert found is not None
    assert found.state == state


def test_nobody_to_ask():
    assert reach(Written("x", 0, ""), "brainfuck") is None
