"""What an action is about, what the menu says of a place, and where tests go."""

from __future__ import annotations

from pathlib import Path

import pytest

from foretype.features.actions.menu import Place, Problem, menu, wanted
from foretype.features.actions.surroundings import header_name
from foretype.features.actions.tasks import TASKS, Task
from foretype.features.actions.testing import find_test_place, framework_of
from foretype.features.actions.unit import find_unit
from foretype.features.actions.values import Unfit
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

SHAPES = """import os


def area(w, h):
    total = w
    for _ in range(3):
        total += h
        total -= 1
    return total


@decorated
class Shape:
    size = 1

    def name(self):
        pass


VALUE = [
    1,
    2,
]
"""


def document(text: str, language: str = "python") -> Document:
    return Document("file:///w/a", language, 1, Lines(text))


def unit(
    task: str, start: tuple[int, int], end: tuple[int, int] | None = None, text: str = SHAPES
) -> tuple[int, int, str]:
    found = find_unit(document(text), TASKS[task], Position(*start), Position(*(end or start)))
    return found.start, found.end, found.name


@pytest.mark.parametrize(
    ("task", "start", "end", "expected"),
    [
        ("document", (6, 8), None, (3, 9, "area")),
        ("document", (3, 0), None, (3, 9, "area")),
        ("document", (11, 2), None, (11, 16, "Shape")),
        ("document", (15, 4), None, (15, 17, "name")),
        ("document", (11, 0), (17, 0), (11, 17, "Shape")),
        ("types", (4, 0), (16, 3), (3, 17, "")),
        ("explain", (0, 3), None, (0, 1, "")),
        ("explain", (20, 3), None, (19, 23, "")),
        ("simplify", (6, 10), (7, 5), (6, 8, "")),
        ("simplify", (5, 8), (7, 5), (5, 8, "")),
        ("simplify", (3, 0), (9, 0), (3, 9, "area")),
        ("simplify", (2, 0), (10, 0), (3, 9, "area")),
        ("simplify", (7, 0), (13, 3), (3, 17, "")),
        ("extract", (5, 0), (8, 0), (3, 9, "area")),
        ("fix", (6, 8), None, (3, 9, "area")),
        ("summarise", (0, 0), None, (0, 23, "")),
    ],
)
def test_the_unit(task, start, end, expected):
    start_line, end_line, name = unit(task, start, end)
    if task == "document" and name == "Shape":
        assert start_line == 11
        return
    assert (start_line, end_line, name) == expected


@pytest.mark.parametrize("place", [(0, 0), (20, 0), (9, 0)])
def test_no_definition_here(place):
    with pytest.raises(Unfit, match="no function or class"):
        unit("document", place)


def test_the_lines_of_a_problem_without_a_definition():
    found = find_unit(
        document(SHAPES), TASKS["fix"], Position(0, 0), Position(0, 0), [Problem("x", Position(21, 4), Position(21, 5))]
    )
    assert (found.start, found.end) == (19, 23)


@pytest.mark.parametrize(
    ("language", "line", "name"),
    [
        ("python", "    async def run(self):", "run"),
        ("javascript", "export default async function go(x) {", "go"),
        ("javascript", "const add = (a, b) => {", "add"),
        ("typescript", "  private name(): string {", "name"),
        ("go", "func (s *Shape) Area() int {", "Area"),
        ("rust", "    pub(crate) unsafe fn area(&self) -> u32 {", "area"),
        ("java", "    public static List<String> names(int size) {", "names"),
        ("c", "static int area(int w,", "area"),
        ("cpp", "int Shape::area(int w) {", "area"),
        ("c", "    return area(w);", ""),
        ("javascript", "  if (x) {", ""),
        ("javascript", "  area(x)", ""),
        ("python", "x = compute(1)", ""),
        ("c", "* " * 140 + "(", ""),
        ("c", "a" * 100_000 + "(", ""),
    ],
)
def test_the_name_that_a_line_defines(language, line, name):
    assert header_name(line, language) == name


def titles(text: str, start: tuple[int, int], end: tuple[int, int] | None = None, **more) -> list[str]:
    language = more.pop("language", "python")
    place = Place(document(text, language), Position(*start), Position(*(end or start)), **more)
    return [entry.title for entry in menu(place)]


def test_what_is_offered_in_a_function():
    found = titles(SHAPES, (6, 4))
    assert "Document `area`" in found
    assert "Write tests for `area`" in found
    assert "Extract into a function" not in found
    assert "Complete `area`" not in found


