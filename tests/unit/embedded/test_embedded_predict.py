"""What is offered, and what is refused, at places written as text."""

from __future__ import annotations

import pytest

from foretype.embedded import SHOWN, OpenFile, Prediction, Query, predictions
from foretype.embedded.predict import fit, judge

from .cases import ask, check, chunked, query_at, segment_of

HANDLERS = """\
def open_file(self, name):
    self.log("open", name)
    return self.store.get(name, None)


def close_file(self, name):
    self.log("close", name)
"""

TWICE = "total = 0\nfor item in items:\n    total += item.price * item.count\nprint(total)\n"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        pytest.param(HANDLERS + "    │", "return self.store.get(name, None)", id="line start"),
        pytest.param(HANDLERS + "    return│", " self.store.get(name, None)", id="blank is offered too"),
        pytest.param(HANDLERS + "    return │", "self.store.get(name, None)", id="blank is typed"),
        pytest.param(HANDLERS + "    return self.sto│", "re.get(name, None)", id="inside a word"),
        pytest.param(HANDLERS + "    return self.store│", ".get(name, None)", id="at a word's end"),
        pytest.param(HANDLERS + "    retrun│", None, id="no word begins like this"),
        pytest.param("│", None, id="empty document"),
    ],
)
def test_open_file(marked: str, expected: str | None) -> None:
    check(marked, expected)


@pytest.mark.parametrize(
    ("line", "typed", "expected"),
    [
        ("x = maxRetryCount + 1", "x = maxRet", "ryCount + 1"),
        ("x = value2 + other", "x = valu", "e2 + other"),
        ("x = größe * höhe", "x = grö", "ße * höhe"),
        ("x = 名前 + 姓", "x = 名", "前 + 姓"),
        ("x = 3.25 * y", "x = 3.", "25 * y"),
        ("x = f'{a}😀' + b", "x = f'{a}", "😀' + b"),
        ("x\t=\ty\t+ z", "x\t=", "\ty\t+ z"),
    ],
)
def test_words_of_every_kind(line: str, typed: str, expected: str | None) -> None:
    check(f"if a:\n    {line}\nelse:\n    b()\nif a:\n    {typed}│\n", expected)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_the_workspace_are_never_offered(end: str) -> None:
    other = end.join(TWICE.split("\n"))
    marked = "price = count = 0\nfor item in items:\n    total += │"
    check(marked, "item.price * item.count", {"a.py": other})


def test_text_below_votes() -> None:
    marked = "def a(self):\n    │\n\n\ndef b(self):\n    return self.connection.cursor()\n"
    check(marked, "return self.connection.cursor()")


def test_names_are_exchanged() -> None:
    marked = (
        "def set_width(self, width):\n    self.check(width)\n    self.inner.width = width\n\n\n"
        "def set_height(self, height):\n    self.check(height)\n    self.inner.│"
    )
    found = ask(marked)
    assert found is not None
    assert (found.text, found.renamed) == ("height = height", True)


def test_origin_is_named() -> None:
    before = "for item in items:\n    total += "
    found = ask(before + "│", {"lib/sum.py": TWICE + "item = price = count = 0\n"}, language="python")
    assert found is None  # The names stand nowhere in this file.
    found = ask("item = price = count = 0\n" + before + "│", {"lib/sum.py": TWICE})
    assert found is not None
    assert (found.origin, found.source_path, found.text) == ("workspace", "lib/sum.py", "item.price * item.count")


def test_hidden_files_and_the_file_itself_never_vote() -> None:
    marked = "item = price = count = 0\nfor item in items:\n    total += │"
    segment = segment_of({"here.py": TWICE, "old.py": TWICE})
    query = query_at(marked)
    assert predictions(query, OpenFile(), [segment])[0].source_path == "old.py"
    assert predictions(query, OpenFile(), [segment], hidden=[{"old.py"}]) == []


def test_an_edited_file_is_hidden_where_its_old_text_is_and_counts_where_the_new_one_is() -> None:
    query = query_at("item = price = count = amount = 0\nfor item in items:\n    total += │")
    old, new = segment_of({"sum.py": TWICE}), segment_of({"sum.py": TWICE.replace("count", "amount")})
    found = predictions(query, OpenFile(), [old, new], hidden=[{"sum.py"}, set()])
    assert [each.text for each in found] == ["item.price * item.amount"]


def test_several_predictions_are_ranked_and_differ() -> None:
    text = "".join(f"    self.call({name})\n" for name in ("one", "one", "two", "one", "three"))
    found = predictions(query_at(f"def f(one, two, three):\n{text}    self.call(│\n"), OpenFile())
    assert len(found) > 1
    assert len({one.text for one in found}) == len(found)
    assert [one.confidence for one in found] == sorted((one.confidence for one in found), reverse=True)


def test_the_next_line_follows_an_accepted_one() -> None:
    block = "with open(path) as stream:\n    data = json.load(stream)\n    return data.items()\n"
    marked = f"{block}\nwith open(path) as stream:\n    │"
    first = ask(marked)
    assert first is not None
    check(marked.replace("│", first.text + "\n    │"), "return data.items()")


