"""When a stream is ended: how far it got (┆) before nothing more was wanted; a stream without the mark runs on."""

from __future__ import annotations

from typing import Any

import pytest

from foretype.postprocess.streaming import by_tree
from foretype.postprocess.streaming.watch import Unit, Watch
from foretype.postprocess.surroundings import Surroundings
from foretype.syntax.statement_end import Reach


def around(buffer: str, language: str, max_lines: int = 20) -> Surroundings:
    before, _, after = buffer.partition("│")
    *above, typed = before.split("\n")
    rest, *below = after.split("\n")
    return Surroundings(typed, rest, tuple(below), max_lines, tuple(above), language)


def read_until_it_ends(watch: Watch, text: str) -> tuple[int | None, int]:
    """The useful length, and how many characters had come when it was known."""
    for end in range(1, len(text) + 1):
        if (useful := watch(text[:end])) is not None:
            return useful, end
    return None, len(text)


@pytest.mark.parametrize(
    ("language", "buffer", "unit", "stream"),
    [
        # a line ends with it
        ("python", "x = │", "line", "1\n┆y = 2\n"),
        ("python", "│", "line", "\n\nx = 1\n┆y = 2\n"),
        ("python", "x = │", "line", "long_na"),
        # a body ends as soon as it is clear that the next line is none of it, not when that line is complete
        ("python", "def f():│", "statement", "\n    return 1\nx ┆= 2\n"),
        ("python", "def f():│", "statement", "\n    return 1\nelse"),
        ("python", "if a:│", "statement", "\n    b()\nelse:\n    c()\n\nd(┆)\n"),
        # a closer completes it by itself
        ("go", "func f() {│", "statement", "\n\treturn\n}\n┆\nfunc g() {\n"),
        ("typescript", "f(() => {│", "statement", "\n  g();\n});\n┆h();\n"),
        # the next line of the document
        ("python", "def f():\n    │\n    return total", "block", "total = 1\n    return total\n┆"),
        # circles, by lines and by characters
        ("c", "int a[] = {│", "statement", "\n  next_one,\n  next_one,\n  next_one,\n┆  next_one,\n"),
        ("python", "x = │", "line", "ab.ab.ab.ab.ab.ab.ab.ab.ab.ab.ab.ab.┆ab.ab."),
        # special tokens
        ("python", "x = │", "line", "f()<|im_end|>┆"),
        # two blank lines
        ("python", "def f():│", "statement", "\n    return 1\n\n\n┆def g():\n"),
    ],
)
def test_a_stream_is_ended_as_soon_as_it_is_useless(language: str, buffer: str, unit: Unit, stream: str) -> None:
    text = stream.replace("┆", "")
    watch = Watch(around(buffer, language, 1 if unit == "line" else 20), unit)
    useful, read = read_until_it_ends(watch, text)
    assert (useful is not None) == ("┆" in stream)
    assert read == (stream.index("┆") if "┆" in stream else len(text))


def test_no_more_lines_are_read_than_are_shown() -> None:
    text = "".join(f"    step_{letter}()\n" for letter in "abcdefgh")
    useful, read = read_until_it_ends(Watch(around("def f():\n│", "python", 3), "block"), text)
    assert text[:useful].count("\n") == 2
    assert read == len("    step_a()\n") * 3


@pytest.mark.parametrize(
    ("language", "buffer", "unit", "stream"),
    [
        # what may go on with a complete statement is waited for, and no longer than its first word takes
        ("c", "if (a) {│", "statement", "\n    b();\n}\nc ┆();\n"),
        ("c", "if (a) {│", "statement", "\n    b();\n}\nelse {\n    c();\n}\nd ┆();\n"),
        ("typescript", "const a = await│", "statement", " f(\n  1,\n)\nb ┆();\n"),
        ("typescript", "return│", "statement", " f()\n  .g()\nh ┆();\n"),
        # a branch whose condition goes on in the next line
        ("c", "if (a) {│", "statement", "\n    b();\n} else if (c &&\n           d) {\n    e();\n}\nf ┆();\n"),
        # a label may look like the end of a block while it comes in
        ("c", "void f() {\n    │\n}", "block", "a();\n    b();\nout:\n    c();\n}┆"),
        # a comment at the margin decides nothing
        ("python", "def f():│", "statement", "\n    a()\n# b\n    c()\nd ┆= 1\n"),
        # the statement that needs more is given more, and no more than that
        ("java", "int a =│", "statement", " f()\n    .g();\n┆b();\n"),
        # what the grammar does not understand is read by layout
        ("java", "if (a ??? b) {│", "statement", "\n    c d e\n}\nf ┆g;\n"),
    ],
)
def test_a_stream_is_ended_where_its_statement_is(language: str, buffer: str, unit: Unit, stream: str) -> None:
    text = stream.replace("┆", "")
    useful, read = read_until_it_ends(Watch(around(buffer, language), unit), text)
    assert read == stream.index("┆")
    assert useful is not None


@pytest.mark.parametrize(
    ("language", "above"),
    [
        # a definition in a string is none that reading could begin at
        ("python", 'def a(b):\n    c(\n        """\n        def d():\n            pass\n        """\n    )\n\n'),
        # where nothing begins, the first quote tells whether it opens or closes
        ("python", '    of a long text.\n    """\n    a = 1\n\n\n'),
        ("python", '    of a long text."""\n    a = 1\n\n\n'),
        ("python", 'A = """\n    text\n"""\n\n\n'),
    ],
)
def test_the_text_above_does_not_open_a_string(language: str, above: str) -> None:
    text = "\n    f()\ng = 1\n"
    useful, read = read_until_it_ends(Watch(around(f"{above}def e():│", language), "statement"), text)
    assert (text[:useful], read) == ("\n    f()", len("\n    f()\ng "))


def test_a_special_token_ends_a_text_that_comes_at_once() -> None:
    text = "f()<|im_end|>\ng()\n"
    assert Watch(around("x = │", "python", 1), "line")(text) == len("f()")


def test_no_stream_asks_the_grammar_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = by_tree.reach

    def reach(*arguments: Any) -> Any:
        asked.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(by_tree, "reach", reach)
    text = "\n    switch (a) {" + "".join(f"\nlabel_{number}:\n    b({number});" for number in range(200))
    read_until_it_ends(Watch(around("void f() {\n    if (b) {│", "c", 1_000), "statement"), text)
    assert 1 < len(asked) <= 2 * by_tree.MOST


@pytest.mark.parametrize("state", ["left", "ended"])
def test_a_grammar_that_misreads_is_not_believed(monkeypatch: pytest.MonkeyPatch, state: Any) -> None:
    """It says that the statement ended in its first line, but lines of it have come since."""
    monkeypatch.setattr(by_tree, "reach", lambda *_: Reach(state, 0, "identifier"))
    text = "\n    b();\n    c();\n}\nd();\n"
    useful, _ = read_until_it_ends(Watch(around("for (;;) {│", "c"), "statement"), text)
    assert text[:useful] == "\n    b();\n    c();\n}"
