"""A line or a block, by what stands around the cursor (│) and what the user wishes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foretype.scheduling.extent import BLOCK_TOKENS, LINE_TOKENS, extent_at
from foretype.settings.model import Completion

WISHES = Completion()


def extent(line, **wishes):
    typed, rest = line.split("│")
    return extent_at(typed, rest, replace(WISHES, **wishes))


@pytest.mark.parametrize(
    ("line", "block"),
    [
        ("│", True),
        ("    │", True),
        ("def f():│", True),
        ("def f(│):", True),
        ("if (a) {│", True),
        ("if (a) {│}", True),
        ("f = () =>│", True),
        ("fn f() ->│", True),
        ("x = [│]", True),
        ("x = [1,│]", True),
        ("for x in y; do│", True),
        ("if x then│", True),
        ("begin│", True),
        ("do│", True),
        ("x = 1│", False),
        ("x = │", False),
        ("return│", False),
        ("x = f(│) + 1", False),
        ("│ + 1", False),
        ("undo│", False),
        ("x = todo│", False),
        ("lengthen│", False),
        ("if strengthen│", False),
        ("x_begin│", False),
    ],
)
def test_line_or_block(line, block):
    assert extent(line).one_line is not block


@pytest.mark.parametrize(
    ("line", "wishes", "lines"),
    [
        ("│", {"multiline": "never"}, 1),
        ("x = 1│", {"multiline": "always"}, 20),
        ("x = 1│ + 2", {"multiline": "always"}, 1),
        ("│", {"max_lines": 1}, 1),
        ("│", {"max_lines": 7}, 7),
        ("x = 1│", {"max_lines": 7}, 1),
    ],
)
def test_the_users_wishes(line, wishes, lines):
    assert extent(line, **wishes).lines == lines


def test_tokens_grow_with_the_lines_within_bounds():
    assert extent("x = 1│").tokens == LINE_TOKENS
    assert LINE_TOKENS < extent("│", max_lines=2).tokens < extent("│", max_lines=5).tokens <= BLOCK_TOKENS
    assert extent("│", max_lines=1000).tokens == BLOCK_TOKENS
