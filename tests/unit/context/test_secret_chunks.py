"""Of a document of many chunks the same is known after any edits as if it were read anew; what is far is not read."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest

from foretype.context.secrets import redact
from foretype.context.secrets.document import DocumentScan, Reach
from foretype.context.secrets.scan import scan
from foretype.context.secrets.values import Marks
from foretype.text.document import Change, Document
from foretype.text.lines import Lines
from foretype.text.positions import Position
from tests.planted import planted

POOL = [line for each in planted()[::5] for line in each.text.split("\n")]
REACH = Reach(100, 300)


def long_document(dice: random.Random, lines: int) -> Document:
    ordinary = (f"value_{number} = {number % 7}" for number in range(lines))
    text = "\n".join(dice.choice(POOL) if dice.random() < 0.03 else line for line in ordinary)
    return Document("file:///w/a.py", "python", 1, Lines(text))


def lines_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many lines are read at once from now on."""
    read: list[int] = []

    def counted(lines: Sequence[str], *, settings: bool = False) -> Marks:
        read.append(len(lines))
        return scan(lines, settings=settings)

    monkeypatch.setattr("foretype.context.secrets.chunks.scan", counted)
    return read


def edits(dice: random.Random, document: Document) -> Iterator[Document]:
    """What editors send: keys, lines that come and go, far places at once, undo, the whole text again."""
    before = document
    while True:
        kind = dice.choice(["key", "key", "key", "line", "join", "block", "cut", "rename", "undo", "whole"])
        start = Position(dice.randrange(len(document.lines)), 0)
        far = Position(min(len(document.lines) - 1, start.line + dice.choice([1, 2, 90, 400])), 0)
        changes = {
            "key": [Change(start, start, dice.choice(["x", "'", 'password = "', "\r"]))],
            "line": [Change(start, start, dice.choice(POOL) + "\n")],
            "join": [Change(start, Position(far.line, 0) if far.line - start.line < 3 else start, "")],
            "block": [Change(start, start, "\n".join(dice.choices(POOL, k=dice.choice([40, 300]))))],
            "cut": [Change(start, far, "")],
            "rename": [Change(far, far, "y"), Change(start, start, "y")],
            "undo": [],
            "whole": [Change(None, None, document.text + "z")],
        }[kind]
        before, document = document, before if kind == "undo" else document.apply(changes, 1, "utf-32")
        yield document


@pytest.mark.parametrize("seed", range(4))
def test_after_any_edit_all_is_known_as_if_it_were_read_anew(seed: int) -> None:
    dice = random.Random(seed)
    document = long_document(dice, 1_500)
    scan = DocumentScan()
    for number, edited in enumerate(edits(dice, document)):
        place = Position(dice.randrange(len(edited.lines)), 0)
        scan.shown(edited, place)  # reads what is near; the rest is read in steps, while keys fall
        for _ in scan.prepare(edited):
            pass
        shown, whole = scan.shown(edited, place), redact(edited.text, "a.py")
        assert shown.document.text == whole.text
        assert shown.document.lines.size == len(whole.text)
        assert shown.found == whole.found
        if number == 25:
            break


@pytest.mark.parametrize("seed", range(4))
def test_within_reach_all_is_known_and_beyond_it_nothing_is_shown_unread(seed: int) -> None:
    dice = random.Random(seed)
    document = long_document(dice, 2_500)
    scan = DocumentScan(REACH)
    line = 1_200
    for number, edited in enumerate(edits(dice, document)):
        line = max(0, min(len(edited.lines) - 1, line + dice.choice([0, 0, 1, -1, 70, -900, 1_300])))
        for _ in range(3):  # of what is new it reads a part at each key
            shown = scan.shown(edited, Position(line, 0)).document.lines
        true = Lines(redact(edited.text, "a.py").text)
        assert len(shown) == len(true)
        assert shown.size == len(shown.text)
        assert shown[: REACH.top] == true[: REACH.top]
        near = slice(max(0, line - REACH.around), line + REACH.around + 1)
        assert shown[near] == true[near]
        # Beyond, a key whose mark nobody has read is out of sight as well, or known from when it was within reach.
        both = zip(shown, true, strict=True)
        assert all(mine in ("", "\n", theirs) or theirs in ("\n", "\r\n", "\r") for mine, theirs in both)
        if number == 25:
            break


def test_what_is_out_of_reach_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read = lines_read(monkeypatch)
    lines = 40_000
    document = Document("file:///w/a.py", "python", 1, Lines("x = 1\n" * lines))
    scan = DocumentScan(REACH)
    for _ in scan.prepare(document):
        pass
    for _ in range(4):
        scan.shown(document, Position(20_000, 0))
    for _ in scan.prepare(document):
        pass
    assert 1_400 < sum(read) < 3_500
    shown = scan.shown(document, Position(20_000, 0)).document
    assert shown.line(50) == shown.line(19_700) == shown.line(20_300) == "x = 1"
    assert shown.line(10_000) == shown.line(30_000) == ""
    assert len(shown.lines) == len(document.lines)


def test_a_key_reads_the_lines_that_it_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document("file:///w/a.py", "python", 1, Lines("x = 1\n" * 20_000))
    scan = DocumentScan()
    for _ in scan.prepare(document):
        pass
    read = lines_read(monkeypatch)
    far, near = Position(15_000, 0), Position(5_000, 0)
    edited = document.apply([Change(far, far, "y"), Change(near, near, "y")], 2, "utf-32")
    scan.shown(edited, near)
    assert sum(read) <= 40


def test_a_name_at_a_chunks_end_tells_of_the_next_ones_first_line() -> None:
    lines = ["x = 1\n"] * 1_000
    at = Lines("".join(lines)).chunk_start(7)
    lines[at - 1 : at + 2] = ["word = (\n", '    "hT7#kk29slQz8"\n', ")\n"]
    document = Document("file:///w/a.py", "python", 1, Lines("".join(lines)))
    assert document.lines.chunk_start(7) == at
    scan = DocumentScan()
    for _ in scan.prepare(document):
        pass
    place = Position(at - 1, 0)
    assert scan.shown(document, place).found == ()
    named = document.apply([Change(place, place, "pass")], 2, "utf-32")
    assert named.lines.chunks[7] is document.lines.chunks[7]
    assert [found.line for found in scan.shown(named, place).found] == [at]
    assert scan.shown(document, place).found == ()
