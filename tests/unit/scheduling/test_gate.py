"""Which documents get no suggestions, and where in a word none is wanted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foretype.scheduling.gate import MAX_CHARACTERS, reason_for_silence, splits_word, text_follows
from foretype.settings.model import Settings
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

SETTINGS = Settings()


def document(text, language="python"):
    return Document("untitled:x", language, 1, Lines(text))


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [
        ("x = 1", "python", None),
        ("", "python", None),
        ("x = 1", "", None),
        ("x = 1", "unheard-of", None),
        ("x = 1", "plaintext", "plaintext"),
        ("x = 1", "markdown", "markdown"),
        ("x = 1", "scminput", "scminput"),
        ("a\0b", "python", "not text"),
        ("x" * 7_999 + "\0", "python", "not text"),
        ("x" * MAX_CHARACTERS, "python", None),
        ("x" * (MAX_CHARACTERS + 1), "python", "too large"),
        ("\n" * (MAX_CHARACTERS + 1), "python", "too large"),
    ],
)
def test_documents(text, language, word):
    reason = reason_for_silence(document(text, language), SETTINGS, invoked=False)
    if word is None:
        assert reason is None
    else:
        assert word in reason
        assert reason.endswith(".")


@pytest.mark.parametrize(
    ("trigger", "invoked", "silent"), [("manual", False, True), ("manual", True, False), ("auto", False, False)]
)
def test_manual_means_by_hand_only(trigger, invoked, silent):
    settings = replace(SETTINGS, completion=replace(SETTINGS.completion, trigger=trigger))
    assert (reason_for_silence(document("x"), settings, invoked=invoked) is not None) is silent


def test_switched_off_is_off_also_by_hand():
    settings = replace(SETTINGS, enable={"*": False, "python": True})
    assert reason_for_silence(document("x", "python"), settings, invoked=True) is None
    assert reason_for_silence(document("x", "go"), settings, invoked=True) is not None


@pytest.mark.parametrize(
    ("text", "splits"),
    [
        ("ab│cd", True),
        ("│ab", True),
        ("ab│", False),
        ("ab│ cd", False),
        ("ab│(", False),
        ("ab│_c", True),
        ("ab│1", True),
        ("a│é", True),
        ("a│漢", True),
        ("a│😀", False),
        ("a│\nb", False),
        ("a│\r\nb", False),
        ("│", False),
    ],
)
def test_a_cursor_inside_a_word(text, splits):
    before, after = text.split("│")
    assert splits_word(document(before + after), Position(0, len(before))) is splits


@pytest.mark.parametrize(
    ("text", "language", "follows"),
    [
        ("f(│)", "python", False),
        ("f(│));", "javascript", False),
        ("x = [│],", "python", False),
        ('print("│")', "python", False),
        ("x = │", "python", False),
        ("x = │   ", "python", False),
        ("│", "python", False),
        ("<p>│</p>", "html", False),
        ("<ul><li>│</li></ul>", "html", False),
        ("f(│)  # a word", "python", False),
        ("f(│)  // a word", "c", False),
        ("f(│)  /* a word */", "c", False),
        ("x = │ + other", "python", True),
        ("f(│, b)", "python", True),
        ("f(│b)  # a word", "python", True),
        ("│ 1", "python", True),
        ("x │ _", "python", True),
        ("x │ 漢", "python", True),
        ("x │ 😀", "python", False),
        ("<p>│word</p>", "html", True),
        ("f(│)\nword", "python", False),
        ("x = 1 │# word", "unheard-of", True),
    ],
)
def test_words_behind_the_cursor(text, language, follows):
    before, after = text.split("│")
    assert text_follows(document(before + after, language), Position(0, len(before))) is follows
