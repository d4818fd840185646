"""How much is asked for: the buffer with │ for the cursor, and the unit."""

from __future__ import annotations

import pytest

from foretype.postprocess.surroundings import Surroundings
from foretype.scheduling.extent import BLOCK_TOKENS, Extent, extent_at
from foretype.settings.model import Completion


def extent(buffer: str, language: str = "python", wishes: Completion | None = None) -> Extent:
    before, _, after = buffer.partition("│")
    *above, typed = before.split("\n")
    rest, *below = after.split("\n")
    return extent_at(Surroundings(typed, rest, tuple(below), 20, tuple(above), language), wishes or Completion())


@pytest.mark.parametrize(
    ("language", "buffer", "unit"),
    [
        ("python", "│", "block"),
        ("python", "def f():\n    │", "block"),
        ("python", "# Sort the names.\n│", "block"),
        ("python", "def f():│", "statement"),
        ("python", "for name in│", "statement"),
        ("python", "    else│", "statement"),
        ("python", "call(│", "statement"),
        ("python", "def f():│\n    return 1", "line"),
        ("python", "x = │", "line"),
        ("python", "x = 1│", "line"),
        ("python", "call(│)", "statement"),
        ("python", "call(│, b)", "line"),
        ("python", "# Sort│", "line"),
        ("python", 'x = "a│', "line"),
        ("python", 'def f():\n    """\n    │', "line"),
        ("python", 'x = "a"  │', "line"),
        ("typescript", "const x = │", "statement"),
        ("typescript", "const f = () =>│", "statement"),
        ("typescript", "function f() {│}", "statement"),
        ("typescript", "function f() {│\n}", "statement"),
        ("typescript", "foo.bar(a)│", "line"),
        ("typescript", "/* note │", "line"),
        ("go", "\tif err != nil {│", "statement"),
        ("rust", "    let x = match y │", "line"),
        ("ruby", "items.each do |item|│", "statement"),
        ("html", "<ul>│", "statement"),
        ("yaml", "key:│", "statement"),
        ("markdown", "Some words│", "line"),
        ("unheard-of", "if (x) {│", "statement"),
    ],
)
def test_the_unit(language: str, buffer: str, unit: str) -> None:
    assert extent(buffer, language).unit == unit


def test_a_line_is_asked_for_at_temperature_0_and_a_block_at_more() -> None:
    line, block = extent("x = │"), extent("│")
    assert (line.lines, line.one_line, line.temperature) == (1, True, 0.0)
    assert (block.lines, block.one_line, block.temperature) == (20, False, 0.2)
    assert line.tokens < block.tokens <= BLOCK_TOKENS


@pytest.mark.parametrize(
    ("wishes", "buffer", "lines"),
    [
        (Completion(multiline="never"), "│", 1),
        (Completion(multiline="always"), "x = │", 20),
        (Completion(multiline="always"), "call(│, b)", 1),
        (Completion(max_lines=1), "│", 1),
        (Completion(max_lines=5), "│", 5),
    ],
)
def test_wishes(wishes: Completion, buffer: str, lines: int) -> None:
    assert extent(buffer, wishes=wishes).lines == lines


def test_alternatives_get_freer_and_end() -> None:
    assert [round(each.temperature, 1) for each in extent("x = │").alternatives()] == [0.5, 0.8, 1.1]
    assert [round(each.temperature, 1) for each in extent("│").alternatives()] == [0.5, 0.8, 1.1]
    assert extent("x = │", wishes=Completion(temperature=0.9)).temperature == 0.9
