"""From URIs to paths, for whatever clients send."""

from __future__ import annotations

from pathlib import Path

import pytest

from foretype.text.uris import path_of

pytestmark = pytest.mark.skipif("os.name == 'nt'", reason="paths of POSIX")


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b.py", "/a/b.py"),
        ("file:///a%20b/%C3%A9.py", "/a b/é.py"),
        ("file:///a%23b%3Fc.py", "/a#b?c.py"),
        ("FILE:///a.py", "/a.py"),
        ("file://localhost/a.py", "/a.py"),
        ("file:/a.py", "/a.py"),
        ("file:///a/../b.py", "/a/../b.py"),
        ("file:///%ff.py", "/\udcff.py"),
        ("untitled:Untitled-1", None),
        ("vscode-notebook-cell:/a.ipynb#W0", None),
        ("git:/a.py", None),
        ("http://x/a.py", None),
        ("file:///a%00b", None),
        ("file:///a\0b", None),
        ("file:", None),
        ("http://[::1", None),
        ("", None),
        ("/a.py", None),
    ],
)
def test_path_of(uri, path):
    assert path_of(uri) == (None if path is None else Path(path))
