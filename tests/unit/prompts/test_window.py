"""The window around the cursor: whole lines, never over its room, nearly all of it used, and beginning where it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from foretype.models.provider import FillPrompt
from foretype.prompts import pieces
from foretype.prompts.place import SHOWN_OF_LONG, Place, cut_after, cut_before
from foretype.prompts.tokens import Counter, TokenCounter, load_encoding
from foretype.prompts.window import Frame, Window, WindowMemory, window_at

BYTES = TokenCounter("cl100k_base")
EXACT = TokenCounter("cl100k_base")
EXACT.use(load_encoding("cl100k_base"))


def fit(prefix: str, suffix: str, room: int, counter: Counter, memory: WindowMemory | None = None) -> Window:
    place = Place.of(FillPrompt(prefix, suffix)).without(())
    return window_at(place, Frame(room, room, counter, memory=memory or WindowMemory()))


@pytest.mark.parametrize(
    ("prefix", "suffix", "tokens", "shown"),
    [
        ("aa\nbb\ncc", "dd\nee\nff", 99, ("aa\nbb\ncc", "dd\nee\nff", 16)),
        ("aa\nbb\ncc", "dd\nee\nff", 12, ("aa\nbb\ncc", "dd\n", 11)),
        ("aa\nbb\ncc", "\nee\nff", 8, ("aa\nbb\ncc", "", 8)),
        ("aa\nbb\ncc", "", 5, ("bb\ncc", "", 5)),
        ("x", "dd\nee\nff", 9, ("x", "dd\nee\nff", 9)),
        ("aa\r\nbb\r\ncc", "\r\ndd\r\n", 8, ("bb\r\ncc", "\r\n", 8)),
        ("one two three", "", 6, (" three", "", 6)),
        ("one two", "three four\nx", 9, ("one two", "", 7)),
        ("a\fb\u2028c", "", 99, ("a\fb\u2028c", "", 7)),
        ("", "", 10, ("", "", 0)),
        ("abc", "abc", 0, ("", "", 0)),
        ("abc", "abc", -5, ("", "", 0)),
    ],
)
def test_windows(prefix: str, suffix: str, tokens: int, shown: tuple[str, str, int]) -> None:
    window = fit(prefix, suffix, tokens, BYTES)
    assert (window.prefix, window.suffix, window.tokens) == shown
    assert window.complete == (window.prefix == prefix and window.suffix == suffix)


def test_very_long_lines_are_bounded() -> None:
    long = "x" * (pieces.MAX_LINE + 1)
    window = fit(f"a\n{long}\r\nb\nc", f"d\n{long}\nf\n", 10_000, BYTES)
    assert window.prefix == "a\n\r\nb\nc"  # one word, of which no part would be true
    assert window.suffix == "d\n\nf\n"
    words = "word " * 1_000
    assert len(fit(f"{words}\nc", "", 10_000, BYTES).prefix) == SHOWN_OF_LONG + 2


def test_a_very_long_line_at_the_cursor_is_cut_around_it() -> None:
    words = "word " * pieces.MAX_LINE
    window = fit("above\n" + words, words + "\nbelow", 100_000, BYTES)
    assert window.prefix.startswith("word ")
    assert pieces.MAX_LINE - 5 <= len(window.prefix) <= pieces.MAX_LINE
    assert window.suffix.endswith("word ")
    assert pieces.MAX_LINE - 5 <= len(window.suffix) <= pieces.MAX_LINE


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
@pytest.mark.parametrize("suffix_first", [False, True])
@settings(max_examples=150, deadline=None)
@example("", "=============", "\n\n", 14, "")
@example(
    "=_\n/\r\n\n\n\n\x0ca\n=\x0c=)\x0c=😀\n",
    "=😀=",
    "(=\x0c(=a\n",
    67,
    "=\né\n=_\n=😀\n=\x0c=😀\n=\x0c=)=_😀\n(=\x0c(=)😀😀\n_==_ \x0c==_😀\n",
)
@given(_TEXT, _LINE, _TEXT, st.integers(0, 200), _TEXT)
def test_always_within_the_room(
    counter: Counter, suffix_first: bool, above: str, line: str, below: str, room: int, other: str
) -> None:
    memory = WindowMemory()
    # A second prompt from a changed document must be as sound as the first.
    for prefix, suffix in ((above + line, line + below), (above + other + line, below)):
        place = Place.of(FillPrompt(prefix, suffix, language_id="python")).without(())
        window = window_at(place, Frame(room, room, counter, suffix_first, memory))
        assert counter.count_lines(window.prefix) <= window.prefix_tokens
        assert counter.count_lines(window.suffix) <= window.suffix_tokens
        assert window.tokens <= max(room, 0)
        assert prefix.endswith(window.prefix)
        assert suffix.startswith(window.suffix)
        if "\n" in window.prefix and window.prefix != prefix:
            assert prefix[: len(prefix) - len(window.prefix)].endswith(("\n", "\r"))
        if "\n" in window.suffix:
            assert window.suffix == suffix or window.suffix.endswith("\n")


def own_sources() -> Sequence[str]:
    root = Path(pieces.__file__).parents[1]
    return sorted((path.read_text(encoding="utf-8") for path in root.rglob("*.py")), key=len)[-5:]


@pytest.mark.parametrize("tokens", [512, 2048])
@pytest.mark.parametrize("suffix_first", [False, True])
def test_the_room_is_used(tokens: int, suffix_first: bool) -> None:
    """On this project's own longest modules, at every few thousand characters."""
    used = []
    for text in own_sources():
        for at in range(0, len(text), 3500):
            place = Place.of(FillPrompt(text[:at], text[at:], language_id="python")).without(())
            window = window_at(place, Frame(tokens, tokens, EXACT, suffix_first))
            used.append(window.tokens / min(tokens, EXACT.count(text[:at]) + EXACT.count(text[at:])))
    assert len(used) > 10
    assert sum(used) / len(used) >= 0.98