NOWHERE = {
    "the line is too long": "x = 1" + " + 1" * 400 + "\ny = 2\nx = 1" + " + 1" * 400 + "│",
    "inside a word": "x = alpha.beta\nx = al│pha\n",
    "comments (a line's)": "# call the function now\nx = 1\n# call the │\n",
    "comments (behind code)": "x = 1  # set it to one\nx = 1  # set │\n",
    "documentation": '"""Set the value of it."""\n"""Set the value │\n',
    "documentation (many lines)": 'def f():\n    """One.\n\n    Set the value.\n\n    Set the │\n    """\n',
}


@pytest.mark.parametrize("reason", NOWHERE)
def test_places_where_nothing_is_offered(reason: str) -> None:
    check(NOWHERE[reason], None)


REFUSED = {
    "complete": "x = f(a)\ny = g(b)\nx = f(a)\ny = g(b)\nx = f(a)│\n",
    "next line over again": "a = one(1)\nb = two(2)\nc = 3\na = one(1)\n│\nb = two(2)\n",
    "conflicts": "x = call(alpha, beta)\nx = call(│gamma)\n".replace("│g", "│ g"),
    "begins a comment": "x = 1\n# explain it\nx = 1\n│\n",
    "hash": 'key = "9f86d081884c7d659a2feaa0c55ad015"\nkey = "│',
    "secret": 'token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"\ntoken = │',
    "control characters": "x = f(\x1b[0m)\nx = f(│",
    "invisible or": "x = f('\u202eabc')\nx = f(│",
    "invisible": "x = f(a\u200bb)\nx = f(a│",
}


@pytest.mark.parametrize("reason", REFUSED)
def test_refused(reason: str) -> None:
    verdicts = judge(query_at(REFUSED[reason]), OpenFile(), [], ())
    assert reason in (verdicts[0].refusal or "")


def test_names_that_the_file_does_not_have_are_refused() -> None:
    segment = segment_of({"a.py": "x = 1\nvalue = transmogrify(x)\n"})
    verdicts = judge(query_at("x = 1\nvalue = │"), OpenFile(), [segment], ())
    assert verdicts[0].refusal == "it has a name that is neither in this file nor common"


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        ("markdown", "Call the function.\nCall the │"),
        ("go", "// Call the function.\n// Call the │"),
        ("go", "/* Call the function.\n Call the │"),
        ("sql", "-- Call the function.\n-- Call the │"),
        ("shellscript", "# Call the function.\n# Call the │"),
    ],
)
def test_prose_is_refused_in_every_language(language: str, marked: str) -> None:
    check(marked, None, language=language)


def test_a_sign_of_comments_inside_a_string_is_no_comment() -> None:
    check('x = get("#top", name)\nx = get("#top"│', ", name)")


def test_rejected_lines_are_not_offered_again() -> None:
    marked = HANDLERS + "    return │"
    first = ask(marked)
    assert first is not None
    assert first.line == "return self.store.get(name, None)"
    again = ask(marked, rejected={first.line})
    assert again is None or again.text != first.text


def test_what_an_editor_closed_is_replaced() -> None:
    found = ask("class A:\n    def one(self):\n        pass\n    def two(│)\n")
    assert found is not None
    assert (found.text, found.replaces) == ("self):", 1)


@pytest.mark.parametrize(
    ("text", "right", "expected"),
    [
        ("a, b)", "", ("a, b)", 0)),
        ("a, b)", ")", ("a, b", 0)),
        ("self):", ")", ("self):", 1)),
        ("a[0])", "])", ("a[0", 0)),
        ("a[0]) + 1", "])", ("a[0]) + 1", 2)),
        ("b + 1", " + 1", ("b", 0)),
        ("b + 1", " + 2", None),
        ("a", ")", None),
        ("a)  ", ")  ", ("a", 0)),
    ],
)
def test_fit(text: str, right: str, expected: tuple[str, int] | None) -> None:
    assert fit(text, right) == expected


def test_places_outside_the_document_are_its_ends() -> None:
    def at(line: int, column: int) -> list[Prediction]:
        return predictions(Query(chunked(TWICE * 2 + "total"), line, column, None, "python"), OpenFile())

    assert at(99, 999) == at(9, 0) != []
    assert at(8, 999) == at(8, 5) != []
    assert at(-5, -5) == at(0, 0)


def test_equal_questions_have_equal_answers() -> None:
    marked = HANDLERS * 5 + "    return │"
    workspace = {"b.py": HANDLERS * 3, "a.py": TWICE * 3}
    assert ask(marked, workspace) == ask(marked, workspace)


def test_confidence_tells_a_repeated_pattern_from_a_guess() -> None:
    block = 'with open(path, "rb") as stream:\n    data = json.load(stream)\n    store.put(path, data)\n\n'
    sure = ask(block * 4 + 'with open(path, "rb") as stream:\n    data = │')
    assert sure is not None
    assert sure.text == "json.load(stream)"
    assert sure.confidence >= SHOWN
    guess = ask("import os\nimport sys\n\nlimit = compute(os, sys)\n\n\ndef f(sys):\n    other = │")
    assert guess is None or guess.confidence < SHOWN
