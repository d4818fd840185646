"""Names in code."""

from __future__ import annotations

import pytest

from foretype.context.identifiers import identifiers, parts


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("def total_of(order): return order.rows", "python", ["total_of", "order", "order", "rows"]),
        ("ab = x1y + i", "python", ["x1y"]),
        ("match = case", "python", ["match", "case"]),
        ("let match = case", "rust", ["case"]),
        ("while (true) await größe()", "", ["await", "größe"]),
        ("", "go", []),
        ("1234 _ __", "", []),
    ],
)
def test_names_of_three_characters_that_are_no_keywords(text: str, language: str, names: list[str]) -> None:

    assert identifiers(text, language) == names


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("HTTPServer_new", ["http", "server", "new"]),
        ("getUserById", ["get", "user", "by", "id"]),
        ("snake_case_2", ["snake", "case"]),
        ("ALL_CAPS", ["all", "caps"]),
        ("größe", ["gr", "öß", "e"]),
    ],
)
def test_the_words_of_a_name(name: str, words: list[str]) -> None:
    assert parts(name) == words
