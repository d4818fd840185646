"""The keeper: in any order of offers, drops, damage and new starts the database ends up with what it should hold."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import foretype.repository.search.keeper as keeper_module
from foretype.repository.read import Reading
from foretype.repository.search import database
from foretype.repository.search.keeper import SearchKeeper
from foretype.repository.search.reader import SearchReader
from foretype.repository.search.writer import SearchWriter

FOR_LONG = 60.0


class Bench:
    """A workspace in memory, and the keeper of its database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, str] = {}
        self.reads: list[str] = []
        self.reader = SearchReader(folder)
        self.reopen()

    def reopen(self) -> None:
        self.keeper = SearchKeeper(self.folder, self.read, self.wanted)
        self.keeper.open()

    def read(self, path: str) -> Reading:
        self.reads.append(path)
        text = self.files.get(path)
        return Reading(reason="vanished") if text is None else Reading(text, "", digest(text), len(text), 1)

    def wanted(self) -> dict[str, str]:
        return {path: digest(text) for path, text in self.files.items()}

    def write(self, path: str, text: str, **how: bool) -> None:
        self.files[path] = text
        self.keeper.offer(path, digest(text), text, **how)

    def finish(self) -> None:
        while self.keeper.waiting:
            self.keeper.work(FOR_LONG)

    def in_database(self) -> dict[str, str | None]:
        return {path: self.reader.file(path) for path in self.reader.paths_ending([*self.files, "a.py", "b.py"])}

    def close(self) -> None:
        self.keeper.close()
        self.reader.close()


def digest(text: str) -> str:
    return f"{hash(text) & (1 << 64) - 1:016x}"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_what_is_offered_is_read_from_nowhere(bench: Bench) -> None:
    for number in range(20):
        bench.write(f"f{number}.py", f"name_{number} = {number}\n")
    assert bench.keeper.waiting == 20
    assert bench.keeper.work(FOR_LONG)
    assert bench.in_database() == bench.files
    assert bench.reads == []
    assert not bench.keeper.work(FOR_LONG), "nothing waits"


def test_beyond_its_memory_it_reads_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "_MOST_WAITING_BYTES", 60)
    for number in range(5):
        bench.write(f"f{number}.py", f"nm_{number} = {number}  ##\n")
    bench.finish()
    assert bench.in_database() == bench.files
    assert bench.reads == ["f4.py"]


def test_what_is_there_is_not_written_again(bench: Bench) -> None:
    bench.write("a.py", "a = 1\n")
    bench.finish()
    version = bench.reader.version
    bench.write("a.py", "a = 1\n")
    bench.keeper.reconcile()
    assert bench.keeper.waiting == 0
    bench.close()
    bench.reopen()
    bench.keeper.reconcile()
    assert bench.keeper.waiting == 0
    assert bench.reader.version == version


def test_what_was_saved_goes_first(bench: Bench) -> None:
    for number in range(50):
        bench.write(f"f{number}.py", f"name_{number} = {number}\n" * 50)
    bench.write("a.py", "just_saved = 1\n", soon=True)
    bench.keeper.work(1e-9, commit=True)
    assert bench.reader.file("a.py") is None, "no time, no work"
    while bench.reader.file("a.py") is None:
        bench.keeper.work(1e-4, commit=True)
    assert bench.keeper.waiting > 30


def test_an_interrupted_life_is_gone_on_with(bench: Bench) -> None:
    for number in range(30):
        bench.write(f"f{number}.py", f"name_{number} = {number}\n" * 20)
    while bench.keeper.waiting > 15:
        bench.keeper.work(1e-4, commit=True)
    bench.close()
    del bench.files["f0.py"]
    bench.files["f1.py"] = "other = 1\n"
    bench.reopen()
    bench.keeper.reconcile()
    assert bench.keeper.waiting < 20
    bench.finish()
    assert bench.in_database() == bench.files


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_events(tmp_path: Path, seed: int) -> None:
    bench, rng = Bench(tmp_path), random.Random(seed)
    for _ in range(150):
        path, event = f"f{rng.randrange(8)}.py", rng.random()
        if event < 0.5:
            bench.write(path, f"name_{rng.randrange(5)} = 1\n" * rng.randrange(1, 60), soon=rng.random() < 0.5)
        elif event < 0.7:
            bench.files.pop(path, None)
            bench.keeper.drop(path)
        elif event < 0.9:
            bench.keeper.work(rng.choice([0.0, 1e-4, FOR_LONG]), commit=rng.random() < 0.5)
        elif event < 0.95:
            bench.keeper.close()
            bench.reopen()
            bench.keeper.reconcile()
        else:
            bench.keeper.open(rebuild=True)
            bench.keeper.reconcile()
    bench.finish()
    assert bench.in_database() == bench.files
    assert bench.keeper.error == ""
    bench.close()


