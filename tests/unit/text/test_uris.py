"""From URIs to paths, for whatever clients send, and what of a path is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from foretype.text.uris import path_of, shown_path

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


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (None, ""),
        ("/home/me/shop/src/a.py", "src/a.py"),
        ("/home/me/tools/b.py", "b.py"),
        ("/home/me/elsewhere/c.py", "c.py"),
        ("/home/me/shopping/d.py", "d.py"),
    ],
)
def test_folders_above_the_workspace_are_not_shown(path: str | None, shown: str):
    folders = (Path("/home/me/shop"), Path("/home/me/tools"))
    assert shown_path(path and Path(path), folders) == shown
