"""`pytest --update-golden`: write what comes out now into the golden files, say so for each, and fail all the same."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from foretype.features import complete
from tests.golden.cases import Case, rewrite

_changed: dict[Path, dict[str, str]] = defaultdict(dict)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what comes out now into tests/golden/cases")


@pytest.fixture(autouse=True)
def _whole_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause before the model is asked, no hurry to answer before the next key: no clock decides what is right."""
    monkeypatch.setattr(complete.Pace, "delay", lambda *_, **__: 0.0)
    monkeypatch.setattr(complete.Pace, "until_next_key", lambda *_, **__: 3_600.0)


@pytest.fixture
def compare(request: pytest.FixtureRequest):
    """Compare with a case's expectation; with --update-golden a difference is written down, and told as a failure."""

    def check(case: Case, result: str) -> None:
        if result != case.expected and request.config.getoption("--update-golden", default=False):
            _changed[case.file][case.sentence] = result
            pytest.fail(f"written anew, look at the difference: {case.sentence}", pytrace=False)
        assert result == case.expected

    return check


def pytest_sessionfinish(session: pytest.Session) -> None:
    for file, expectations in _changed.items():
        rewrite(file, expectations)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _changed:
        terminalreporter.section("golden files written anew")
    for file, expectations in _changed.items():
        for sentence in expectations:
            terminalreporter.write_line(f"{file.name}: {sentence}")
