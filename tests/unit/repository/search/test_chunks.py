"""Chunks: all lines once, nothing too large, cuts where code allows it."""

from __future__ import annotations

import random

import pytest

from foretype.repository.search.chunks import LONGEST, TARGET, cut
from foretype.syntax.definitions import definitions


def pieces(text: str, language_id: str = "python") -> list[str]:
    lines = text.split("\n")
    found = cut(lines, definitions(text, language_id))
    assert [number for piece in found for number in range(piece.start, piece.end)] == list(range(len(lines)))
    return ["\n".join(lines[piece.start : piece.end]) for piece in found]


def function(name: str, lines: int, indent: str = "") -> str:
    body = "".join(f"{indent}    value_{number} = call({number})\n" for number in range(lines - 1))
    return f"{indent}def {name}(self):\n{body}"


def test_small_neighbours_are_together() -> None:
    assert len(pieces("import os\n\n" + "\n".join(function(name, 6) for name in "abc"))) == 1


def test_cuts_fall_between_functions() -> None:
    found = pieces("\n\n".join(function(f"f{number}", 25) for number in range(6)))
    assert len(found) == 6
    assert all(piece.startswith("def f") for piece in found)


def test_a_function_of_usual_size_is_whole() -> None:
    found = pieces(function("before", 30) + "\n" + function("large", LONGEST - 2) + "\n" + function("after", 30))
    assert [piece.split("(")[0] for piece in found] == ["def before", "def large", "def after"]


def test_a_large_class_is_cut_between_its_members() -> None:
    members = "\n".join(function(f"m{number}", 18, "    ") for number in range(8))
    text = f"class Large:\n    limit = 1\n\n{members}\n\n{function('after', 5)}"
    lines = text.split("\n")
    found = cut(lines, definitions(text, "python"))
    assert {piece.container for piece in found} == {"Large", ""}
    for piece in found[1:]:
        assert lines[piece.start].lstrip().startswith("def ")
    assert lines[found[-1].start].startswith("def after"), "what follows a class is not taken for a part of it"


def test_a_function_that_is_too_large_is_cut_where_it_is_least_indented() -> None:
    blocks = "\n".join(f"    if a{n}:\n" + "        step()\n" * 12 for n in range(10))
    found = pieces(f"def large():\n{blocks}")
    assert len(found) > 2
    for piece in found[1:]:
        assert piece.startswith("    if a")


def test_text_without_definitions_is_cut_at_blank_lines() -> None:
    found = pieces("\n\n".join("key: value\n" * 14 for _ in range(10)), "yaml")
    assert len(found) > 3
    assert all(piece.startswith("key") for piece in found)


def test_long_lines_count_for_more() -> None:
    found = pieces("\n".join(f"x{number} = '{'y' * 900}'" for number in range(60)))
    assert max(len(piece) for piece in found) < 8_000


@pytest.mark.parametrize("text", ["", "\n", "x", "\n\n\n", "\n" * 300, "   \n\n  x", "x\n" + "\n" * 200 + "y"])
def test_odd_files(text: str) -> None:
    assert "\n".join(pieces(text)) == text


def test_no_lines_are_no_chunks() -> None:
    assert cut([], ()) == []


@pytest.mark.parametrize("seed", range(30))
def test_all_lines_once_and_bounded(seed: int) -> None:
    rng = random.Random(seed)
    kinds = ["", "def f():", "class A:", "    x = 1", "        y = 2", "@mark", "    def m(self):", "# note", ")", "}"]
    lines = [rng.choice(kinds) for _ in range(rng.randrange(1, 400))]
    text = "\n".join(lines)
    for language_id in ("python", "plaintext", "go"):
        found = cut(lines, definitions(text, language_id))
        assert [n for piece in found for n in range(piece.start, piece.end)] == list(range(len(lines)))
        for piece in found:
            filled = sum(bool(line.strip()) for line in lines[piece.start : piece.end])
            assert 0 < filled <= LONGEST or len(found) == 1, "no chunk of nothing, none too large"
    assert TARGET < LONGEST