LINES = [f"value_{number} = compute({number}, 'text')\n" for number in range(400)]
TYPED = "result = first(second)\nif result:\n    third = fourth\n" * 4


@pytest.mark.parametrize("at", [200, 400], ids=["middle", "end"])
@pytest.mark.parametrize("suffix_first", [False, True])
def test_the_beginning_stays_while_typing(at: int, suffix_first: bool) -> None:
    memory, starts, used = WindowMemory(), [], []
    for typed in range(len(TYPED)):
        place = Place.of(FillPrompt("".join(LINES[:at]) + TYPED[:typed], "\n" + "".join(LINES[at:])))
        window = window_at(place, Frame(1000, 1000, EXACT, suffix_first, memory))
        starts.append(window.prefix[:40])
        used.append(window.tokens)
    assert len(set(starts)) <= 3
    assert min(used) >= 930
    assert sum(used) / len(used) >= 970


def test_the_beginning_is_found_again_when_lines_above_it_come_and_go() -> None:
    memory = WindowMemory()
    first = fit("".join(LINES[:300]) + "x", "", 1000, EXACT, memory)
    inserted = fit("import a\nimport b\n" + "".join(LINES[:300]) + "xy", "", 1000, EXACT, memory)
    removed = fit("".join(LINES[5:300]) + "xyz", "", 1000, EXACT, memory)
    assert first.prefix + "y" == inserted.prefix
    assert first.prefix + "yz" == removed.prefix


def test_moving_up_keeps_the_beginning_and_moving_far_does_not() -> None:
    memory = WindowMemory()
    suffix = "".join(LINES[300:])
    first = fit("".join(LINES[:300]), suffix, 1000, EXACT, memory)
    up = fit("".join(LINES[:290]), "".join(LINES[290:]), 1000, EXACT, memory)
    far = fit("".join(LINES[:100]), "".join(LINES[100:]), 1000, EXACT, memory)
    assert first.prefix.startswith(up.prefix)
    assert far.prefix.endswith(LINES[99])
    assert up.tokens > 970 < far.tokens


def test_a_suffix_that_comes_first_stays_while_typing() -> None:
    memory, suffixes = WindowMemory(), set()
    for typed in range(len(TYPED)):
        place = Place.of(FillPrompt("".join(LINES[:200]) + TYPED[:typed], "\n" + "".join(LINES[200:])))
        suffixes.add(window_at(place, Frame(1000, 1000, EXACT, suffix_first=True, memory=memory)).suffix)
    assert len(suffixes) == 1


def test_what_the_document_lacks_above_goes_below() -> None:
    window = fit("x = 1\n", "".join(LINES), 1000, EXACT)
    assert window.prefix == "x = 1\n"
    assert window.suffix_tokens > 970


def test_imports_and_signatures_survive() -> None:
    body = "".join(f"        self.value_{n} = other({n})\n" for n in range(200))
    head = "import os\nfrom a import other\n\nclass Thing:\n    def method(\n        self,\n    ) -> None:\n"
    text = f"{head}{body}        x"
    place = replace(Place.of(FillPrompt(text, "")), language_id="python")
    window = window_at(place, Frame(600, 600, EXACT))
    assert window.kept.text == (
        "import os\nfrom a import other\n# ...\nclass Thing:\n    # ...\n"
        "    def method(\n        self,\n    ) -> None:\n        # ...\n"
    )
    assert window.prefix.startswith("        self.value_")
    assert 585 < window.tokens <= 600
