"""What holds for any text: fitting is idempotent and loses nothing, reading a stream never takes anything back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.postprocess.pipeline import FILTERS, fit
from foretype.postprocess.streaming.unwrap import unwrap
from foretype.postprocess.streaming.watch import Unit, Watch
from foretype.postprocess.surroundings import Surroundings

FRAGMENTS = (
    *("\n", "\r\n", "\r", "\u2028", " ", "  ", "    ", "\t", ",", ";", ":"),
    *(")", "]", "}", "(", "[", "{", '"', "'", "`", '"""', "//", "/*", "*/", "# note"),
    *("    ", "}\n", "out:\n", "#endif\n", "case 1:\n", "@a\n", "#[a]\n", ".b()", "do {\n", "try {\n", "\ud800", "\0"),
    *("foo", "x = 1", "return x", "if a:", "def f():", "else:", "end", "aaaa", "1, ", "é", "👋"),
    *("```", "```python\n", "<think>", "</think>", "<|fim_prefix|>", "Here is the code:\n", "<div>", "</div>"),
)
texts = st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join) | st.text(max_size=20)
lines = texts.map(lambda text: text.replace("\n", "").replace("\r", ""))
several_lines = st.lists(lines, max_size=4).map(tuple)
languages = st.sampled_from(
    [
        *("python", "typescript", "typescriptreact", "go", "rust", "java", "c", "csharp", "php", "shellscript"),
        *("html", "yaml", "markdown", "ruby", "lua", "unheard of"),
    ]
)
places = st.builds(
    Surroundings,
    typed=lines,
    rest=lines,
    below=several_lines,
    max_lines=st.integers(1, 6),
    above=several_lines,
    language=languages,
    indent=st.sampled_from(["", "\t", "  ", "    "]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)


@given(text=texts, around=places)
def test_fitting_what_is_fitted_changes_nothing(text: str, around: Surroundings) -> None:
    once = fit(text, around)
    if once is not None:
        assert fit(once.text, around) == once


@given(text=texts, around=places)
def test_what_is_replaced_is_written_again(text: str, around: Surroundings) -> None:
    fitted = fit(text, around)
    if fitted is None:
        return
    assert 0 <= fitted.replaces <= len(around.rest)
    written = iter(fitted.text)
    assert all(character in written for character in around.rest[: fitted.replaces] if not character.isspace())


@given(text=texts, around=places)
def test_each_filter_takes_any_text(text: str, around: Surroundings) -> None:
    for each in FILTERS:
        assert isinstance(each(text, around), str)


@given(text=texts, prose=st.booleans())
def test_reading_an_answer_never_takes_anything_back(text: str, prose: bool) -> None:
    shown = ""
    for end in range(len(text) + 1):
        read = unwrap(text[:end], prose=prose, finished=False).text
        assert read.startswith(shown)
        shown = read
    assert unwrap(text, prose=prose, finished=True).text.startswith(shown)


@pytest.mark.parametrize("unit", ["line", "statement", "block"])
@given(text=texts, around=places)
def test_a_watch_ends_inside_the_text(unit: Unit, text: str, around: Surroundings) -> None:
    watch = Watch(replace(around, max_lines=1) if unit == "line" else around, unit)
    for end in range(1, len(text) + 1):
        useful = watch(text[:end])
        if useful is not None:
            assert 0 <= useful <= end
            return
