"""Every golden case, however its text is cut into pieces; and that the files are what they say."""

from __future__ import annotations

import pytest

from tests.golden.cases import Case, read_cases
from tests.golden.suggesting import buffer_after, sizes

CASES = read_cases()


@pytest.mark.parametrize("size", list(sizes()))
@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.file.stem}: {case.sentence}") for case in CASES])
def test_golden(case: Case, size: int, compare) -> None:
    compare(case, buffer_after(case, size))


def test_every_case_has_its_own_sentence() -> None:
    sentences = [case.sentence for case in CASES]
    assert len(set(sentences)) == len(sentences)
    assert all(sentence.endswith(".") and len(sentence.split()) > 3 for sentence in sentences)


def test_there_are_enough_and_in_every_language() -> None:
    languages = {case.options["language"] for case in CASES}
    assert languages >= {"python", "typescript", "go", "rust", "java", "c", "html", "yaml", "markdown"}
    assert len(CASES) >= 150
    assert any(case.line_end == "\r\n" for case in CASES)
    assert any("\t" in case.buffer for case in CASES)
