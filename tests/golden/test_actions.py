"""Answers to code actions, good, sloppy and hostile, and the buffer that must result from each."""

from __future__ import annotations

import pytest

from tests.golden.action_cases import ActionCase, outcome, read_action_cases, write_file

CASES = read_action_cases()


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.file.stem}: {case.sentence}") for case in CASES])
def test_golden(case: ActionCase, request: pytest.FixtureRequest) -> None:
    result = outcome(case)
    if result != case.expectation and request.config.getoption("--update-golden", default=False):
        write_file(case.file, {case.sentence: result})
        pytest.fail(f"written anew, look at the difference: {case.sentence}", pytrace=False)
    assert result == case.expectation


def test_every_case_has_its_own_sentence() -> None:
    sentences = [case.sentence for case in CASES]
    assert len(set(sentences)) == len(sentences)
    assert all(sentence.endswith(".") and len(sentence.split()) > 1 for sentence in sentences)


def test_there_are_enough_of_both_kinds() -> None:
    refused = [case for case in CASES if "refused" in case.sections]
    assert len(CASES) >= 80
    assert len(refused) >= 25
    assert {case.options["language"] for case in CASES} >= {"python", "javascript", "typescript", "go", "rust", "java"}
