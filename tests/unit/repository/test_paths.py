"""Editors' names of files and the index's, as data."""

from __future__ import annotations

import pytest

from foretype.repository.paths import relative_to

PATHS = [
    ("/work/a/b.py", ["/work"], False, "a/b.py"),
    ("/work/a/../b.py", ["/work/"], False, "b.py"),
    ("/work", ["/work"], False, ""),
    ("/workshop/a.py", ["/work"], False, None),
    ("/work/../etc/passwd", ["/work"], False, None),
    ("a.py", ["/work"], False, None),
    ("/real/a.py", ["/work", "/real"], False, "a.py"),
    ("/a.py", ["/"], False, "a.py"),
    (r"c:\Users\Me\src\a.py", [r"C:\users\me"], True, "src/a.py"),
    (r"C:\Users\Me\src\a.py", ["C:/users/me/"], True, "src/a.py"),
    (r"D:\a.py", [r"C:\users"], True, None),
    (r"\\server\share\x\a.py", [r"\\server\share\x"], True, "a.py"),
]


@pytest.mark.parametrize(("path", "roots", "windows", "expected"), PATHS)
def test_relative_to(path: str, roots: list[str], windows: bool, expected: str | None) -> None:
    assert relative_to(path, roots, windows=windows) == expected