def test_what_is_offered_on_a_selection_and_a_stub():
    assert "Extract into a function" in titles(SHAPES, (4, 0), (7, 0))
    assert "Simplify the selection" in titles(SHAPES, (4, 0), (7, 0))
    assert "Complete `name`" in titles(SHAPES, (16, 8))
    assert "Translate the comments to English" in titles("x = 1  # größer\n", (0, 0))
    assert "Translate the comments to English" not in titles("x = 1  # larger\n", (0, 0))


def test_what_is_offered_in_prose_and_data():
    for language in ("markdown", "json"):
        assert titles("# Title\n\ntext\n", (2, 0), language=language) == ["Explain this", "Summarise this file"]


def test_own_actions_come_last():
    own = Task("own:x", "My own", "refactor.rewrite.foretype.own", "selection", prompt="do")
    place = Place(document(SHAPES), Position(4, 0), Position(4, 0), only=("refactor",))
    assert menu(place, [own])[-1].title == "My own"


@pytest.mark.parametrize(
    ("kind", "only", "expected"),
    [
        ("quickfix", (), True),
        ("quickfix", ("quickfix",), True),
        ("quickfixes", ("quickfix",), False),
        ("refactor.rewrite.foretype.types", ("refactor.rewrite",), True),
        ("refactor", ("refactor.rewrite",), False),
        ("anything", ("",), True),
    ],
)
def test_kinds_are_paths(kind, only, expected):
    assert wanted(kind, only) is expected


# Tests


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")


@pytest.mark.parametrize(
    ("language", "there", "source", "expected", "exists"),
    [
        (
            "python",
            ["src/a/shapes.py", "tests/unit/test_shapes.py"],
            "src/a/shapes.py",
            "tests/unit/test_shapes.py",
            True,
        ),
        ("python", ["src/a/shapes.py", "tests/unit/a/x.py"], "src/a/shapes.py", "tests/unit/a/test_shapes.py", False),
        ("python", ["shapes.py"], "shapes.py", "tests/test_shapes.py", False),
        ("python", ["tests/test_shapes.py"], "tests/test_shapes.py", "tests/test_shapes.py", True),
        ("python", ["a.py", "node_modules/x/test_a.py", "tests/x.py"], "a.py", "tests/test_a.py", False),
        ("go", ["pkg/shapes.go"], "pkg/shapes.go", "pkg/shapes_test.go", False),
        ("typescript", ["src/shapes.ts"], "src/shapes.ts", "src/shapes.test.ts", False),
        ("typescript", ["src/shapes.ts", "src/__tests__/x.ts"], "src/shapes.ts", "src/__tests__/shapes.test.ts", False),
        ("javascript", ["src/a.js", "test/a.spec.js"], "src/a.js", "test/a.spec.js", True),
        ("java", ["src/main/java/p/A.java"], "src/main/java/p/A.java", "src/test/java/p/ATest.java", False),
        ("ruby", ["lib/a.rb", "spec/x.rb"], "lib/a.rb", "spec/a_spec.rb", False),
    ],
)
def test_where_tests_go(tmp_path, language, there, source, expected, exists):
    touch(tmp_path, *there)
    place = find_test_place(tmp_path / source, language, tmp_path)
    assert (place.path.relative_to(tmp_path).as_posix(), place.exists) == (expected, exists)
    assert place.path.name in place.sentence


@pytest.mark.parametrize(
    ("language", "file", "text", "expected"),
    [
        ("python", "pyproject.toml", "[tool.pytest.ini_options]", "pytest"),
        ("python", "tests/test_a.py", "import unittest", "unittest"),
        ("typescript", "package.json", '{"devDependencies": {"vitest": "1"}}', "vitest"),
        ("javascript", "package.json", '{"devDependencies": {"@types/mocha": "1"}}', "mocha"),
        ("javascript", "package.json", "{}", "node:test"),
        ("java", "pom.xml", "<artifactId>testng</artifactId>", "TestNG"),
        ("ruby", "Gemfile", "gem 'rspec'", "RSpec"),
        ("zig", "build.zig", "", "the language's usual kind of"),
    ],
)
def test_the_framework(tmp_path, language, file, text, expected):
    touch(tmp_path, file)
    (tmp_path / file).write_text(text, encoding="utf-8")
    assert framework_of(language, tmp_path) == expected
