"""Language identifiers by file name."""

from __future__ import annotations

import pytest

from foretype.text.language_ids import language_id_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.py", "python"),
        ("b.TSX", "typescriptreact"),
        ("Makefile", "makefile"),
        ("x.h", "c"),
        ("x", "plaintext"),
        (".py", "plaintext"),
        ("folder.py/Dockerfile", "dockerfile"),
        ("deep/er/a.test.rs", "rust"),
        ("", "plaintext"),
    ],
)
def test_languages(name: str, expected: str) -> None:
    assert language_id_of(name) == expected
