"""Candidates that are ready before they are asked for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection, Iterator, Mapping

import pytest

from foretype.context.collecting import Gathering
from foretype.context.preparation import DOCUMENTS, FAR, ContextPreparation, Surroundings
from foretype.context.scene import Diagnostic, Scene
from foretype.context.snippet import Snippet
from foretype.repository.search.values import Chunk
from foretype.text.document import Change, Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

from .fake_index import FakeSearchIndex

pytestmark = pytest.mark.asyncio

FILES = {"pricing.py": "class PriceTable:\n    def lookup_by_article(self): ...\n"}
TEXT = "from pricing import PriceTable\n\n\nPriceTable.\n"


def document(uri: str = "file:///w/order.py", text: str = TEXT) -> Document:
    return Document(uri, "python", 1, Lines(text))


def shown(uri: str) -> str:
    return uri.removeprefix("file:///w/") if uri.startswith("file:///w/") else ""


class Desk:
    """A preparation with a workspace in memory, and the scenes that it looked at."""

    def __init__(self) -> None:
        self.index = FakeSearchIndex(FILES)
        self.scenes: list[Scene] = []
        self.preparation = ContextPreparation(self._surroundings, self._gathering)

    def _surroundings(self, document: Document) -> Surroundings | None:
        path = shown(document.uri)
        return Surroundings(path, self.index, shown) if path else None

    def _gathering(self, scene: Scene) -> Gathering:
        self.scenes.append(scene)
        return Gathering(scene)

    def open(self, one: Document) -> Document:
        self.preparation.document_changed(None, one)
        return one

    async def ask(self, one: Document, line: int = 3) -> list[Snippet]:
        """Ask, let it gather, and ask again."""
        self.preparation.candidates(one, Position(line, 0))
        await self.preparation.rest()
        return list(self.preparation.candidates(one, Position(line, 0)))


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.preparation.close()


async def test_nothing_is_there_at_once_and_everything_after_a_rest(desk: Desk) -> None:
    one = desk.open(document())
    assert desk.preparation.candidates(one, Position(3, 11)) == ()
    assert any("lookup_by_article" in snippet.text for snippet in await desk.ask(one))


async def test_nobody_gathers_while_nobody_asks(desk: Desk) -> None:
    one = desk.open(document())
    desk.preparation.document_changed(one, one.apply([Change((0, 0), (0, 0), "x")], 2, "utf-16"))
    desk.preparation.news()
    await desk.preparation.rest()
    assert desk.scenes == []


async def test_asking_again_at_the_same_place_gathers_nothing_new(desk: Desk) -> None:
    one = desk.open(document())
    await desk.ask(one)
    await desk.ask(one)
    assert len(desk.scenes) == 1


async def test_an_edit_a_far_move_and_news_of_the_index_do(desk: Desk) -> None:
    one = desk.open(document(text=TEXT + "\n" * 100))
    await desk.ask(one)
    edited = one.apply([Change((3, 0), (3, 0), "x")], 2, "utf-16")
    desk.preparation.document_changed(one, edited)
    await desk.preparation.rest()
    assert len(desk.scenes) == 2
    await desk.ask(edited, line=80)
    assert (len(desk.scenes), desk.scenes[-1].line) == (3, 80)
    desk.preparation.news()
    await desk.preparation.rest()
    assert len(desk.scenes) == 4


async def test_small_moves_add_up_to_a_far_one(desk: Desk) -> None:
    one = desk.open(document(text=TEXT + "\n" * 100))
    await desk.ask(one)
    for line in range(3, 40, 3):
        await desk.ask(one, line)
    assert abs(desk.scenes[-1].line - 39) <= FAR
    assert len(desk.scenes) < 12


async def test_many_keys_are_gathered_for_together(desk: Desk) -> None:
    one = desk.open(document())
    await desk.ask(one)
    for _ in range(30):
        edited = one.apply([Change((3, 0), (3, 0), "x")], 2, "utf-16")
        desk.preparation.document_changed(one, edited)
        one = edited
        await asyncio.sleep(0)
    await desk.preparation.rest()
    assert len(desk.scenes) == 2
    assert desk.scenes[-1].lines[3].startswith("x" * 30)


async def test_a_document_outside_the_workspace_has_no_candidates(desk: Desk) -> None:
    one = desk.open(document("untitled:a"))
    assert await desk.ask(one) == []
    assert desk.scenes == []


async def test_what_must_not_be_shown_is_in_no_scene(desk: Desk) -> None:
    one = desk.open(document())
    secret = desk.open(document("untitled:secret", "word = 1\n"))
    edited = secret.apply([Change((0, 0), (0, 0), "x")], 2, "utf-16")
    desk.preparation.document_changed(secret, edited)
    desk.open(document("file:///w/other.py", "other = 1\n"))
    await desk.ask(one)
    assert [file.path for file in desk.scenes[-1].open_files] == ["other.py"]
    assert desk.scenes[-1].edits == ()


async def test_edits_diagnostics_and_copied_text_reach_the_scene(desk: Desk) -> None:
    one = desk.open(document())
    other = desk.open(document("file:///w/other.py", "other = 1\n"))
    desk.preparation.document_changed(other, other.apply([Change((0, 0), (0, 5), "changed")], 2, "utf-16"))
    desk.preparation.told(one.uri, [Diagnostic(3, "wrong")])
    desk.preparation.copied("copied text")
    await desk.ask(one)
    scene = desk.scenes[-1]
    assert [edit.added for edit in scene.edits] == [("changed = 1",)]
    assert scene.diagnostics == (Diagnostic(3, "wrong"),)
    assert scene.clipboard == "copied text"


async def test_what_a_request_for_actions_says_counts_while_the_text_is_the_same(desk: Desk) -> None:
    one = desk.open(document())
    await desk.ask(one)
    desk.preparation.noticed(one, range(3, 4), [Diagnostic(3, "first")])
    desk.preparation.noticed(one, range(1), [Diagnostic(0, "other line")])
    desk.preparation.noticed(one, range(3, 4), [Diagnostic(3, "wrong")])
    await desk.ask(one)
    assert {told.message for told in desk.scenes[-1].diagnostics} == {"other line", "wrong"}
    edited = one.apply([Change((0, 0), (0, 0), "x")], 2, "utf-16")
    desk.preparation.document_changed(one, edited)
    await desk.ask(edited)
    assert desk.scenes[-1].diagnostics == ()


async def test_a_visited_file_that_was_closed_is_read_from_the_index(desk: Desk) -> None:
    one = desk.open(document())
    closed = desk.open(document("file:///w/pricing.py", "as the editor had it\n"))
    desk.preparation.document_changed(closed, None)
    await desk.ask(one)
    (file,) = desk.scenes[-1].open_files
    assert list(file.lines) == FILES["pricing.py"].split("\n")


async def test_closing_a_document_forgets_its_candidates(desk: Desk) -> None:
    one = desk.open(document())
    assert await desk.ask(one)
    desk.preparation.document_changed(one, None)
    assert desk.preparation.candidates(one, Position(3, 0)) == ()


async def test_only_so_many_documents_are_kept(desk: Desk) -> None:
    first = desk.open(document())
    await desk.ask(first)
    for number in range(DOCUMENTS + 1):
        desk.preparation.candidates(desk.open(document(f"file:///w/{number}.py")), Position(0, 0))
    assert desk.preparation.candidates(first, Position(3, 0)) == ()


async def test_a_collector_that_fails_costs_only_its_own(desk: Desk) -> None:
    def broken(scene: Scene) -> list[Snippet]:
        raise ValueError(scene.path)

    def whole(scene: Scene) -> list[Snippet]:
        return [Snippet(scene.path, "+found_it\n", "edit")]

    preparation = ContextPreparation(desk._surroundings, lambda scene: Gathering(scene, [broken, whole]))
    one = document()
    preparation.document_changed(None, one)
    preparation.candidates(one, Position(3, 0))
    await preparation.rest()
    assert [snippet.text for snippet in preparation.candidates(one, Position(3, 0))] == ["+found_it\n"]
    preparation.close()


async def test_a_failure_is_not_the_last_of_gathering(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    one, fails = desk.open(document()), True

    def surroundings(document: Document) -> Surroundings | None:
        if fails:
            raise ValueError("a workspace that went away")
        return Surroundings("order.py", desk.index, shown)

    monkeypatch.setattr(desk.preparation, "_surroundings", surroundings)
    desk.preparation.candidates(one, Position(3, 0))
    task = desk.preparation._task
    assert task is not None
    await desk.preparation.rest()
    assert task.exception() is None, "nobody would hear of it"
    fails = False
    assert await desk.ask(one)


async def test_what_no_person_wrote_is_not_looked_at(desk: Desk) -> None:
    """Looking for names in megabytes would keep the interpreter from the event loop."""
    written = f"{TEXT}{'a_name=other(1);' * 500}\n"
    machine = "\n".join(["b = 2" * 180] * 2_500)
    desk.open(document("file:///w/made.py", machine))
    desk.open(document("file:///w/long.py", "x = 1\n" * 20_001 + "last = 1\n"))
    one = desk.open(document(text=written))
    assert await desk.ask(one)
    assert list(desk.scenes[-1].lines) == [*TEXT.split("\n")[:-1], "", ""]
    opened = {file.path: len(file.lines) for file in desk.scenes[-1].open_files}
    assert opened == {"long.py": 20_000}
    for uri in ("file:///w/made.py", "file:///w/long.py"):
        seen = len(desk.scenes)
        assert await desk.ask(desk.preparation._documents[uri]) == []
        assert len(desk.scenes) == seen


async def test_an_index_that_hangs_hangs_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache may lie on a network drive."""
    hangs, free, found = threading.Event(), threading.Event(), desk.index.search

    def search(terms: Mapping[str, float], limit: int, without: Collection[str] = ()) -> list[Chunk]:
        hangs.set()
        free.wait(60)
        return found(terms, limit, without)

    monkeypatch.setattr(desk.index, "search", search)
    one = desk.open(document())
    desk.preparation.candidates(one, Position(3, 0))
    for _ in range(1_000):
        if hangs.is_set():
            break
        await asyncio.sleep(0.01)
    assert hangs.is_set()
    for line in range(3):
        assert desk.preparation.candidates(one, Position(line, 0)) == ()
    free.set()
    await desk.preparation.rest()
    assert desk.preparation.candidates(one, Position(3, 0))


async def test_closing_while_it_gathers(desk: Desk) -> None:
    one = desk.open(document())
    desk.preparation.candidates(one, Position(3, 0))
    await asyncio.sleep(0)
    desk.preparation.close()
    assert desk.preparation.candidates(one, Position(3, 0)) == ()