def test_a_file_that_vanishes_while_it_waits(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "_MOST_WAITING_BYTES", 0)
    bench.write("a.py", "a = 1\n")
    bench.write("b.py", "b = 1\n")
    del bench.files["a.py"]
    bench.finish()
    assert bench.in_database() == {"b.py": "b = 1\n"}


def test_damage_under_way_begins_a_new_file_with_all_that_was_there(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        bench.write(f"f{number}.py", f"name_{number} = {number}\n")
    bench.finish()
    first = database.current(bench.folder)
    put, torn = SearchWriter.put, []

    def tearing(self: SearchWriter, path: str, *rest: str) -> None:
        if not torn:
            torn.append(path)
            raise sqlite3.DatabaseError("database disk image is malformed")
        put(self, path, *rest)

    monkeypatch.setattr(SearchWriter, "put", tearing)
    bench.write("f3.py", "edited = 1\n")
    bench.finish()
    assert torn == ["f3.py"]
    assert database.current(bench.folder) != first
    assert bench.in_database() == bench.files
    assert bench.keeper.error == ""


def test_a_disk_that_damages_all_is_given_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def tearing(self: SearchWriter, *rest: str) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(SearchWriter, "put", tearing)
    monkeypatch.setattr(keeper_module, "_FIRST_PAUSE", 0.0)
    bench.write("a.py", "a = 1\n")
    bench.finish()
    bench.keeper.retry()
    assert "malformed" in bench.keeper.error
    assert bench.keeper.waiting == 0


def test_a_full_disk_is_said_and_what_counts_stays(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.write("a.py", "a = 1\n")
    bench.finish()

    def full(self: SearchWriter, *rest: str) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(SearchWriter, "put", full)
    bench.write("b.py", "b = 1\n")
    bench.finish()
    assert "full" in bench.keeper.error
    bench.write("b.py", "b = 2\n")
    bench.keeper.drop("a.py")
    assert bench.keeper.waiting == 0
    assert bench.reader.file("a.py") == "a = 1\n"
    monkeypatch.undo()
    bench.keeper.open()
    bench.keeper.reconcile()
    bench.finish()
    assert bench.in_database() == bench.files


@pytest.mark.parametrize("what", [sqlite3.OperationalError("database is locked"), OSError(28, "No space left")])
def test_a_disk_that_goes_along_again_is_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, what: Exception
) -> None:
    clock = [1_000.0]
    monkeypatch.setattr(keeper_module.time, "monotonic", lambda: clock[0])
    bench.write("a.py", "a = 1\n")
    bench.finish()

    def failing(self: SearchWriter, *rest: str) -> None:
        raise what

    with monkeypatch.context() as broken:
        broken.setattr(SearchWriter, "put", failing)
        bench.write("b.py", "b = 1\n")
        bench.finish()
        tries = []
        for _ in range(2_000):
            clock[0] += 1.0
            bench.keeper.retry()
            if bench.keeper.waiting:
                tries.append(clock[0])
                assert bench.keeper.error, "it is not mended yet"
            bench.finish()
        pauses = [later - earlier for earlier, later in pairwise(tries)]
        assert pauses[:4] == [20.0, 40.0, 80.0, 160.0]
        assert set(pauses[5:]) == {300.0}
    bench.files["a.py"] = "a = 2\n"
    clock[0] += 300.0
    bench.keeper.retry()
    bench.finish()
    assert bench.keeper.error == ""
    assert bench.in_database() == bench.files
    bench.keeper.close()
    clock[0] += 1_000.0
    bench.keeper.retry()
    assert bench.keeper.waiting == 0, "what was closed stays closed"


def test_a_distrusted_file_is_replaced_once(bench: Bench) -> None:
    bench.write("a.py", "a = 1\n")
    bench.finish()
    first = database.current(bench.folder)
    assert first is not None
    bench.keeper.distrust(f"search-{database.SCHEMA}-0123.sqlite")
    assert database.current(bench.folder) == first
    bench.keeper.distrust(first.name)
    assert database.current(bench.folder) != first
    assert not first.exists()
    bench.finish()
    assert bench.in_database() == bench.files


def test_half_of_a_pair_is_no_reason_to_end(bench: Bench) -> None:
    bench.write("a.py", "half = '\ud800'\n")
    bench.write("b.py", "b = 1\n")
    bench.finish()
    assert bench.in_database() == {"b.py": "b = 1\n"}
    assert bench.keeper.error == ""


def test_no_sqlite_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sqlite3", None)
    keeper = SearchKeeper(tmp_path, lambda path: Reading(), dict)
    keeper.open()
    assert "SQLite" in keeper.error
    keeper.offer("a.py", "1", "a = 1\n")
    keeper.reconcile()
    assert keeper.waiting == 0
    assert SearchReader(tmp_path).search({"name": 1.0}, 5) == []
