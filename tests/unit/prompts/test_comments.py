"""Text as comments of each language, which nothing in it can end."""

from __future__ import annotations

import pytest

from foretype.prompts.comments import commented, ellipsis


@pytest.mark.parametrize(
    ("language", "text", "comment"),
    [
        ("python", "a\n\nb\n", "# a\n#\n# b\n"),
        ("rust", "a", "// a\n"),
        ("", "a", "// a\n"),
        ("lua", "a", "-- a\n"),
        ("html", "a -->\nb", "<!-- a - ->\nb -->\n"),
        ("css", "a */ b", "/* a * / b */\n"),
        ("ocaml", "a", "(* a *)\n"),
        ("latex", "a", "% a\n"),
    ],
)
def test_commented(language: str, text: str, comment: str) -> None:
    assert commented(text, language) == comment


def test_an_ellipsis_stands_where_the_code_would() -> None:
    assert ellipsis("python", "    ") == "    # ...\n"
    assert ellipsis("css") == "/* ... */\n"
