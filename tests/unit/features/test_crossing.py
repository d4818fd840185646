"""Text that begins below the cursor's line: what of it fits, and where its stream is wanted no more."""

from __future__ import annotations

import pytest

from foretype.features.crossing import fit_across, lead_of, watch_across
from foretype.postprocess.surroundings import Surroundings, surroundings_at
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position


def around(text: str, max_lines: int = 10, line_end: str = "\n") -> Surroundings:
    """What stands around the │ of a Python file."""
    before, after = text.replace("\n", line_end).split("│")
    head = Lines(before)
    place = Position(len(head) - 1, len(head[len(head) - 1]))
    return surroundings_at(Document("file:///a.py", "python", 1, Lines(before + after)), place, max_lines)


FITS = [
    # the text around, what the model wrote, what is shown
    ("import a│\n", "\n\nfrom b import c", "\n\nfrom b import c"),
    ("def f():\n    return 1│\n", "\n\n\ndef g():\n    return 2", "\n\n\ndef g():\n    return 2"),
    ("x = 1│\n", " + 2", " + 2"),
    ("x = 1│\n", " + 2\ny = 3", " + 2\ny = 3"),
    ("x = 1│\n\nimport b_module\n", "\n\nimport b_module", None),  # it stands below
    ("x = 1│\n", "\n\n", None),
    ("class A:│\n", "\n    x = 1", "\n    x = 1"),
    ("f(│)\n", "\n    a,\n", "\n    a,\n"),
]


@pytest.mark.parametrize(("text", "wrote", "shown"), FITS)
def test_what_fits_below_the_line_keeps_the_blank_lines(text, wrote, shown):
    fitted = fit_across(wrote, around(text))
    assert (fitted and fitted.text) == shown


def test_the_documents_own_line_ends_are_kept():
    fitted = fit_across("\r\n\r\nfrom b import c", around("import a│\n", line_end="\r\n"))
    assert fitted is not None
    assert fitted.text == "\r\n\r\nfrom b import c"


ENDS = [
    # the text around, what the model wrote, how much of it is wanted (None: more may come)
    ("import a│\n", "\n\nfrom b import c\n\n\nclass", len("\n\nfrom b import c")),
    ("import a│\n", "\n\nfrom b import c", None),
    ("def f():\n    return 1│\n", "\n\n\ndef g():\n    return 2\n\n\nx =", len("\n\n\ndef g():\n    return 2")),
    ("x = 1│\n", "\n\n\n\n\n", 0),
    ("x = 1│\n", "\n\n", None),
]


@pytest.mark.parametrize(("text", "wrote", "wanted"), ENDS)
def test_a_stream_ends_with_the_block_that_it_begins(text, wrote, wanted):
    watch = watch_across(around(text), "block")
    found = None
    for size in range(len(wrote) + 1):
        found = watch(wrote[:size])
        if found is not None:
            break
    assert found == wanted


@pytest.mark.parametrize(
    ("text", "lead"),
    [("", ""), ("a", ""), ("  a", ""), ("\na", "\n"), ("\n\n    a\n", "\n\n"), ("\n", "\n"), (" \n a", " \n")],
)
def test_the_lead_ends_where_the_first_word_s_line_begins(text, lead):
    assert lead_of(text) == lead
