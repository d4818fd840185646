"""Editors' names of files and the index's, as data."""

from __future__ import annotations

import pytest

from foretype.repository.paths import relative_to

PATHS = [
    ("/home/me/a/b.py", ["/home/me"], False, "a/b.py"),
    ("/home/me/a/../b.py", ["/home/me/"], False, "b.py"),
    ("/home/me", ["/home/me"], False, ""),
    ("/home/meadow/a.py", ["/home/me"], False, None),
    ("/home/me/../etc/passwd", ["/home/me"], False, None),
    ("a.py", ["/home/me"], False, None),
    ("/real/a.py", ["/home/me", "/real"], False, "a.py"),
    ("/a.py", ["/"], False, "a.py"),
    (r"c:\Users\Me\src\a.py", [r"C:\users\me"], True, "src/a.py"),
    (r"C:\Users\Me\src\a.py", ["C:/users/me/"], True, "src/a.py"),
    (r"D:\a.py", [r"C:\users"], True, None),
    (r"\\server\share\x\a.py", [r"\\server\share\x"], True, "a.py"),
]


@pytest.mark.parametrize(("path", "roots", "windows", "expected"), PATHS)
def test_relative_to(path: str, roots: list[str], windows: bool, expected: str | None) -> None:
    assert relative_to(path, roots, windows=windows) == expected
