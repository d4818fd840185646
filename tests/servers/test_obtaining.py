"""What the tests need from elsewhere is tried once: a machine that is offline must not pay for it at every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import aimock
from tests.servers.llama_server import NotAvailableError


def test_an_install_that_failed_is_not_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tried = []

    def install(root: Path) -> None:
        tried.append(root)
        raise NotAvailableError("npm failed: offline")

    monkeypatch.setenv("FORETYPE_TEST_CACHE", str(tmp_path))
    monkeypatch.setattr(aimock, "_install", install)
    aimock._obtained.cache_clear()
    try:
        for _ in range(3):
            with pytest.raises(NotAvailableError, match="offline"):
                aimock.command()
        assert len(tried) == 1
    finally:
        aimock._obtained.cache_clear()
