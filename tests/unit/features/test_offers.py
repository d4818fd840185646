"""What was offered, and what became of it: dismissed here, taken in part, kept for a while, learned from."""

from __future__ import annotations

import asyncio

import pytest

from foretype.features.kept import Keeping, kept_share
from foretype.features.learning import READ, Learning
from foretype.features.offers import FORGOTTEN_AFTER, OFFERS_KEPT, READ_AFTER, Offer, Offers
from foretype.features.suggestion import CompletionRequest, Suggestion
from foretype.text.document import Change, Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

TEXT = "import os\n\nvalue = \n\nlast = \n"


class Turned:
    """Seconds that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def document(text: str = TEXT, version: int = 1) -> Document:
    return Document("file:///a.py", "python", version, Lines(text))


def suggestion(text: str = "os.getcwd()", line: int = 2, column: int = 8, *, model: bool = True) -> Suggestion:
    here = Position(line, column)
    return Suggestion(text, here, here, "model" if model else "embedded", "x", None if model else 0.9)


def asking(where: Document, line: int = 2, column: int = 8, *, by_hand: bool = False) -> CompletionRequest:
    return CompletionRequest(where, Position(line, column), by_hand)


@pytest.fixture
def clock() -> Turned:
    return Turned()


@pytest.fixture
def offers(clock: Turned) -> Offers:
    return Offers(clock)


def test_what_the_client_says_was_dismissed_is_not_shown_there_again(offers: Offers, clock: Turned) -> None:
    here = document()
    identity, _ = offers.add(suggestion(), here)
    assert not offers.hides(asking(here), suggestion())
    assert offers.dismiss(identity)
    assert offers.hides(asking(here), suggestion())
    assert not offers.hides(asking(here), suggestion("os.sep")), "another suggestion"
    assert not offers.hides(asking(here), suggestion(column=7)), "another place"
    assert not offers.hides(asking(here, by_hand=True), suggestion()), "asked by hand"
    above = document("# more\n" + TEXT)
    assert offers.hides(asking(above, 3), suggestion(line=3)), "the same place, though its line has moved"
    clock.now += FORGOTTEN_AFTER
    assert not offers.hides(asking(here), suggestion()), "long ago"


@pytest.mark.parametrize("identity", ["", "7", "x", "None"])
def test_an_unknown_id_is_nothing(offers: Offers, identity: str) -> None:
    assert not offers.dismiss(identity)
    assert offers.take(identity) is None


def test_what_was_read_and_left_for_another_line_is_dismissed(offers: Offers, clock: Turned) -> None:
    here = document()
    offers.add(suggestion(), here)
    clock.now += READ_AFTER
    offers.asked(asking(here, 4, 7))
    assert offers.hides(asking(here), suggestion())


@pytest.mark.parametrize(
    ("seconds", "line", "change"),
    [
        (READ_AFTER / 2, 4, None),  # gone before it could be read
        (READ_AFTER, 2, None),  # the editor asks again at the same place
        (READ_AFTER, 4, Change((2, 8), (2, 8), "o")),  # answered by typing
    ],
)
def test_what_is_no_dismissal(offers: Offers, clock: Turned, seconds: float, line: int, change: Change | None) -> None:
    here = document()
    offers.add(suggestion(), here)
    clock.now += seconds
    if change is not None:
        after = here.apply([change], 2, "utf-32")
        offers.document_changed(here, after)
    offers.asked(asking(here, line, 7))
    assert not offers.hides(asking(here), suggestion())


def test_typing_elsewhere_leaves_it_as_it_is(offers: Offers, clock: Turned) -> None:
    here = document()
    offers.add(suggestion(), here)
    clock.now += READ_AFTER
    after = here.apply([Change((4, 7), (4, 7), "1")], 2, "utf-32")
    offers.document_changed(here, after)
    offers.asked(asking(after, 4, 8))
    assert offers.hides(asking(after), suggestion())


def test_documents_that_close_or_shrink_forget_what_is_on_the_screen(offers: Offers, clock: Turned) -> None:
    here = document()
    for after in (None, document("short\n", 2)):
        offers.add(suggestion(), here)
        clock.now += READ_AFTER
        offers.document_changed(here, after)
        offers.asked(asking(here, 4, 7))
        assert not offers.hides(asking(here), suggestion())


def test_taken_in_part_and_then_whole(offers: Offers) -> None:
    identity, offer = offers.add(suggestion("a😀b"), document())
    assert offers.take(identity, 3) == (offer, False)
    assert offers.take(identity, 4) == (offer, True), "lengths are UTF-16 units"
    assert offers.take(identity, 4) is None


def test_only_so_many_are_remembered(offers: Offers) -> None:
    first, _ = offers.add(suggestion(), document())
    for _ in range(OFFERS_KEPT):
        offers.add(suggestion(), document())
    assert offers.take(first) is None


# Kept

BLOCK = "for name in names:\n    print(name)\n    count += 1"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("value = os.getcwd()\n", True),
        ("value = os.getcwd().strip()\n", True),
        ("\n" * 40 + "    value = os.getcwd()\n", True),
        ("value = os.get\n", False),
        ("", False),
        ("\n" * 200 + "value = os.getcwd()\n", False),
    ],
)
def test_what_counts_as_kept(text: str, kept: bool) -> None:
    offer = Offer(suggestion(line=0), document(""), 0.0)
    assert (kept_share(offer, document(text)) >= 0.5) is kept


def test_of_a_block_the_greater_part_counts() -> None:
    offer = Offer(suggestion(BLOCK, line=0), document(""), 0.0)
    assert kept_share(offer, document("for name in names:\n    print(name)\n")) > 0.5
    assert kept_share(offer, document("    count += 1\n")) < 0.5


@pytest.mark.asyncio
async def test_it_is_looked_at_in_a_while_and_when_the_document_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foretype.features.kept.KEPT_AFTER", 0.001)
    here, told, done = document("value = os.getcwd()\n"), [], asyncio.Event()
    keeping = Keeping({here.uri: here}.get, lambda offer: (told.append(offer), done.set()))
    offer = Offer(suggestion(line=0), here, 0.0)
    keeping.accepted(offer)
    await asyncio.wait_for(done.wait(), 10)
    assert told == [offer]
    monkeypatch.setattr("foretype.features.kept.KEPT_AFTER", 600.0)
    keeping.accepted(offer)
    keeping.accepted(Offer(suggestion("gone", line=0), here, 0.0))
    keeping.closing(here)
    assert told == [offer, offer]
    keeping.accepted(offer)
    keeping.stop()


# Learning


class Lesson:
    """A gate that is being taught, and what it was told."""

    def __init__(self, clock: Turned) -> None:
        self.learning = Learning(clock)
        self.told: list[dict[str, float]] = []
        self.learning.learned = lambda numbers: self.told.append(dict(numbers))

    @property
    def labels(self) -> tuple[float, float]:
        taken, declined = self.learning.gate.evidence
        return round(taken), round(declined)


def shown(lesson: Lesson, clock: Turned, what: Suggestion) -> Offer:
    here = document()
    assert lesson.learning.worth_asking(asking(here))
    offer = Offer(what, here, clock.now)
    lesson.learning.offered(offer)
    return offer


def test_what_was_taken_and_what_was_passed_over(clock: Turned) -> None:
    lesson = Lesson(clock)
    lesson.learning.accepted(shown(lesson, clock, suggestion()))
    assert lesson.labels == (1, 0)
    shown(lesson, clock, suggestion())
    clock.now += READ
    lesson.learning.worth_asking(asking(document()))
    assert lesson.labels == (1, 1)
    assert len(lesson.told) == 2


def test_typed_through_it_stays_one_suggestion(clock: Turned) -> None:
    lesson = Lesson(clock)
    shown(lesson, clock, suggestion())
    rest = Offer(suggestion("getcwd()", column=11), document(), clock.now)
    lesson.learning.offered(rest)
    lesson.learning.accepted(rest)
    assert lesson.labels == (1, 0)


def test_what_stands_in_until_the_model_has_answered_is_not_taken_for_its_answer(clock: Turned) -> None:
    lesson = Lesson(clock)
    shown(lesson, clock, suggestion(model=False))
    answer = Offer(suggestion("os.getcwd().strip()"), document(), clock.now)
    lesson.learning.offered(answer)
    lesson.learning.accepted(answer)
    assert lesson.labels == (1, 0)


def test_what_teaches_nothing(clock: Turned) -> None:
    lesson = Lesson(clock)
    shown(lesson, clock, suggestion())
    clock.now += READ / 2  # gone too soon
    lesson.learning.passed_over("file:///a.py")
    shown(lesson, clock, suggestion(model=False))  # it cost nothing
    clock.now += 10
    lesson.learning.passed_over("file:///a.py")
    lesson.learning.accepted(Offer(suggestion(), document(), clock.now))  # never shown
    assert lesson.labels == (0, 0)
    assert lesson.told == []


def test_a_document_that_is_closed_is_forgotten(clock: Turned) -> None:
    lesson = Lesson(clock)
    shown(lesson, clock, suggestion())
    clock.now += READ
    lesson.learning.forget("file:///a.py")
    assert lesson.labels == (0, 1)
    assert lesson.learning.worth_asking(asking(document()))
    lesson.learning.forget("file:///a.py")
    lesson.learning.offered(Offer(suggestion(), document(), clock.now))  # too late
    clock.now += READ
    lesson.learning.passed_over("file:///a.py")
    assert lesson.labels == (0, 1)


def test_until_what_was_kept_is_there_nothing_is_lost(clock: Turned) -> None:
    learning = Learning(clock)
    lesson = Lesson(clock)
    lesson.learning = learning
    learning.accepted(shown(lesson, clock, suggestion()))
    told: list[dict[str, float]] = []
    learning.learned = lambda numbers: told.append(dict(numbers))
    learning.accepted(shown(lesson, clock, suggestion()))
    assert sum(value for name, value in told[0].items() if name.startswith("taken")) == pytest.approx(2, abs=0.01)
