"""When a stream is ended: how far it got (┆) before nothing more was wanted; a stream without the mark runs on."""

from __future__ import annotations

import pytest

from foretype.postprocess.streaming.watch import Unit, Watch
from foretype.postprocess.surroundings import Surroundings


def around(buffer: str, language: str, max_lines: int = 20) -> Surroundings:
    before, _, after = buffer.partition("│")
    *above, typed = before.split("\n")
    rest, *below = after.split("\n")
    return Surroundings(typed, rest, tuple(below), max_lines, tuple(above), language)


def read_until_it_ends(watch: Watch, text: str) -> tuple[int | None, int]:
    """The useful length, and how many characters had come when it was known."""
    for end in range(1, len(text) + 1):
        if (useful := watch(text[:end])) is not None:
            return useful, end
    return None, len(text)


@pytest.mark.parametrize(
    ("language", "buffer", "unit", "stream"),
    [
        # a line ends with it
        ("python", "x = │", "line", "1\n┆y = 2\n"),
        ("python", "│", "line", "\n\nx = 1\n┆y = 2\n"),
        ("python", "x = │", "line", "long_na"),
        # a body ends as soon as it is clear that the next line is none of it, not when that line is complete
        ("python", "def f():│", "statement", "\n    return 1\nx ┆= 2\n"),
        ("python", "def f():│", "statement", "\n    return 1\nelse"),
        ("python", "if a:│", "statement", "\n    b()\nelse:\n    c()\n\nd(┆)\n"),
        # a closer completes it by itself
        ("go", "func f() {│", "statement", "\n\treturn\n}\n┆\nfunc g() {\n"),
        ("typescript", "f(() => {│", "statement", "\n  g();\n});\n┆h();\n"),
        # the next line of the document
        ("python", "def f():\n    │\n    return total", "block", "total = 1\n    return total\n┆"),
        # circles, by lines and by characters
        ("c", "int a[] = {│", "statement", "\n  next_one,\n  next_one,\n  next_one,\n┆  next_one,\n"),
        ("python", "x = │", "line", "ab.ab.ab.ab.ab.ab.ab.ab.ab.ab.ab.ab.┆ab.ab."),
        # special tokens
        ("python", "x = │", "line", "f()<|im_end|>┆"),
        # two blank lines
        ("python", "def f():│", "statement", "\n    return 1\n\n\n┆def g():\n"),
    ],
)
def test_a_stream_is_ended_as_soon_as_it_is_useless(language: str, buffer: str, unit: Unit, stream: str) -> None:
    text = stream.replace("┆", "")
    watch = Watch(around(buffer, language, 1 if unit == "line" else 20), unit)
    useful, read = read_until_it_ends(watch, text)
    assert (useful is not None) == ("┆" in stream)
    assert read == (stream.index("┆") if "┆" in stream else len(text))


def test_no_more_lines_are_read_than_are_shown() -> None:
    text = "".join(f"    step_{letter}()\n" for letter in "abcdefgh")
    useful, read = read_until_it_ends(Watch(around("def f():\n│", "python", 3), "block"), text)
    assert text[:useful].count("\n") == 2
    assert read == len("    step_a()\n") * 3
