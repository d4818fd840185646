"""Words by which code is found, as data."""

from __future__ import annotations

import pytest

from foretype.repository.search.words import LONGEST, indexed_words, queried_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("get_user_by_id(x)", "get get_user_by_id user"),
        ("HTTPServerError", "error http httpservererror server"),
        ("a = ab + 12 + _x", ""),
        ("user user User", "user user user"),
        ("utf8Decode", "decode utf utf8decode"),
        ("größe_maß", "größe größe_maß maß"),
        ("名前空間 = 1", "名前空間"),
        ("x" * LONGEST, "x" * LONGEST),
        ("x" * (LONGEST + 1), ""),
        ("__init__", "__init__ init"),
    ],
)
def test_indexed(text: str, expected: str) -> None:
    assert indexed_words(text).split() == expected.split()


def test_what_is_everywhere_in_a_chunk_is_written_a_few_times() -> None:
    assert indexed_words("name " * 500).split() == ["name"] * 8


def test_path_and_container_count_once() -> None:
    words = indexed_words("value = 1", "app/models/user_profile.py", "Outer.Inner").split()
    assert words == sorted(["value", "app", "models", "user_profile", "user", "profile", "outer", "inner"])


def test_a_name_asks_for_itself_and_less_for_its_parts() -> None:
    wanted = queried_words({"get_user": 2.0, "user": 0.1, "no": 5.0, "gone": 0.0})
    assert wanted["get_user"] == 2.0
    assert 0.1 < wanted["user"] == wanted["get"] < 2.0
    assert wanted.keys() == {"get_user", "get", "user"}


def test_what_is_asked_is_what_is_indexed() -> None:
    for name in ("getUserById", "HTTP_2_Server", "Ünïcode_Names", "snake_case_name9"):
        assert queried_words({name: 1.0}).keys() == set(indexed_words(name).split())
