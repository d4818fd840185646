"""Numbers with their nouns."""

from __future__ import annotations

import pytest

from foretype.text.wording import counted


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ((0, "file"), "0 files"),
        ((1, "file"), "1 file"),
        ((1_200, "file"), "1,200 files"),
        ((1, "suggestion was", "suggestions were"), "1 suggestion was"),
        ((2, "suggestion was", "suggestions were"), "2 suggestions were"),
    ],
)
def test_a_number_and_its_noun(words: tuple[int, str], shown: str) -> None:
    assert counted(*words) == shown
