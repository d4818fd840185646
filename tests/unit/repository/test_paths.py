"""Editors' names of files and the index's, as data."""

from __future__ import annotations

import pytest

from foretype.repository.paths import path_of_uri, relative_to

URIS = [
    ("file:///home/me/a%20b.py", False, "/home/me/a b.py"),
    ("file:///home/me/%E2%82%AC.py", False, "/home/me/€.py"),
    ("file:///c%3A/Users/me/a.py", True, r"c:\Users\me\a.py"),
    ("file:///C:/Users/me/a.py", True, r"C:\Users\me\a.py"),
    ("file://server/share/a.py", True, r"\\server\share\a.py"),
    ("FILE:///x", False, "/x"),
    ("untitled:Untitled-1", False, None),
    ("http://x/y", False, None),
    ("file://[bad", False, None),
]


@pytest.mark.parametrize(("uri", "windows", "expected"), URIS)
def test_path_of_uri(uri: str, windows: bool, expected: str | None) -> None:
    assert path_of_uri(uri, windows=windows) == expected


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
