"""Which string or comment a place stands in, as the lines above tell."""

from __future__ import annotations

import pytest

from foretype.postprocess.languages import language_of
from foretype.postprocess.nesting import open_quote, read_nesting


@pytest.mark.parametrize(
    ("language", "above", "typed", "quote"),
    [
        ("go", ["func a() {", "\tb := `C:\\`"], "\tc", ""),
        ("go", ["func a() {", "\tb := `C:\\"], "c", "`"),
        ("typescript", ["const a = `C:\\`"], "b", "`"),  # there a backslash escapes
        ("python", ["def a():", '    """Text'], "    more", '"""'),
        ("python", ["def a():", '    """Text."""'], "    more", ""),
        ("python", ["    of a text.", '    """'], "def b():", ""),
        ("python", ['A = """', "    text"], "b", '"""'),
        ("c", ["/* a", " * b"], " * c", "/*"),
        ("c", ["/* a */"], "int b;", ""),
    ],
)
def test_the_quote_that_is_open(language: str, above: list[str], typed: str, quote: str) -> None:
    assert open_quote(tuple(above), typed, language_of(language)) == quote


@pytest.mark.parametrize(
    ("text", "open_marks"),
    [
        ("a.replace(/[(]/g, b", 1),
        ("a = /\\(/", 0),
        ("a = b / c(d / e", 1),
        ("a = [/}/, /{/", 1),
        ("// {", 0),
    ],
)
def test_a_regular_expressions_brackets_are_none_of_the_codes(text: str, open_marks: int) -> None:
    nesting = read_nesting(text, language_of("javascript"))
    assert (len(nesting.open), nesting.closed) == (open_marks, ())
