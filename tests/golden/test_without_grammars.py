"""The cases of cases/grammar.txt where no grammar is installed: something sensible, and not always the same."""

from __future__ import annotations

import pytest

from foretype.postprocess.streaming import by_tree
from tests.golden.cases import NOTHING, read_cases
from tests.golden.suggesting import buffer_after

CASES = [case for case in read_cases() if case.file.stem == "grammar"]


def test_grammars_decide_what_layout_cannot(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(by_tree, "reach", lambda *_: None)
    buffers = {case.sentence: buffer_after(case, 5) for case in CASES}
    assert NOTHING not in buffers.values()
    others = [case.sentence for case in CASES if buffers[case.sentence] != case.expected]
    assert len(others) >= 6, others
