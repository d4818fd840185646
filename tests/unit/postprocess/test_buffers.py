"""What all filters do to a buffer together, as data: the buffer with │ for the cursor, the answer, the buffer after.

How a filter works is tested beside it; these hold whatever the filters are.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.postprocess.pipeline import fit
from foretype.postprocess.surroundings import Surroundings


def around(text: str, max_lines: int = 10) -> Surroundings:
    before, _, after = text.partition("│")
    rest, *below = after.split("\n")
    return Surroundings(before.rpartition("\n")[2], rest, tuple(below), max_lines)


def accepted(text: str, model: str, max_lines: int = 10) -> str | None:
    """The buffer after the suggestion was taken; None where none is shown."""
    fitted = fit(model, around(text, max_lines))
    if fitted is None:
        return None
    head, _, tail = text.partition("│")
    return head + fitted.text + tail[fitted.replaces :]


FITS = [
    # nothing right of the cursor
    ("x = │", "foo()", "x = foo()"),
    ("x = │", "foo()  \n\n", "x = foo()"),
    ("x = │", "", None),
    ("x = │", "  \n\t\n", None),
    ("│", "def f():\n    pass\n", "def f():\n    pass"),
    ("x = │  ", "foo()", "x = foo()  "),
    # closers that the editor has typed already
    ("f(│)", "a, b)", "f(a, b)"),
    ("f(│)", "a, b", "f(a, b)"),
    ("f(│):", "self):\n    pass", "f(self):\n    pass"),
    ("f(│):", "a, b)", "f(a, b):"),
    ("f(│)", "a) + g(b)", "f(a) + g(b)"),
    ("f(│)", "len(a)", "f(len(a))"),
    ("f(│)", "len(a))", "f(len(a))"),
    ("f(│)", "[g(1), g(2)]", "f([g(1), g(2)])"),
    ("f(g(│))", "x)", "f(g(x))"),
    ("f(g(│))", "x))", "f(g(x))"),
    ("f(g(│))", "h(x)", "f(g(h(x)))"),
    ("{│}", '"a": {"b": 1}', '{"a": {"b": 1}}'),
    ("[│]", "1, 2]", "[1, 2]"),
    ('f("│")', 'name", 1)', 'f("name", 1)'),
    ('f("│")', "name", 'f("name")'),
    ("g(f(│),)", "a,)", "g(f(a,),)"),
    ('f("│")', 'name"', 'f("name")'),
    ("f(│);", "a);", "f(a);"),
    ("f(│)  ", "a)", "f(a)  "),
    ("f(│)", "a, (b", "f(a, (b)"),
    # real text right of the cursor: one line goes in front of it, its overlap is left out
    ("f(a│, b)", ", b)", None),
    ("x = f(│ + 1", "a) * 2\nmore", "x = f(a) * 2 + 1"),
    ("x = │ + bar", "foo + bar", "x = foo + bar"),
    ("x = │ + (a)", "foo + (a)", "x = foo + (a)"),
    ("x = │(a)", "f(a)", "x = f(a)"),
    ("if │ == 2:", "x == 2:", "if x == 2:"),
    # what stands below is not written again
    ("a = 1│\nb = 2\n", "\nb = 2", None),
    ("x = │\nreturn x", "10\nreturn x", "x = 10\nreturn x"),
    ("def f():\n    │\n\ndef g():", "pass\n\ndef g():\n    pass", "def f():\n    pass\n\ndef g():"),
    ("if a {│\n}", "\n    b()\n}", "if a {\n    b()\n}"),
    ("│\nvalue = 1", "value = 1", None),
    ("val│\nvalue = 1", "ue = 1", None),
    ("foo()│\n    end\nend", "\n    end\nend", None),
]


@pytest.mark.parametrize(("text", "model", "after"), FITS)
def test_what_the_model_wrote_fits_the_buffer(text, model, after):
    assert accepted(text, model) == after


@pytest.mark.parametrize(
    ("model", "max_lines", "after"),
    [("a = 1\nb = 2\nc = 3", 2, "a = 1\nb = 2"), ("a = 1\nb = 2", 1, "a = 1"), ("a = 1\nb = 2", 5, "a = 1\nb = 2")],
)
def test_no_more_lines_than_are_wanted(model, max_lines, after):
    assert accepted("│", model, max_lines) == after


code = st.text(alphabet='ab(){}[]":, \n', max_size=30)
buffers = st.tuples(code, code.filter(lambda text: "│" not in text)).map("│".join)


@given(text=buffers, model=code, max_lines=st.integers(1, 4))
def test_fitting_what_is_fitted_changes_nothing(text, model, max_lines):
    here = around(text, max_lines)
    once = fit(model, here)
    if once is not None:
        assert fit(once.text, here) == once


@given(text=buffers, model=code, max_lines=st.integers(1, 4))
def test_what_is_shown_keeps_the_buffer_whole(text, model, max_lines):
    """Something is written, within the lines allowed, and what it replaces on the line it holds itself."""
    here = around(text, max_lines)
    fitted = fit(model, here)
    if fitted is None:
        return
    assert fitted.text.strip()
    assert fitted.text.rstrip().count("\n") < max_lines
    assert 0 <= fitted.replaces <= len(here.rest)
    replaced = [character for character in here.rest[: fitted.replaces] if not character.isspace()]
    written = iter(fitted.text)
    assert all(character in written for character in replaced)
    left = here.rest[fitted.replaces :].strip()
    if "\n" in fitted.text and left:
        assert set(left) <= set(")]}\":,;'` ")  # only what closes may land at the end of another line


BALANCED = st.recursive(
    st.sampled_from(["a", "b, c", ""]),
    lambda inner: st.tuples(st.sampled_from(["()", "[]", "{}"]), inner, inner).map(
        lambda parts: f"x{parts[0][0]}{parts[1]}{parts[0][1]}{parts[2]}"
    ),
    max_leaves=6,
)


@given(inside=BALANCED, closed=st.booleans(), more=st.sampled_from(["", " + 1", ".y()"]))
def test_brackets_that_were_balanced_stay_so(inside, closed, more):
    """`f(│)` and anything balanced, with or without its own closer: the result is balanced."""
    model = inside + (f"){more}" if closed else "")
    fitted = fit(model, around("f(│)"))
    if fitted is None:
        return
    result = "f(" + fitted.text + ")"[fitted.replaces :]
    depth = 0
    for character in result:
        depth += (character in "([{") - (character in ")]}")
        assert depth >= 0, result
    assert depth == 0, result


def test_what_one_filter_uncovers_another_takes_off() -> None:
    """The blanks stood in front of a special token, and were none at the text's end before."""
    fitted = fit("width    <|im_end|>y()", Surroundings("return ", "", (), 3, ("def f(x):",), "python"))
    assert fitted is not None
    assert fitted.text == "width"
