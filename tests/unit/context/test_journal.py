"""What the user did lately, read off documents."""

from __future__ import annotations

import pytest

from foretype.context.journal import REMEMBERED, Journal, edits_of
from foretype.context.scene import RecentEdit
from foretype.text.document import Change, Document
from foretype.text.lines import Lines

TEXT = "".join(f"line {number}\n" for number in range(300))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Typist:
    """Edits documents and tells a journal."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.journal = Journal(self.clock)
        self.documents: dict[str, Document] = {}

    def open(self, uri: str, text: str = TEXT) -> None:
        self.documents[uri] = Document(uri, "python", 1, Lines(text))
        self.journal.changed(None, self.documents[uri])

    def replace(self, uri: str, line: int, count: int, text: str) -> None:
        before = self.documents[uri]
        self.documents[uri] = before.apply([Change((line, 0), (line + count, 0), text)], 2, "utf-16")
        self.journal.changed(before, self.documents[uri])

    def close(self, uri: str) -> None:
        self.journal.changed(self.documents.pop(uri), None)

    def edits(self) -> list[RecentEdit]:
        return edits_of(self.journal.pasts(), lambda uri: uri)


@pytest.fixture
def typist() -> Typist:
    typist = Typist()
    typist.open("a")
    return typist


def test_an_edit_is_what_stood_there_and_what_stands_there(typist: Typist) -> None:
    typist.replace("a", 100, 1, "changed\nadded\n")
    assert typist.edits() == [RecentEdit("a", 100, ("line 100",), ("changed", "added"))]
    assert typist.edits()[0].above == ("line 98", "line 99")


def test_an_edit_letter_by_letter_is_one(typist: Typist) -> None:
    for word in ("n", "ne", "new"):
        typist.replace("a", 7, 1 if word != "n" else 0, f"{word}\n")
    assert typist.edits() == [RecentEdit("a", 7, (), ("new",))]


def test_what_was_undone_is_no_edit(typist: Typist) -> None:
    typist.replace("a", 100, 1, "changed\n")
    typist.replace("a", 100, 1, "line 100\n")
    assert typist.edits() == []


def test_the_latest_touched_comes_last(typist: Typist) -> None:
    typist.open("b")
    typist.replace("a", 200, 1, "late\n")
    typist.replace("b", 10, 1, "between\n")
    typist.replace("a", 20, 1, "last\n")
    assert [edit.added for edit in typist.edits()] == [("late",), ("between",), ("last",)]


def test_old_changes_are_no_longer_recent(typist: Typist) -> None:
    typist.replace("a", 100, 1, "long ago\n")
    for _ in range(10):
        typist.clock.now += REMEMBERED / 4
        typist.replace("a", 200, 1, f"now {typist.clock.now}\n")
    assert all(edit.start >= 200 for edit in typist.edits())
    assert typist.edits()


def test_a_change_grows_old_also_where_nothing_follows_or_only_much_later(typist: Typist) -> None:
    typist.replace("a", 100, 1, "long ago\n")
    typist.clock.now += REMEMBERED - 1
    assert [edit.start for edit in typist.edits()] == [100]
    typist.clock.now += 1
    assert typist.edits() == []
    typist.replace("a", 200, 1, "now\n")
    assert [edit.start for edit in typist.edits()] == [200]
    typist.replace("a", 210, 1, "too\n")
    assert [edit.start for edit in typist.edits()] == [200, 210]


def test_closing_forgets_the_text_but_not_the_visit(typist: Typist) -> None:
    typist.replace("a", 100, 1, "changed\n")
    typist.close("a")
    assert typist.edits() == []
    assert typist.journal.visits() == ["a"]


def test_the_latest_visited_first_and_not_for_ever(typist: Typist) -> None:
    for number in range(40):
        typist.open(f"file {number}")
    typist.journal.visited("file 30")
    visits = typist.journal.visits()
    assert visits[:3] == ["file 30", "file 39", "file 38"]
    assert len(visits) < 30


def test_a_whole_new_text_is_no_list_of_edits(typist: Typist) -> None:
    typist.replace("a", 0, 300, "".join(f"other {number}\n" for number in range(4000)))
    assert typist.edits() == []


def test_what_no_person_wrote_is_no_edit(typist: Typist) -> None:
    typist.replace("a", 9, 1, "x" * 5_000 + "\nline\n")
    assert typist.edits() == [RecentEdit("a", 9, ("line 9",), ("", "line"))]
    typist.open("long", "x = 1\n" * 20_001)
    typist.replace("long", 9, 1, "changed\n")
    assert [edit.path for edit in typist.edits()] == ["a"]


def test_a_change_of_nothing(typist: Typist) -> None:
    typist.replace("a", 5, 1, "line 5\n")
    assert typist.edits() == []
