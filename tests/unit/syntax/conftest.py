"""Compares with the files in samples/; `pytest tests/golden tests/unit/syntax --update-golden` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    def check(name: str, found: str) -> None:
        file = SAMPLES / name
        if request.config.getoption("--update-golden", default=False):
            old = file.read_text("utf-8") if file.exists() else ""
            file.write_text(found, "utf-8")
            if old != found:
                pytest.fail(f"written anew, look at the difference: {name}", pytrace=False)
        assert found == file.read_text("utf-8")

    return check
