"""From an import as it is written to files."""

from __future__ import annotations

import pytest

from foretype.context.collectors.resolving import files_of
from foretype.syntax.definitions import Import

from .fake_index import FakeSearchIndex


@pytest.mark.parametrize(
    ("language", "path", "module", "names", "files", "found"),
    [
        ("python", "app/main.py", "app.models", ("User",), ["app/models.py", "b/models.py"], ["app/models.py"]),
        ("python", "app/main.py", ".models", ("User",), ["app/models.py"], ["app/models.py"]),
        ("python", "app/main.py", ".", ("models",), ["app/models.py", "b/models.py"], ["app/models.py"]),
        ("python", "src/app/main.py", "app", ("models",), ["src/app/models.py"], ["src/app/models.py"]),
        ("python", "a.py", "app", (), ["app/__init__.py"], ["app/__init__.py"]),
        ("typescript", "src/a.ts", "./b/c.js", ("x",), ["src/b/c.ts"], ["src/b/c.ts"]),
        ("typescript", "src/a.ts", "../util", ("x",), ["util/index.ts"], ["util/index.ts"]),
        ("rust", "src/main.rs", "crate::net::pool", ("Pool",), ["src/net/pool.rs"], ["src/net/pool.rs"]),
        ("rust", "src/main.rs", "crate::net::Pool", ("Pool",), ["src/net.rs"], ["src/net.rs"]),
        ("java", "src/A.java", "org.acme.Box", ("Box",), ["src/org/acme/Box.java"], ["src/org/acme/Box.java"]),
        ("c", "src/a.c", "net/pool.h", (), ["src/net/pool.h"], ["src/net/pool.h"]),
        ("go", "cmd/a.go", "example.org/shop/pricing", (), ["pricing/pricing.go"], ["pricing/pricing.go"]),
        ("python", "a.py", "os", (), ["b.py"], []),
        ("python", "a.py", "", (), ["b.py"], []),
    ],
)
def test_files(
    language: str, path: str, module: str, names: tuple[str, ...], files: list[str], found: list[str]
) -> None:
    index = FakeSearchIndex(dict.fromkeys(files, ""))
    assert files_of(Import(module, names, 0, 1), path, language, index) == found
