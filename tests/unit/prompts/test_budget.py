"""The window around the cursor: whole lines, never over the budget, nearly all of it used."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.prompts import budget
from foretype.prompts.budget import Window, cut_after, cut_before, fit
from foretype.prompts.tokens import Counter, TokenCounter, load_encoding

BYTES = TokenCounter("cl100k_base")
EXACT = TokenCounter("cl100k_base")
EXACT.use(load_encoding("cl100k_base"))


@pytest.mark.parametrize(
    ("prefix", "suffix", "tokens", "window"),
    [
        ("aa\nbb\ncc", "dd\nee\nff", 99, Window("aa\nbb\ncc", "dd\nee\nff", 16)),
        ("aa\nbb\ncc", "dd\nee\nff", 12, Window("aa\nbb\ncc", "dd\n", 11)),
        ("aa\nbb\ncc", "\nee\nff", 8, Window("bb\ncc", "\n", 6)),
        ("aa\nbb\ncc", "", 5, Window("bb\ncc", "", 5)),
        ("x", "dd\nee\nff", 9, Window("x", "dd\nee\nff", 9)),
        ("aa\r\nbb\r\ncc", "\r\ndd\r\n", 8, Window("bb\r\ncc", "\r\n", 8)),
        ("one two three", "", 6, Window(" three", "", 6)),
        ("aa\n", "bb", 4, Window("", "bb", 2)),
        ("one two", "three four\nx", 9, Window("one two", "", 7)),
        ("a\fb\u2028c", "", 99, Window("a\fb\u2028c", "", 7)),
        ("", "", 10, Window("", "", 0)),
        ("abc", "abc", 0, Window("", "", 0)),
        ("abc", "abc", -5, Window("", "", 0)),
    ],
)
def test_windows(prefix: str, suffix: str, tokens: int, window: Window) -> None:
    assert fit(prefix, suffix, tokens, BYTES) == window


def test_very_long_lines_end_the_window() -> None:
    long = "x" * (budget.MAX_LINE + 1) + "\n"
    assert fit(f"a\n{long}b\nc", f"d\ne\n{long}f\n", 10_000, BYTES).prefix == "b\nc"
    assert fit(f"a\n{long}b\nc", f"d\ne\n{long}f\n", 10_000, BYTES).suffix == "d\ne\n"


def test_a_very_long_line_at_the_cursor_is_cut_around_it() -> None:
    words = "word " * budget.MAX_LINE
    window = fit("above\n" + words, words + "\nbelow", 100_000, BYTES)
    assert window.prefix.startswith("word ")
    assert budget.MAX_LINE - 5 <= len(window.prefix) <= budget.MAX_LINE
    assert window.suffix.endswith("word ")
    assert budget.MAX_LINE - 5 <= len(window.suffix) <= budget.MAX_LINE


@pytest.mark.parametrize(
    ("text", "size", "before", "after"),
    [
        ("ab cd", 9, "ab cd", "ab cd"),
        ("ab cd", 4, " cd", "ab "),
        ("abcd", 2, "cd", ""),
        ("abcd", 0, "", ""),
        ("a+b+c", 3, "b+c", "a+b"),
    ],
)
def test_cuts_at_words(text: str, size: int, before: str, after: str) -> None:
    assert (cut_before(text, size), cut_after(text, size)) == (before, after)


_LINE = st.text(st.sampled_from("ab_ \t(){}/=😀é\f"), max_size=30)
_TEXT = st.lists(st.tuples(_LINE, st.sampled_from(["\n", "\r\n", "\n\n"])), max_size=30).map(
    lambda lines: "".join(line + end for line, end in lines)
)


@pytest.mark.parametrize("counter", [BYTES, EXACT], ids=["bound", "exact"])
@settings(max_examples=150, deadline=None)
@given(_TEXT, _LINE, _TEXT, st.integers(0, 200))
def test_always_within_the_budget(counter: Counter, above: str, line: str, below: str, tokens: int) -> None:
    prefix, suffix = above + line, line + below
    window = fit(prefix, suffix, tokens, counter)
    assert window.tokens == counter.count(window.prefix) + counter.count(window.suffix) <= tokens
    assert prefix.endswith(window.prefix)
    assert suffix.startswith(window.suffix)
    if "\n" in window.prefix:
        assert (window.prefix == prefix) or prefix[: len(prefix) - len(window.prefix)].endswith(("\n", "\r"))
    if "\n" in window.suffix:
        assert window.suffix == suffix or window.suffix.endswith("\n")


@pytest.mark.parametrize("tokens", [512, 2048])
def test_the_budget_is_used(tokens: int) -> None:
    """On this project's own longest modules, at every hundredth line."""
    sources = sorted(
        (path.read_text(encoding="utf-8") for path in Path(budget.__file__).parents[1].rglob("*.py")), key=len
    )
    used = []
    for text in sources[-5:]:
        for at in range(0, len(text), 3500):
            window = fit(text[:at], text[at:], tokens, EXACT)
            whole = EXACT.count(text[:at]) + EXACT.count(text[at:])
            used.append(window.tokens / min(tokens, whole))
    assert len(used) > 10
    assert sum(used) / len(used) >= 0.97
