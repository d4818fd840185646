"""`foretype complete`: the server's own suggestion at a place, its reasons, and clear words for what is no place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.stub import Reply, StubServer, replies
from tests.unit.cli.running import Home, repetitive

pytestmark = pytest.mark.asyncio

# How sure the engine is belongs to its own tests; here it only has to say something.
EAGER = ("--set", "completion.threshold=0.05")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def line_of(text: str, part: str) -> tuple[int, int]:
    """The place behind the last occurrence of `part`, as editors count."""
    head = text[: text.rindex(part) + len(part)]
    return head.count("\n") + 1, len(head) - head.rfind("\n")


async def test_a_suggestion_goes_to_standard_output_and_nothing_else_does(home: Home) -> None:
    text = repetitive() + "        target.city = source.get_v"
    (home.folder / "form.py").write_text(text)
    line, column = line_of(text, "source.get_v")
    ran = await home.run("complete", f"form.py:{line}:{column}", *EAGER)
    assert ran.code == 0, ran.err
    assert ran.out == 'alue("city", default=None, required=True)\n'
    assert "repeats a pattern of this file" in ran.err
    assert "% sure" in ran.err


async def test_json_has_ranges_as_editors_count_them(home: Home) -> None:
    text = "# 😀 is one character\n" + repetitive() + "        target.city = source.get_v"
    (home.folder / "form.py").write_text(text)
    line, column = line_of(text, "source.get_v")
    ran = await home.call("complete", f"form.py:{line}:{column}", *EAGER, "--json", "--count", "3")
    content = json.loads(ran.out)
    assert ran.code == 0
    assert content["line"] == line
    assert content["language"] == "python"
    first = content["suggestions"][0]
    assert first["text"] == 'alue("city", default=None, required=True)'
    assert first["range"]["start"] == {"line": line, "column": column}
    assert first["source"] == "embedded"
    assert 0 <= first["confidence"] <= 1
    assert content["ms"] > 0


async def test_the_workspace_is_asked_too(home: Home) -> None:
    (home.folder / ".git").mkdir()
    (home.folder / "deep").mkdir()
    (home.folder / "form.py").write_text(repetitive())
    text = "def read(target, source, city, default, required, get_value):\n    target.city = source.get_v"
    (home.folder / "deep" / "other.py").write_text(text)
    line, column = line_of(text, "source.get_v")
    place = f"{home.folder / 'deep' / 'other.py'}:{line}:{column}"
    ran = await home.call("complete", place, "--set", "completion.threshold=0.001", "--count", "3", "--json")
    content = json.loads(ran.out)
    assert 'alue("city", default=None, required=True)' in [each["text"] for each in content["suggestions"]], content
    assert any(each["origin"] == "repeats a pattern of form.py" for each in content["suggestions"])
    ran = await home.call("complete", place, "--set", "completion.threshold=0.001", "--set", "index.enable=false")
    assert ran.code == 1


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("form.py", "is not FILE:LINE:COL"),
        ("form.py:1", "is not FILE:LINE:COL"),
        ("form.py:1:x", "is not FILE:LINE:COL"),
        ("nothing.py:1:1", "There is no file"),
        (".:1:1", "is a folder"),
        ("latin.py:1:1", "is not UTF-8 text (byte 4)"),
        ("form.py:0:1", "There is no line 0"),
        ("form.py:99:1", "There is no line 99: form.py has 2."),
        ("form.py:1:0", "There is no column 0"),
        ("form.py:1:8", "There is no column 8 in line 1: its last one is 7."),
    ],
)
async def test_places_that_are_none(home: Home, place: str, words: str) -> None:
    (home.folder / "form.py").write_text("x = 😀a\n", encoding="utf-8")
    (home.folder / "latin.py").write_bytes(b"x =\xe4")
    ran = await home.call("complete", place)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("name", "text", "place", "arguments", "words"),
    [
        ("a.md", "words", "1:6", (), "switched off for markdown"),
        ("a.py", "words", "1:3", (), "inside a word"),
        ("a.py", "def f():\n    words", "2:5", (), "The cursor is right in front of a word"),
        ("a.py", "x\0y", "1:4", (), "not text"),
        ("a.py", "x = ", "1:5", ("--set", 'exclude=["*.py"]'), "excluded by the settings"),
        ("a.py", "x = ", "1:5", (), "Nothing like this line is known"),
        ("a.py", repetitive() + "        target.zip = source", "46:28", ("--set", "completion.threshold=1"), "is 100%"),
    ],
)
async def test_nothing_comes_with_a_reason(
    home: Home, name: str, text: str, place: str, arguments: tuple[str, ...], words: str
) -> None:
    (home.folder / name).write_text(text)
    line, _, column = place.partition(":")
    if len(text) > 100:
        line, column = map(str, line_of(text, "= source"))
    ran = await home.call("complete", f"{name}:{line}:{column}", *arguments)
    assert (ran.code, ran.out) == (1, "")
    assert "nothing to suggest here" in ran.err
    assert words in ran.err


async def test_a_configured_model_is_asked_once(home: Home) -> None:
    (home.folder / "a.py").write_text("def add(a, b):\n    return \n")
    async with StubServer(replies.chat(["a ", "+ b", "\n"])) as stub:
        ran = await home.call(
            *("complete", "a.py:2:12", "--json"),
            FORETYPE_BASE_URL=stub.url,
            FORETYPE_MODEL="stub",
            FORETYPE_API_KEY="k",
        )
        assert len(stub.asked) == 1
    content = json.loads(ran.out)
    assert ran.code == 0
    assert [each["text"] for each in content["suggestions"]] == ["a + b"]
    assert content["suggestions"][0]["source"] == "model"


async def test_where_the_model_fails_the_embedded_engine_answers_and_it_is_said(home: Home) -> None:
    text = repetitive() + "        target.city = source.get_v"
    (home.folder / "form.py").write_text(text)
    line, column = line_of(text, "source.get_v")
    async with StubServer(replies.error(401, "Incorrect API key provided")) as stub:
        ran = await home.call(
            *("complete", f"form.py:{line}:{column}", *EAGER),
            FORETYPE_BASE_URL=stub.url,
            FORETYPE_MODEL="stub",
            FORETYPE_API_KEY="sk-secret-123456",
        )
    assert ran.code == 0, ran.err
    assert ran.out == 'alue("city", default=None, required=True)\n'
    assert "The embedded engine answers: The key for the model is missing" in ran.err
    assert "sk-secret" not in ran.err


LINES = ["def add(a, b):\n", "    total = a + b\n", "    print(total)\n", "    return total\n"]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (replies.cut(replies.chat(LINES), 3), "broke off in the middle of its answer"),
        (replies.cut(replies.chat(LINES), 3, "reset"), "broke off in the middle of its answer"),
        (replies.chat(LINES).slowly(0.5), "The model was still writing"),
        (replies.chat(LINES), ""),
    ],
)
async def test_a_part_of_an_answer_is_not_passed_off_as_the_whole(home: Home, reply: Reply, words: str) -> None:
    (home.folder / "a.py").write_text("import os\n\n\n\n")
    async with StubServer(reply) as stub:
        ran = await home.call(
            *("complete", "a.py:4:1"),
            FORETYPE_BASE_URL=stub.url,
            FORETYPE_MODEL="stub",
            FORETYPE_API_KEY="k",
        )
    assert ran.code == 0, ran.err
    assert ran.out.startswith("def add(a, b):\n")
    assert ("This is not the whole answer: " in ran.err) is bool(words)
    assert words in ran.err
    assert ("return total" in ran.out) is not bool(words)
